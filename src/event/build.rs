//! What happens while an image is built.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::resource::ResourceId;

/// A step of a build moved on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepProgress {
    /// The image that is built.
    pub resource: ResourceId,
    /// The service whose build it is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub service: String,
    /// Counted from 1 in each build.
    pub step: u32,
    /// What it does: `[2/3] RUN make`.
    pub name: String,
    /// How far it is.
    pub state: StepState,
    /// How long it took, once it is done and where that is known; seconds.
    #[serde(rename = "seconds", skip_serializing_if = "Option::is_none", serialize_with = "seconds")]
    pub took: Option<Duration>,
    /// Why it failed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// How far a step of a build is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// It began.
    Started,
    /// Its result was there from an earlier build.
    Cached,
    /// It is done.
    Done,
    /// It failed.
    Failed,
    /// It was given up.
    Cancelled,
}

/// A step of a build carries something: a context, a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Carried {
    /// The image that is built.
    pub resource: ResourceId,
    /// The step's number.
    pub step: u32,
    /// What.
    pub what: String,
    /// Bytes so far.
    pub current: u64,
    /// Bytes in all; 0 if nobody knows.
    pub total: u64,
    /// All of it is there.
    pub done: bool,
}

/// A time as seconds.
#[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
pub(super) fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.unwrap_or_default().as_secs_f64())
}
