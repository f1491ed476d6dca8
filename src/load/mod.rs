//! From options to one project: which files, in which order they are read, filled in, merged and checked.
//!
//! In: [`LoadOptions`] and a way to read [`Files`]. Out: [`Loaded`], or a [`Failure`] with every fault found, each at
//! its line. This room never knows daemons and never waits for anything but a file.

pub mod check;
pub mod files;
pub mod lint;
pub mod schema;

mod environment;
mod loaded;
mod options;
mod scene;

pub use environment::{Environment, Variable};
pub use files::{Disk, FileKind, Files, Memory};
pub use loaded::{Failure, Loaded};
pub use options::{LoadOptions, Passes};
