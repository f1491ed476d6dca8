//! A container as it should be.

use std::collections::BTreeMap;
use std::fmt;

use super::body::{CreateBody, Endpoint};
use super::{hash, labels};
use crate::model::Service;
use crate::yaml::Path;

/// One container, ready to be created but for the ids of containers that it refers to (see [`ContainerSpec::bind`]).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerSpec {
    /// Real name.
    pub name: String,
    /// Service.
    pub service: String,
    /// Number within the service, from 1; `None` for one-offs and hook containers.
    pub number: Option<u32>,
    /// `os/arch[/variant]`, if said.
    pub platform: Option<String>,
    /// What to create.
    pub body: CreateBody,
    /// All networks by real name, the primary one first. Those that the engine does not take at creation (before API
    /// 1.44 all but the first) are connected afterwards.
    pub networks: Vec<Attachment>,
    /// Files to be put in before each start.
    pub files: Vec<InjectedFile>,
    /// References to containers of other services whose ids are not known yet.
    pub pending: Vec<PendingReference>,
    /// The service that the hash is over, while references are pending: the ids go into it.
    pub unbound: Option<Box<Service>>,
    /// Where in the file its service stands.
    pub blame: Path,
}

/// A network that a container joins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attachment {
    /// Real name of the network.
    pub network: String,
    /// Key of the network in the file.
    pub key: String,
    /// How.
    pub endpoint: Endpoint,
}

/// A file that is put into a container: a secret or config without a file of its own on the host.
#[derive(Clone, PartialEq, Eq)]
pub struct InjectedFile {
    /// Path in the container, absolute.
    pub target: String,
    /// The bytes.
    pub content: Vec<u8>,
    /// Mode bits.
    pub mode: u32,
    /// Owner, if said.
    pub uid: Option<u64>,
    /// Group, if said.
    pub gid: Option<u64>,
}

/// A reference to the first container of another service, by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingReference {
    /// Where the id goes.
    pub place: Place,
    /// The service referred to.
    pub service: String,
}

/// Where the id of another container goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `network_mode: service:x`.
    NetworkMode,
    /// `ipc: service:x`.
    IpcMode,
    /// `pid: service:x`.
    PidMode,
    /// An entry of `volumes_from`.
    VolumesFrom {
        /// Which one of [`HostConfig::volumes_from`](super::body::HostConfig::volumes_from).
        index: usize,
    },
}

impl ContainerSpec {
    /// The same with `container:<id>` in the place of every pending reference. A service without an id in `ids` stays
    /// pending.
    #[must_use]
    pub fn bind(mut self, ids: &BTreeMap<String, String>) -> Self {
        let pending = std::mem::take(&mut self.pending);
        for reference in pending {
            let Some(id) = ids.get(&reference.service) else {
                self.pending.push(reference);
                continue;
            };
            let host = &mut self.body.host_config;
            match reference.place {
                Place::NetworkMode => host.network_mode = format!("container:{id}"),
                Place::IpcMode => host.ipc_mode = format!("container:{id}"),
                Place::PidMode => host.pid_mode = format!("container:{id}"),
                Place::VolumesFrom { index } => {
                    let entry = &mut host.volumes_from[index];
                    let mode = entry.strip_prefix(&reference.service).unwrap_or_default();
                    *entry = format!("{id}{mode}");
                }
            }
        }
        if self.pending.is_empty()
            && let Some(service) = self.unbound.take()
        {
            let hash = hash::service(&bound(*service, ids));
            self.body.labels.insert(labels::CONFIG_HASH.to_owned(), hash);
        }
        self
    }

    /// Gives the container links, `container:alias`.
    pub fn link(&mut self, links: &[String]) {
        links.clone_into(&mut self.body.host_config.links);
        for attachment in &mut self.networks {
            links.clone_into(&mut attachment.endpoint.links);
        }
        for endpoint in self.body.networking_config.endpoints_config.values_mut() {
            links.clone_into(&mut endpoint.links);
        }
    }

    /// The configuration's hash, as its label says.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.body.labels.get(labels::CONFIG_HASH).map_or("", String::as_str)
    }
}

/// A service with container ids in place of the services that it shares something with, as it goes into the hash. The
/// peer drops the access mode of a `volumes_from` entry there.
pub(super) fn bound(mut service: Service, ids: &BTreeMap<String, String>) -> Service {
    let container = &mut service.container;
    for mode in [&mut container.network_mode, &mut container.ipc, &mut container.pid] {
        if let Some(id) = mode.strip_prefix("service:").and_then(|name| ids.get(name)) {
            *mode = format!("container:{id}");
        }
    }
    for entry in &mut container.volumes_from {
        if let Some(outside) = entry.strip_prefix("container:") {
            *entry = outside.split(':').next().unwrap_or_default().to_owned();
        } else if let Some(id) = entry.split(':').next().and_then(|name| ids.get(name)) {
            entry.clone_from(id);
        }
    }
    service
}

impl fmt::Debug for InjectedFile {
    /// Without the content: it may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InjectedFile")
            .field("target", &self.target)
            .field("mode", &self.mode)
            .field("uid", &self.uid)
            .field("gid", &self.gid)
            .finish_non_exhaustive()
    }
}
