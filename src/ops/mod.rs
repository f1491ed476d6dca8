//! One file a verb: load, observe, plan, run. [`Compose`] is what verbs on a daemon start from.
//!
//! In: a loaded project or a project's name, a daemon, options. Out: results as data, events on the way, [`Error`]s that
//! can be drawn with the line that caused them. This room never knows terminals.

pub mod graph;

mod attach;
mod attached;
mod bake;
mod build;
mod compose;
mod config;
mod contest;
mod cp;
mod down;
mod error;
mod events;
mod exec;
mod images;
mod inspect;
mod keep;
mod late;
mod lifecycle;
mod logs;
mod models;
mod platforms;
mod port;
mod projects;
mod ps;
mod quoted;
pub mod reap;
mod report;
mod run;
pub mod snapshots;
mod stats;
mod top;
mod transfer;
mod up;
mod volumes;
mod wait;
mod watch;

pub use attach::Attachable;
pub use attached::{Menu, UpRequest};
pub use build::BuildOptions;
pub use compose::{Compose, Interrupts, Scope, Settings};
pub use config::{ConfigRequest, Format, PinnedRequest, Rendered, Shown, config, config_pinned};
pub use cp::{CopyOptions, Incoming, Inside, Outgoing};
pub use down::DownOptions;
pub use error::Error;
pub use events::{ContainerEvent, ContainerEvents, EventsOptions};
pub use exec::Instance;
pub use images::ContainerImage;
pub use keep::Destination;
pub use logs::LogsOptions;
pub use projects::{ProjectSummary, projects};
pub use ps::PsOptions;
pub use report::RunReport;
pub use run::{PreparedRun, RunOptions};
pub use stats::{ContainerUsage, Gauges, StatsOptions};
pub use top::ContainerProcesses;
pub use transfer::TransferOptions;
pub use up::{AttachOptions, Prepared, UpEnd};
pub use wait::Ending;
pub use watch::{Reload, Requests, WatchOptions, WatchRequest};
