//! One container looked at closely: what an inspect call tells and a list call does not.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ContainerState, Health};

/// A container as an inspect call shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerDetails {
    /// Full id.
    pub id: String,
    /// Name without the leading slash.
    pub name: String,
    /// State.
    pub state: ContainerState,
    /// Health; [`Health::None`] when it has no health check.
    pub health: Health,
    /// Exit code of the last run; 0 while it runs.
    pub exit_code: i64,
    /// The kernel killed it for want of memory.
    pub oom_killed: bool,
    /// Why the daemon could not start it; empty if it could.
    pub error: String,
    /// RFC 3339 time of the last start; the year 1 if it never started.
    pub started_at: String,
    /// RFC 3339 time of the last end; the year 1 if it never ended.
    pub finished_at: String,
    /// How often the restart policy started it again.
    pub restart_count: i64,
    /// The last health probes, oldest first (the daemon keeps five).
    pub probes: Vec<Probe>,
    /// Its health check, of the file or of the image.
    pub health_test: HealthTest,
    /// It has a terminal: its output is one raw stream.
    pub tty: bool,
    /// Logging driver; the daemon can only read back `json-file`, `local` and `journald`.
    pub log_driver: String,
    /// Process id of its first process in the host's eyes; 0 while it does not run.
    pub pid: i64,
    /// Mounts.
    pub mounts: Vec<super::ObservedMount>,
    /// Labels.
    pub labels: std::collections::BTreeMap<String, String>,
}

/// How the daemon finds out whether a container is healthy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HealthTest {
    /// The command (`CMD-SHELL`, …), empty if there is none.
    pub test: Vec<String>,
    /// The shell that runs a `CMD-SHELL`, empty for the daemon's own.
    pub shell: Vec<String>,
    /// From the end of one probe to the next.
    pub interval: Duration,
    /// How long a probe may take.
    pub timeout: Duration,
}

/// One run of a health check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Probe {
    /// RFC 3339 time of its start.
    pub start: String,
    /// RFC 3339 time of its end.
    pub end: String,
    /// 0 is healthy.
    pub exit_code: i64,
    /// What it printed, cut by the daemon at 4 KiB.
    pub output: String,
}
