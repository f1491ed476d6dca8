//! Carrying out a plan: one loop walks the graph, daemon calls run side by side, waits listen to the daemon's events.
//!
//! In: a `Plan` and an `Engine`. Out: `Event`s while it goes on, and an [`Outcome`]. This room decides nothing that a
//! planner could decide, and never knows clap or prints.

mod attend;
mod condition;
mod console;
mod context;
pub mod copy;
mod exec;
mod execute;
mod exit_code;
mod follow;
mod gate;
mod guard;
mod hook;
mod listener;
pub mod models;
mod monitor;
mod outcome;
mod perform;
mod plugin;
mod wait;
pub mod watch;
mod words;

pub use attend::{Attendance, Attended, attend};
pub use condition::{Met, Unmet, Verdict, verdict};
pub use console::{Console, Input, captured};
pub use context::{Context, Limits};
pub use exec::{Captured, Ended, capture, exec};
pub use execute::execute;
pub use exit_code::meaning;
pub use follow::{Followed, Follower};
pub use gate::Gates;
pub(crate) use hook::hook;
pub use listener::Listener;
pub use monitor::{Abort, End, Monitor};
pub use outcome::{Outcome, StepError, StepFailure, WaitFailure, WaitReason};
pub use perform::ProviderFault;
pub(crate) use perform::remove_image;
