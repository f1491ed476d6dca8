//! The thread that writes: the only place where a slow terminal is waited for.

use std::io::{self, Write};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::chunk::{Chunk, Target};
use super::outbox::{Outbox, Pending};
use super::tty::Screen;

/// Where everything goes.
#[derive(Debug)]
pub(super) struct Writer {
    /// Where it comes from.
    pub(super) outbox: Arc<Outbox>,
    /// True if both streams are the same terminal, so that lines of both belong above the live region.
    pub(super) same_terminal: bool,
    /// Told when nobody reads stdout any more.
    pub(super) broken: CancellationToken,
    /// The live region.
    pub(super) screen: Screen,
}

impl Writer {
    /// Writes until nothing will follow.
    pub(super) fn run(mut self) {
        loop {
            let mut pending = self.outbox.take();
            self.write(&mut pending);
            if pending.ended {
                return;
            }
        }
    }

    fn write(&mut self, pending: &mut Pending) {
        let mut above = String::new();
        let mut data = Vec::new();
        for (chunk, _) in &pending.chunks {
            match chunk.target {
                Target::Stdout if !self.same_terminal => {
                    data.extend_from_slice(chunk.raw.as_deref().unwrap_or(chunk.text.as_bytes()));
                }
                _ if chunk.raw.is_some() => {
                    self.talk(&std::mem::take(&mut above), chunk);
                }
                _ => above.push_str(&chunk.text),
            }
        }
        self.data(&data);
        let bytes = match pending.frame.take() {
            None if above.is_empty() => return,
            Some(lines) => self.screen.paint(&above, lines, width()),
            None => self.screen.put_above(&above, width()),
        };
        if !bytes.is_empty() {
            // When stderr is gone there is nobody left to tell.
            let _ = io::stderr().lock().write_all(bytes.as_bytes());
        }
    }

    /// Writes what is no text behind what comes before it. It never goes to a terminal, so that there is no live region.
    fn talk(&mut self, above: &str, chunk: &Chunk) {
        let before = self.screen.put_above(above, width());
        let mut stderr = io::stderr().lock();
        // When stderr is gone there is nobody left to tell.
        let _ = stderr
            .write_all(before.as_bytes())
            .and_then(|()| stderr.write_all(chunk.raw.as_deref().unwrap_or_default()));
    }

    fn data(&self, bytes: &[u8]) {
        if bytes.is_empty() || self.broken.is_cancelled() {
            return;
        }
        let mut stdout = io::stdout().lock();
        if stdout.write_all(bytes).and_then(|()| stdout.flush()).is_err() {
            self.broken.cancel();
        }
    }
}

/// Columns of the terminal now.
fn width() -> usize {
    super::terminal_size().0
}
