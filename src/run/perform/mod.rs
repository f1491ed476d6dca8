//! One step, done: how each action becomes a daemon call, and which answers of the daemon mean "someone else did it".

mod build;
mod container;
mod hook;
mod image;
mod job;
mod provider;
mod storage;

pub(crate) use image::remove_image;
pub(super) use job::{Done, Job, Target};
pub use provider::ProviderFault;
