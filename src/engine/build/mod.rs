//! Images from source: what is sent to the daemon's builder, and what it tells on the way.

mod builder;
mod buildkit;
mod classic;
mod context;
mod dockerfile;
mod outcome;
mod pack;
mod reader;

pub use builder::Builder;
pub(super) use builder::Wish;
pub use outcome::{BuildCheck, BuildDoubt, BuildFault, BuildProgress, BuildStep, StepState};
