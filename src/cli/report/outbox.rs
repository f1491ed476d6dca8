//! What is ready to be written, between who decides and who writes.
//!
//! Writing to a terminal can block for as long as its user likes (Ctrl-S). So that nothing else waits for it, a thread
//! of its own writes; of the live region only the newest drawing is kept, and lines of containers hold back their
//! senders (see [`Hold`]).

use std::mem;
use std::sync::{Condvar, Mutex, PoisonError};

use rcompose::event::Hold;

use super::chunk::Chunk;

/// The box; one puts in, one takes out.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    pending: Mutex<Pending>,
    changed: Condvar,
}

/// What is ready.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Lines that stay, with the holds of their senders.
    pub(super) chunks: Vec<(Chunk, Hold)>,
    /// The newest drawing of the live region, if it changed.
    pub(super) frame: Option<Vec<String>>,
    /// True when nothing will follow.
    pub(super) ended: bool,
}

impl Outbox {
    /// Changes what is ready, and tells who writes.
    pub(super) fn put(&self, change: impl FnOnce(&mut Pending)) {
        change(&mut self.pending.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_one();
    }

    /// Takes everything that is ready; waits until something is.
    pub(super) fn take(&self) -> Pending {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pending = self
            .changed
            .wait_while(pending, |pending| {
                pending.chunks.is_empty() && pending.frame.is_none() && !pending.ended
            })
            .unwrap_or_else(PoisonError::into_inner);
        let ended = pending.ended;
        Pending { ended, ..mem::take(&mut *pending) }
    }
}
