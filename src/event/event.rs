//! Everything that can be told while something is done.

use serde::Serialize;

use crate::resource::ResourceId;

/// One thing that happened. Serialises as one object of the event stream (`schemas/events.schema.json`).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Work began: what the headline says (`up`, `down`), and how many resources it will touch, where that is known.
    Started {
        /// The verb.
        operation: &'static str,
        /// Resources in the plan.
        total: usize,
    },
    /// A resource moved on.
    Progress(Progress),
    /// A line that a container wrote.
    Log(LogLine),
    /// Attached to containers' output: their names without the project, sorted.
    Attached {
        /// Names.
        containers: Vec<String>,
    },
    /// An attached container ended.
    Exited {
        /// Name without the project.
        container: String,
        /// Service.
        service: String,
        /// Exit code.
        code: i64,
        /// True when its restart policy starts it again.
        restarting: bool,
    },
    /// A line for the user that belongs to no resource (`Gracefully Stopping...`).
    Notice {
        /// How loud.
        level: Level,
        /// The words.
        text: String,
    },
    /// Work ended.
    Finished {
        /// The verb.
        operation: &'static str,
        /// False when something failed.
        success: bool,
    },
}

/// How loud a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For your information.
    Info,
    /// Probably not as meant.
    Warning,
    /// Failed.
    Error,
}

/// How far a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Status {
    /// Under way.
    Working,
    /// Done.
    Done,
    /// Done or skipped, with a word of warning.
    Warning,
    /// Failed.
    Error,
}

/// A step of a resource, in the peer's terms (`Creating`, `Created`, `Healthy`, …).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Progress {
    /// The resource.
    pub resource: ResourceId,
    /// The resource that this one is a part of (a layer of an image).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<ResourceId>,
    /// How far.
    pub status: Status,
    /// One or two words: `Creating`, `Started`, `Waiting`, …
    pub text: String,
    /// The reason or an error; may be empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub details: String,
    /// Bytes or steps done so far, 0 if it is not counted.
    #[serde(skip_serializing_if = "is_zero")]
    pub current: u64,
    /// Bytes or steps in all, 0 if it is not counted.
    #[serde(skip_serializing_if = "is_zero")]
    pub total: u64,
}

/// Where a container wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A line that a container wrote, without its line end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Container name without the project (`web-1`).
    pub container: String,
    /// Service.
    pub service: String,
    /// Which stream.
    pub stream: Stream,
    /// The daemon's RFC 3339 time stamp, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// The text; bytes that are not UTF-8 are replaced.
    pub text: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's `skip_serializing_if` passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Progress {
    /// A step without details or counts.
    #[must_use]
    pub fn new(resource: ResourceId, status: Status, text: impl Into<String>) -> Self {
        Self {
            resource,
            parent: None,
            status,
            text: text.into(),
            details: String::new(),
            current: 0,
            total: 0,
        }
    }

    /// Adds the reason or error.
    #[must_use]
    pub fn details(mut self, text: impl Into<String>) -> Self {
        self.details = text.into();
        self
    }
}
