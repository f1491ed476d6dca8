//! What happened, as data, and the channel it travels on.
//!
//! In: whatever `run` and `ops` do. Out: [`Event`]s in one total order. This room never knows who listens.

mod build;
#[expect(clippy::module_inception, reason = "the room is named after its one noun")]
mod event;
mod sink;

pub use build::{Carried, StepProgress, StepState};
pub use event::{Event, Level, LogLine, OutputLine, Progress, Status, Stream, Synced};
pub use sink::{Events, Hold, Sink, Told, channel};
