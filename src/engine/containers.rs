//! Containers: made, started, stopped, taken away.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::query_parameters::{
    KillContainerOptionsBuilder, RemoveContainerOptionsBuilder, RenameContainerOptionsBuilder,
    RestartContainerOptionsBuilder, StartContainerOptions, StopContainerOptionsBuilder,
};
use serde::Deserialize;

use super::observe::nullable;
use super::wire::segment;
use super::{Engine, Error};
use crate::resource::ContainerSpec;
use crate::resource::body::{CreateBody, Endpoint};

/// A container that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    /// Its id.
    pub id: String,
    /// What the daemon has to say about it, such as a limit that its kernel does not know.
    #[serde(default, deserialize_with = "nullable")]
    pub warnings: Vec<String>,
}

impl Engine {
    /// Makes a container under `name` and joins it to all its networks. If it cannot join one, it is removed again.
    pub async fn create_container(&self, name: &str, spec: &ContainerSpec) -> Result<Created, Error> {
        let (body, later) = self.fitted(spec);
        let mut call = self.wire.post("/containers/create").query("name", name);
        if let Some(platform) = &spec.platform {
            call = call.query("platform", platform);
        }
        let created: Created = call.json(&body).answer().await?;
        for (network, endpoint) in later {
            if let Err(fault) = self.connect_network(network, &created.id, endpoint).await {
                // What cannot be made whole is not left behind; the first fault is the one to tell.
                let _ = self.remove_container(&created.id, true).await;
                return Err(fault);
            }
        }
        Ok(created)
    }

    /// The body as this engine takes it, and the networks to join afterwards. Before API 1.44 an engine takes one
    /// network at creation, and hardware addresses at the top of the body.
    fn fitted<'a>(&self, spec: &'a ContainerSpec) -> (CreateBody, Vec<(&'a str, &'a Endpoint)>) {
        let mut body = spec.body.clone();
        let mut attachments: Vec<_> = spec
            .networks
            .iter()
            .map(|attachment| (attachment.network.as_str(), &attachment.endpoint))
            .collect();
        if attachments.is_empty() {
            return (body, attachments);
        }
        let modern = self.speaks(1, 44);
        let later = attachments.split_off(if modern { attachments.len() } else { 1 });
        let mut endpoints: BTreeMap<_, _> = attachments
            .into_iter()
            .map(|(network, endpoint)| (network.to_owned(), endpoint.clone()))
            .collect();
        if let Some(primary) = endpoints.get_mut(&spec.networks[0].network) {
            if primary.mac_address.is_empty() {
                primary.mac_address.clone_from(&body.mac_address);
            }
            body.mac_address = if modern { String::new() } else { primary.mac_address.clone() };
        }
        body.networking_config.endpoints_config = endpoints;
        (body, later)
    }

    /// Starts a container; one that runs already is left as it is.
    pub async fn start_container(&self, container: &str) -> Result<(), Error> {
        let call = format!("POST /containers/{container}/start");
        self.borrow(&call, self.docker.start_container(&segment(container), None::<StartContainerOptions>))
            .await
    }

    /// Stops a container and waits for its end; one that does not run is left as it is. Without a grace, its own (else
    /// ten seconds) passes before it is killed.
    pub async fn stop_container(&self, container: &str, grace: Option<Duration>) -> Result<(), Error> {
        let mut options = StopContainerOptionsBuilder::default();
        if let Some(grace) = grace {
            options = options.t(seconds(grace));
        }
        let call = format!("POST /containers/{container}/stop");
        self.borrow(&call, self.docker.stop_container(&segment(container), Some(options.build()))).await
    }

    /// Stops a container, if it runs, and starts it.
    pub async fn restart_container(&self, container: &str, grace: Option<Duration>) -> Result<(), Error> {
        let mut options = RestartContainerOptionsBuilder::default();
        if let Some(grace) = grace {
            options = options.t(seconds(grace));
        }
        let call = format!("POST /containers/{container}/restart");
        self.borrow(&call, self.docker.restart_container(&segment(container), Some(options.build()))).await
    }

    /// Sends a signal to a container's first process.
    pub async fn kill_container(&self, container: &str, signal: &str) -> Result<(), Error> {
        let options = KillContainerOptionsBuilder::default().signal(signal).build();
        let call = format!("POST /containers/{container}/kill");
        self.borrow(&call, self.docker.kill_container(&segment(container), Some(options))).await
    }

    /// Freezes all processes of a container.
    pub async fn pause_container(&self, container: &str) -> Result<(), Error> {
        let call = format!("POST /containers/{container}/pause");
        self.borrow(&call, self.docker.pause_container(&segment(container))).await
    }

    /// Lets all processes of a container go on.
    pub async fn unpause_container(&self, container: &str) -> Result<(), Error> {
        let call = format!("POST /containers/{container}/unpause");
        self.borrow(&call, self.docker.unpause_container(&segment(container))).await
    }

    /// Gives a container another name.
    pub async fn rename_container(&self, container: &str, name: &str) -> Result<(), Error> {
        let options = RenameContainerOptionsBuilder::default().name(name).build();
        let call = format!("POST /containers/{container}/rename");
        self.borrow(&call, self.docker.rename_container(&segment(container), options)).await
    }

    /// Removes a container, killing it if it runs; with its anonymous volumes if `volumes`.
    pub async fn remove_container(&self, container: &str, volumes: bool) -> Result<(), Error> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(volumes).build();
        let call = format!("DELETE /containers/{container}");
        self.borrow(&call, self.docker.remove_container(&segment(container), Some(options))).await
    }
}

/// Whole seconds, rounded up: a grace of half a second is not none.
fn seconds(grace: Duration) -> i32 {
    let whole = grace.as_secs().saturating_add(u64::from(grace.subsec_nanos() > 0));
    i32::try_from(whole).unwrap_or(i32::MAX)
}
