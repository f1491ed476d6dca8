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

impl ContainerState {
    /// The daemon's word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
        }
    }

    /// True if it has processes, frozen ones too, or will have some by its restart policy: what lists show without being
    /// asked for all.
    #[must_use]
    pub fn is_alive(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Restarting)
    }
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
