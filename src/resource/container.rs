//! A container as it should be.

use std::collections::BTreeMap;
use std::fmt;

use super::body::{CreateBody, Endpoint};
use super::labels;
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
                Place::VolumesFrom { index } => host.volumes_from[index].clone_from(id),
            }
        }
        self
    }

    /// The configuration's hash, as its label says.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.body.labels.get(labels::CONFIG_HASH).map_or("", String::as_str)
    }
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
