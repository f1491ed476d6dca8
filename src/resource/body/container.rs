//! The body of a container's creation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::skip::{not, zero};
use super::{Endpoint, HostConfig};

/// An empty JSON object, as the API writes the members of a set.
pub type Present = BTreeMap<String, String>;

/// `POST /containers/create`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateBody {
    /// Host name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hostname: String,
    /// Domain name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub domainname: String,
    /// `user[:group]`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Attach to standard input.
    #[serde(skip_serializing_if = "not")]
    pub attach_stdin: bool,
    /// Attach to standard output.
    pub attach_stdout: bool,
    /// Attach to standard error.
    pub attach_stderr: bool,
    /// Exposed ports, as `80/tcp`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub exposed_ports: BTreeMap<String, Present>,
    /// A terminal.
    #[serde(skip_serializing_if = "not")]
    pub tty: bool,
    /// Standard input stays open.
    #[serde(skip_serializing_if = "not")]
    pub open_stdin: bool,
    /// Standard input closes after the first client went.
    #[serde(skip_serializing_if = "not")]
    pub stdin_once: bool,
    /// Environment, `K=V`, or `K` to unset what the image sets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// Arguments; `None` leaves the image's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cmd: Option<Vec<String>>,
    /// Health check; `None` leaves the image's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<Healthcheck>,
    /// Image reference.
    pub image: String,
    /// Working directory.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub working_dir: String,
    /// Entry point; `None` leaves the image's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// Hardware address of the primary network; only engines before API 1.44 take it here.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mac_address: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Stop signal.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stop_signal: String,
    /// Grace before the kill, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_timeout: Option<i64>,
    /// What is the host's part.
    pub host_config: HostConfig,
    /// Networks to join at creation.
    pub networking_config: NetworkingConfig,
}

/// A health check; zero values leave the image's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Healthcheck {
    /// `["CMD", …]`, `["CMD-SHELL", script]`, `["NONE"]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub test: Vec<String>,
    /// Nanoseconds between probes.
    #[serde(skip_serializing_if = "zero")]
    pub interval: i64,
    /// Nanoseconds that a probe may take.
    #[serde(skip_serializing_if = "zero")]
    pub timeout: i64,
    /// Nanoseconds during which failures do not count.
    #[serde(skip_serializing_if = "zero")]
    pub start_period: i64,
    /// Nanoseconds between probes during the start period.
    #[serde(skip_serializing_if = "zero")]
    pub start_interval: i64,
    /// Failures in a row that make it unhealthy.
    #[serde(skip_serializing_if = "zero")]
    pub retries: i64,
}

/// The networks to join at creation, by real name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NetworkingConfig {
    /// Attachments by network name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub endpoints_config: BTreeMap<String, Endpoint>,
}
