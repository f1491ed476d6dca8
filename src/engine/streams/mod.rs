//! What the daemon tells bit by bit: output of containers, its events, progress.
//!
//! Terminal output has no frames: it is passed on as it comes, so that no byte is taken for a frame's head and a prompt
//! without a line end arrives at once.

mod attach;
mod events;
mod flow;
mod frames;
mod json_lines;
mod lines;
mod logs;
mod wait;

pub use attach::{AttachOptions, Attached, Input};
pub use events::{DaemonEvent, EventQuery, Heard};
pub use flow::Flow;
pub use frames::Output;
pub(super) use frames::outputs;
pub(super) use json_lines::json_lines;
pub use lines::{Line, Lines};
pub use logs::LogOptions;
pub use wait::{Exit, WaitFor, Waiting};
