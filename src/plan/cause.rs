//! Why a step is in the plan.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::resource::{ContainerState, PullPolicy};

/// Why a step is in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// It is wanted and not there.
    Missing,
    /// Its configuration is another one than that of the last time.
    ConfigChanged {
        /// What changed, as far as it can be told.
        fields: Vec<FieldChange>,
    },
    /// Its image is another one.
    ImageChanged {
        /// Id of the image that it was made from.
        from: String,
        /// Id of the image that the reference means now; empty if that is not there yet.
        to: String,
    },
    /// Something that it lives in or hangs on is made anew.
    DependencyRecreated {
        /// The service.
        service: String,
    },
    /// Something that it asked to be restarted with is restarted.
    DependencyRestarted {
        /// The service.
        service: String,
    },
    /// It is not in a network that it should be in.
    NetworkChanged {
        /// Real name of the network.
        network: String,
    },
    /// It does not have a volume that it should have.
    VolumeChanged {
        /// Real name of the volume.
        volume: String,
    },
    /// The user asked for it to be made anew.
    Forced,
    /// It is there, and does not run.
    NotRunning {
        /// What it does instead.
        state: ContainerState,
    },
    /// There are more than wanted.
    Surplus,
    /// Nothing in the files accounts for it.
    Orphan,
    /// It was left behind by a change that did not come to its end.
    Unfinished,
    /// The user asked for it.
    Requested,
    /// Another step of the plan needs it.
    NeededBy {
        /// The service that does.
        service: String,
    },
    /// Its pull policy says so.
    PullPolicy {
        /// The policy.
        #[serde(serialize_with = "policy_word")]
        policy: PullPolicy,
    },
    /// It is as it should be.
    UpToDate,
}

/// A field of a configuration that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FieldChange {
    /// Its name in the file.
    pub field: String,
    /// What it was, where that is known and no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is to be, where that is no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl Cause {
    /// The cause in one word, for progress lines.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::ConfigChanged { .. } => "changed",
            Self::ImageChanged { .. } => "image",
            Self::DependencyRecreated { .. } | Self::DependencyRestarted { .. } => "dependency",
            Self::NetworkChanged { .. } => "network",
            Self::VolumeChanged { .. } => "volume",
            Self::Forced => "forced",
            Self::NotRunning { .. } => "stopped",
            Self::Surplus => "surplus",
            Self::Orphan => "orphan",
            Self::Unfinished => "unfinished",
            Self::Requested => "requested",
            Self::NeededBy { .. } => "needed",
            Self::PullPolicy { .. } => "policy",
            Self::UpToDate => "unchanged",
        }
    }
}

fn policy_word<S: Serializer>(policy: &PullPolicy, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(policy.word())
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, "{} {from} → {to}", self.field),
            (Some(from), None) => write!(f, "{} {from} removed", self.field),
            (None, Some(to)) => write!(f, "{} → {to}", self.field),
            (None, None) => f.write_str(&self.field),
        }
    }
}
