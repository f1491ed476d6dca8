//! Images from source: what is sent to the daemon's builder, and what it tells on the way.

mod classic;
mod context;
mod dockerfile;
mod outcome;
mod pack;
mod reader;

pub use outcome::{BuildFault, BuildProgress};
