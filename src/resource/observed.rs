//! One snapshot of the daemon: everything a decision needs, looked up once, whatever the number of services.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ContainerState, Health};

/// What the daemon holds for a project, by a handful of list calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Observed {
    /// Containers that carry the project's label (one-offs and hook containers too), by name.
    pub containers: Vec<ObservedContainer>,
    /// Networks that carry the project's label, and those that the spec names (external or taken by others).
    pub networks: Vec<ObservedNetwork>,
    /// Volumes that carry the project's label, and those that the spec names.
    pub volumes: Vec<ObservedVolume>,
    /// Local images among those that the spec names, by the reference the spec uses.
    pub images: BTreeMap<String, ObservedImage>,
    /// What the engine is.
    pub engine: EngineFacts,
}

/// The engine behind the API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EngineFacts {
    /// Negotiated API version.
    pub api_version: ApiVersion,
    /// Engine version text, e.g. `20.10.24`; empty when it was not asked for.
    pub version: String,
    /// `linux/amd64` and the like; empty when it was not asked for.
    pub platform: String,
}

/// An Engine API version such as 1.41; ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ApiVersion {
    /// 1.
    pub major: u32,
    /// 41.
    pub minor: u32,
}

/// A container as a list call shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedContainer {
    /// Full id.
    pub id: String,
    /// Name without the leading slash.
    pub name: String,
    /// The image reference it was created with.
    pub image: String,
    /// The image's id (`sha256:…`).
    pub image_id: String,
    /// The command line as the daemon prints it.
    pub command: String,
    /// Creation time, seconds since 1970.
    pub created: i64,
    /// State.
    pub state: ContainerState,
    /// Health.
    pub health: Health,
    /// Exit code, when it has exited and the daemon's status line tells it.
    pub exit_code: Option<i64>,
    /// The daemon's own words, e.g. `Up 5 minutes (healthy)`.
    pub status: String,
    /// All labels.
    pub labels: BTreeMap<String, String>,
    /// Network attachments by network name.
    pub networks: BTreeMap<String, ObservedEndpoint>,
    /// `HostConfig.NetworkMode`.
    pub network_mode: String,
    /// Mounts.
    pub mounts: Vec<ObservedMount>,
    /// Ports, published or only exposed.
    pub ports: Vec<ObservedPort>,
}

/// A container's attachment to a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedEndpoint {
    /// The network's id; may be empty for a container that never ran.
    pub network_id: String,
    /// Address, empty while it is not running.
    pub ip_address: String,
    /// Aliases, where the list call tells them.
    pub aliases: Vec<String>,
}

/// A mount of a container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedMount {
    /// `bind`, `volume`, `tmpfs`, `image`, …
    pub kind: String,
    /// Volume name, for volumes.
    pub name: String,
    /// Path on the host.
    pub source: String,
    /// Path in the container.
    pub destination: String,
    /// Volume driver, for volumes.
    pub driver: String,
    /// True if it can be written.
    pub writable: bool,
}

/// A port of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedPort {
    /// Host address, empty if not published.
    pub host_ip: String,
    /// Host port, 0 if not published.
    pub published: u16,
    /// Container port.
    pub target: u16,
    /// `tcp`, `udp`, `sctp`.
    pub protocol: String,
}

/// A network as a list call shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedNetwork {
    /// Id.
    pub id: String,
    /// Real name.
    pub name: String,
    /// Driver.
    pub driver: String,
    /// `local` or `swarm`.
    pub scope: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// A volume as a list call shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedVolume {
    /// Real name.
    pub name: String,
    /// Driver.
    pub driver: String,
    /// `local` or `global`.
    pub scope: String,
    /// Its folder on the engine's machine.
    pub mountpoint: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// A local image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ObservedImage {
    /// Id (`sha256:…`).
    pub id: String,
    /// All its `repository:tag` names.
    pub tags: Vec<String>,
    /// All its `repository@sha256:…` names.
    pub digests: Vec<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Creation time, seconds since 1970.
    pub created: i64,
    /// Size in bytes.
    pub size: i64,
    /// `os/arch[/variant]`; empty when only a list call was made.
    pub platform: String,
    /// Paths that the image declares as volumes; `None` when only a list call was made.
    pub volumes: Option<Vec<String>>,
    /// When it last got a name, seconds since 1970; `None` when only a list call was made.
    pub tagged: Option<i64>,
}

impl Default for ApiVersion {
    /// The oldest engine that must work: 20.10.
    fn default() -> Self {
        Self { major: 1, minor: 41 }
    }
}

impl ApiVersion {
    /// `major.minor`.
    #[must_use]
    pub fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }
}

impl std::fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl ObservedContainer {
    /// The value of a label, empty if it has none.
    #[must_use]
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }
}
