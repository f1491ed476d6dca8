//! Progress for programs: one object a line on stderr, as `schemas/events.schema.json` describes it.

use rcompose::event::Event;

use super::chunk::Chunk;

/// What an event prints: everything but what containers wrote, which is data and goes to stdout as it is.
pub(crate) fn accept(event: &Event) -> Option<Chunk> {
    match event {
        Event::Log(_) | Event::Attached { .. } | Event::Shown { .. } | Event::Exited { .. } => None,
        _ => serde_json::to_string(event).ok().map(|line| Chunk::stderr(line + "\n")),
    }
}
