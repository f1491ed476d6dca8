//! One file a verb: its flags, and the call into the library that does it.

mod build;
mod completion;
mod config;
mod down;
mod graph;
mod lint;
mod logs;
mod metadata;
mod plan;
mod ps;
mod up;
mod version;

pub(crate) use build::{BuildArgs, run as build};
pub(crate) use completion::{CompletionArgs, run as completion};
pub(crate) use config::{ConfigArgs, run as config};
pub(crate) use down::{DownArgs, run as down};
pub(crate) use graph::{GraphArgs, run as graph};
pub(crate) use lint::{LintArgs, run as lint};
pub(crate) use logs::{LogsArgs, run as logs};
pub(crate) use metadata::text as metadata;
pub(crate) use plan::{PlanArgs, run as plan};
pub(crate) use ps::{PsArgs, run as ps};
pub(crate) use up::{UpArgs, run as up};
pub(crate) use version::{VersionArgs, run as version};
