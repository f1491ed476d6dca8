//! From options to one project: which files, in which order they are read, filled in, merged and checked.
//!
//! In: [`LoadOptions`] and a way to read [`Files`]. Out: [`Loaded`], or a [`Failure`] with every fault found, each at
//! its line. This room never knows daemons and never waits for anything but a file.

pub mod check;
pub mod explain;
pub mod files;
pub mod lint;
pub mod schema;

mod canonical;
mod cast;
mod declared;
mod defaults;
mod discover;
mod env_files;
mod environment;
mod extends;
mod finish;
mod include;
mod interpolate;
mod layers;
mod loaded;
mod merge;
mod normalize;
mod options;
mod origin;
mod paths;
mod pipeline;
mod project_name;
mod renamed;
mod reset;
mod rules;
mod scene;
mod secrets;
mod select;
mod session;
#[cfg(test)]
mod tests;
mod trace;
mod unique;
mod variables;

pub use environment::{Environment, Variable};
pub use files::{Disk, FileKind, Files, Memory};
pub use loaded::{Failure, Loaded};
pub use options::{LoadOptions, Passes, Supplies};
pub use pipeline::load;
