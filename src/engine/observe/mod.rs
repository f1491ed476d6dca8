//! One snapshot of the daemon by a handful of list calls.

mod container;
mod lenient;
mod query;
mod status;

pub(super) use container::{ListedMount, ListedNetwork, ListedVolume};
pub(super) use lenient::nullable;
pub use query::{Alive, Query};
pub(super) use status::{health, state};
