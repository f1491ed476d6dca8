//! One file a verb: load, observe, plan, run. [`Compose`] is what verbs on a daemon start from.
//!
//! In: a loaded project or a project's name, a daemon, options. Out: results as data, events on the way, [`Error`]s that
//! can be drawn with the line that caused them. This room never knows terminals.

pub mod graph;

mod bake;
mod build;
mod compose;
mod config;
mod down;
mod error;
mod exec;
mod late;
mod lifecycle;
mod logs;
mod ps;
mod report;
mod run;
mod transfer;
mod up;
mod watch;

pub use build::BuildOptions;
pub use compose::{Compose, Interrupts, Scope, Settings};
pub use config::{ConfigRequest, Format, Rendered, Shown, config};
pub use down::DownOptions;
pub use error::Error;
pub use exec::Instance;
pub use logs::LogsOptions;
pub use ps::PsOptions;
pub use report::RunReport;
pub use run::{PreparedRun, RunOptions};
pub use transfer::TransferOptions;
pub use up::{AttachOptions, Prepared, UpEnd};
pub use watch::{Reload, Requests, WatchOptions, WatchRequest};
