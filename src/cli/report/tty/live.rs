//! Events in; permanent lines and a live region out.

use std::time::Duration;

use rcompose::event::{Event, Status};

use super::draw::{View, draw};
use super::state::State;
use crate::cli::report::chunk::Chunk;
use crate::cli::report::words::notice;

/// The live region of a run.
#[derive(Debug, Default)]
pub(crate) struct Live {
    state: State,
}

impl Live {
    /// Takes an event in. What it returns stays on the screen, above the live region.
    pub(crate) fn accept(&mut self, event: &Event, view: View, now: Duration) -> Option<Chunk> {
        match event {
            Event::Started { operation, total } => {
                let settled = self.settle(view, now);
                self.state.begin(operation, *total, now);
                settled
            }
            Event::Progress(progress) => {
                self.state.progress(progress, now);
                None
            }
            Event::Output(line) => {
                self.state.output(&line.resource, &line.text, now);
                None
            }
            Event::Step(step) => {
                self.state.step(step, now);
                None
            }
            Event::Notice { level, text } => Some(Chunk::stderr(notice(*level, text, view.paint))),
            Event::Finished { .. } => self.settle(view, now),
            _ => None,
        }
    }

    /// The live lines.
    pub(crate) fn lines(&self, view: View, now: Duration) -> Vec<String> {
        draw(&self.state, view, now)
    }

    /// True while the lines change by themselves.
    pub(crate) fn is_moving(&self) -> bool {
        self.state.is_working()
    }

    /// Ends the region: its last drawing stays on the screen, with what a failed build wrote.
    pub(crate) fn settle(&mut self, view: View, now: Duration) -> Option<Chunk> {
        let lines = draw(&self.state, view, now);
        let state = std::mem::take(&mut self.state);
        if lines.is_empty() {
            return None;
        }
        let mut text = lines.join("\n") + "\n";
        let failed =
            state.rows.iter().filter(|(_, row)| row.status == Status::Error && !row.output.is_empty());
        for (id, row) in failed {
            text.push_str(&view.paint.dim(&format!("   last output of {id}:")));
            text.push('\n');
            for line in &row.output {
                text.extend(["   | ", line, "\n"]);
            }
        }
        Some(Chunk::stderr(text))
    }
}
