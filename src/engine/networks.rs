//! Networks: made, joined, left, taken away.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::sleep;

use super::observe::{ListedNetwork, nullable};
use super::wire::{Filters, segment};
use super::{Engine, Error, Reason};
use crate::resource::ObservedNetwork;
use crate::resource::body::{Endpoint, NetworkBody};

/// A network looked at closely.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkDetails {
    /// What lists tell of it, too.
    pub network: ObservedNetwork,
    /// Names of the containers that are attached to it and run, by id.
    pub containers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedNetwork {
    #[serde(flatten)]
    network: ListedNetwork,
    #[serde(default, deserialize_with = "nullable")]
    containers: BTreeMap<String, AttachedContainer>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AttachedContainer {
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct CreateRequest<'a> {
    #[serde(flatten)]
    body: &'a NetworkBody,
    /// Without it, engines before API 1.44 make a second network of the same name.
    #[serde(skip_serializing_if = "Option::is_none")]
    check_duplicate: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ConnectRequest<'a> {
    container: &'a str,
    endpoint_config: &'a Endpoint,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DisconnectRequest<'a> {
    container: &'a str,
    force: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Made {
    id: String,
}

/// A network with its age.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Aged {
    id: String,
    name: String,
    /// RFC 3339, with as many digits as it takes.
    created: String,
}

/// How often it is looked whether another command removes the network that it made too much.
const TWIN_LOOKS: u32 = 40;
/// The time between such looks.
const TWIN_PAUSE: Duration = Duration::from_millis(50);

impl Engine {
    /// Makes a network and gives its id. That one of this name exists is told by
    /// [`Reason::NetworkExists`].
    pub async fn create_network(&self, body: &NetworkBody) -> Result<String, Error> {
        let old = !self.speaks(1, 44);
        let request = CreateRequest { body, check_duplicate: old.then_some(true) };
        let made: Made = self.wire.post("/networks/create").json(&request).answer().await?;
        if old { self.first_of_name(&body.name, made.id).await } else { Ok(made.id) }
    }

    /// Engines before API 1.44 look for a network of the same name and then make one, not in one go: of several that
    /// were made at once, the oldest stays, and who made another one removes that. But a network is dated before it can
    /// be seen: who made a younger one may have looked in between, and keeps it. Then the older one goes.
    async fn first_of_name(&self, name: &str, made: String) -> Result<String, Error> {
        let filters = Filters::from([("name", vec![name.to_owned()])]);
        let mut looks = 0;
        loop {
            let mut listed: Vec<Aged> = self.wire.get("/networks").filters(&filters).answer().await?;
            listed.retain(|network| network.name == name);
            listed.sort_by_cached_key(|network| {
                (OffsetDateTime::parse(&network.created, &Rfc3339).ok(), network.id.clone())
            });
            let is_first = listed.first().is_some_and(|first| first.id == made);
            let Some(other) = listed.into_iter().find(|network| network.id != made) else { return Ok(made) };
            looks += 1;
            if !is_first || looks > TWIN_LOOKS {
                return match self.remove_network(&made).await {
                    // Somebody has found it and put a container into it: the other one has to go.
                    Err(error) if matches!(error.reason(), Some(Reason::InUse)) => Ok(made),
                    Err(error) if !error.is_not_found() => Err(error),
                    _ => Ok(other.id),
                };
            }
            sleep(TWIN_PAUSE).await;
        }
    }

    /// Looks at one network closely, by name or id.
    pub async fn inspect_network(&self, network: &str) -> Result<NetworkDetails, Error> {
        let path = format!("/networks/{}", segment(network));
        let inspected: InspectedNetwork = self.wire.get(path).answer().await?;
        Ok(NetworkDetails {
            network: inspected.network.into(),
            containers: inspected.containers.into_iter().map(|(id, attached)| (id, attached.name)).collect(),
        })
    }

    /// Removes a network, by name or id.
    pub async fn remove_network(&self, network: &str) -> Result<(), Error> {
        let call = format!("DELETE /networks/{network}");
        self.borrow(&call, self.docker.remove_network(&segment(network))).await
    }

    /// Joins a container to a network.
    pub async fn connect_network(
        &self,
        network: &str,
        container: &str,
        endpoint: &Endpoint,
    ) -> Result<(), Error> {
        let request = ConnectRequest { container, endpoint_config: endpoint };
        self.wire.post(format!("/networks/{}/connect", segment(network))).json(&request).done().await
    }

    /// Takes a container out of a network, even if it runs.
    pub async fn disconnect_network(&self, network: &str, container: &str) -> Result<(), Error> {
        let request = DisconnectRequest { container, force: true };
        self.wire.post(format!("/networks/{}/disconnect", segment(network))).json(&request).done().await
    }
}
