//! One file a verb: load, observe, plan, run.
//!
//! In: a loaded project or a project's name, a daemon, options. Out: results as data, events on the way, errors that
//! can be drawn with the line that caused them. This room never knows terminals.

mod config;

pub use config::{ConfigRequest, Format, Rendered, Shown, config};
