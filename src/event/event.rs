//! Everything that can be told while something is done.

use std::time::Duration;

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::build::{Carried, StepProgress, seconds};
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
    /// A line that work on a resource wrote: a build, a hook.
    Output(OutputLine),
    /// A step of a build moved on.
    Step(StepProgress),
    /// A step of a build carries something.
    Carried(Carried),
    /// Attached to containers' output: their names without the project, sorted.
    Attached {
        /// Names.
        containers: Vec<String>,
    },
    /// The containers whose lines follow, so that columns can be laid out: their names without the project, sorted.
    Shown {
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
    /// Files are watched from now on.
    Watching {
        /// The services, sorted.
        services: Vec<String>,
        /// Folders that are watched.
        folders: usize,
        /// Files and folders that are known.
        paths: usize,
        /// Why they are looked at from time to time, where the file system tells no changes.
        #[serde(skip_serializing_if = "Option::is_none")]
        polling: Option<String>,
    },
    /// Changes of files reached the containers of a service.
    Synced(Synced),
    /// What a change of files led to besides copies.
    Reacted {
        /// The services, sorted.
        services: Vec<String>,
        /// `rebuild`, `restart`, `exec`.
        action: &'static str,
        /// False when it failed.
        success: bool,
        /// From the first change to the end.
        milliseconds: u64,
    },
    /// The project's files were saved, and this is to be done.
    Planned {
        /// The steps, a line each.
        steps: Vec<String>,
        /// They are carried out at once; else when the user says so.
        applied: bool,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The resource.
    pub resource: ResourceId,
    /// The resource that this one is a part of (a layer of an image).
    pub parent: Option<ResourceId>,
    /// How far.
    pub status: Status,
    /// One or two words: `Creating`, `Started`, `Waiting`, …
    pub text: String,
    /// The reason or an error; may be empty.
    pub details: String,
    /// Bytes or steps done so far, 0 if it is not counted.
    pub current: u64,
    /// Bytes or steps in all, 0 if it is not counted.
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
    /// The bytes as they were written, where the text is not the same.
    #[serde(skip)]
    pub bytes: Option<Bytes>,
}

impl LogLine {
    /// A line of a container and its service, without a time stamp.
    #[must_use]
    pub fn new(
        container: impl Into<String>,
        service: impl Into<String>,
        (stream, bytes): (Stream, Bytes),
    ) -> Self {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let bytes = (text.as_bytes() != bytes).then_some(bytes);
        Self { container: container.into(), service: service.into(), stream, timestamp: None, text, bytes }
    }
}

/// Changes of files that reached the containers of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Synced {
    /// Service.
    pub service: String,
    /// Names of the containers without the project (`web-1`), sorted.
    pub containers: Vec<String>,
    /// Files and links that were put into each.
    pub copied: usize,
    /// Paths that were taken away.
    pub deleted: usize,
    /// Bytes of content that went into each.
    pub bytes: u64,
    /// From the first change to the moment when the last container had it all.
    pub milliseconds: u64,
    /// Some of the paths in the containers, sorted.
    pub paths: Vec<String>,
    /// True if this is what containers lacked that came anew, and no change of this moment.
    pub catching_up: bool,
}

/// A line that work on a resource wrote, without its line end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutputLine {
    /// The resource.
    pub resource: ResourceId,
    /// The text; bytes that are not UTF-8 are replaced.
    pub text: String,
    /// The step of a build that wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// When, counted from the step's begin, where that is known; seconds.
    #[serde(rename = "seconds", skip_serializing_if = "Option::is_none", serialize_with = "seconds")]
    pub after: Option<Duration>,
}

impl OutputLine {
    /// A line of work that has no steps.
    #[must_use]
    pub fn new(resource: ResourceId, text: impl Into<String>) -> Self {
        Self { resource, text: text.into(), step: None, after: None }
    }
}

impl Serialize for Progress {
    /// The keys that readers of the peer's JSON progress know (`id`, `parent_id`, `status`, `text`, `details`,
    /// `current`, `total`, `percent`; absent when empty or zero), and the resource in its parts.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.resource.to_string())?;
        map.serialize_entry("resource", &self.resource)?;
        if let Some(parent) = &self.parent {
            map.serialize_entry("parent_id", &parent.to_string())?;
        }
        map.serialize_entry("status", &self.status)?;
        map.serialize_entry("text", &self.text)?;
        if !self.details.is_empty() {
            map.serialize_entry("details", &self.details)?;
        }
        let counts = [
            ("current", self.current),
            ("total", self.total),
            ("percent", self.percent().unwrap_or_default()),
        ];
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            map.serialize_entry(name, &count)?;
        }
        map.end()
    }
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

    /// How far in hundredths, where it is counted.
    #[must_use]
    pub fn percent(&self) -> Option<u64> {
        (self.current.min(self.total) * 100).checked_div(self.total)
    }

    /// Adds the reason or error.
    #[must_use]
    pub fn details(mut self, text: impl Into<String>) -> Self {
        self.details = text.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Kind;

    #[test]
    fn progress_serialises_with_the_keys_that_readers_of_the_peers_json_know() {
        let layer = Progress {
            parent: Some(ResourceId::new(Kind::Image, "nginx")),
            current: 5,
            total: 20,
            ..Progress::new(ResourceId::new(Kind::Image, "a1b2"), Status::Working, "Downloading")
        };
        let json = serde_json::to_value(Event::Progress(layer)).expect("an event is JSON");
        assert_eq!(
            json,
            serde_json::json!({
                "type": "progress", "id": "Image a1b2", "resource": {"kind": "image", "name": "a1b2"},
                "parent_id": "Image nginx", "status": "Working", "text": "Downloading",
                "current": 5, "total": 20, "percent": 25,
            })
        );
        let bare = Progress::new(ResourceId::new(Kind::Network, "p_default"), Status::Done, "Created");
        let json = serde_json::to_value(Event::Progress(bare)).expect("an event is JSON");
        assert!(
            json.get("percent").is_none() && json.get("details").is_none() && json.get("parent_id").is_none()
        );
    }
}
