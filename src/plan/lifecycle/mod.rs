//! Planners over what is there: start, stop, restart, kill, pause, remove, down.
//!
//! What is wanted only says what belongs together and in which order; where there are no files, it is
//! [recalled](crate::resource::recall) from labels.

mod down;
mod images;
mod remove;
mod restart;
mod signal;
mod stop;
mod verb;
mod work;

pub use down::{DownPolicy, ImageRemoval, down};
pub use images::remove_images;
pub use verb::{LifecyclePolicy, Verb, lifecycle};
