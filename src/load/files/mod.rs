//! The one way in which this room reads: a trait, with the disk and a map in memory behind it.

mod access;
mod disk;
mod memory;

pub use access::{FileKind, Files, LARGEST_FILE};
pub use disk::Disk;
pub use memory::Memory;
