//! What a container is doing.

use serde::{Deserialize, Serialize};

/// The daemon's container states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerState {
    /// Made, never started.
    #[default]
    Created,
    /// Running.
    Running,
    /// Frozen.
    Paused,
    /// Between an exit and the next start by its restart policy.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// Could not be removed or ended wrongly.
    Dead,
}

/// The daemon's health verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// There is no health check.
    #[default]
    None,
    /// No verdict yet.
    Starting,
    /// The last probe succeeded.
    Healthy,
    /// `retries` probes failed in a row.
    Unhealthy,
}
