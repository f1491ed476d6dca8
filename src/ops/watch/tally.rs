//! What a watch has done so far, for whoever asks.

use std::time::{Duration, Instant};

use crate::event::Synced;

/// So many latencies are remembered.
const REMEMBERED: usize = 1000;

/// Counts of a watch.
#[derive(Debug)]
pub(super) struct Tally {
    began: Instant,
    batches: u64,
    copied: usize,
    deleted: usize,
    bytes: u64,
    failures: u64,
    reactions: u64,
    rebuilds: u64,
    latencies: Vec<u64>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            batches: 0,
            copied: 0,
            deleted: 0,
            bytes: 0,
            failures: 0,
            reactions: 0,
            rebuilds: 0,
            latencies: Vec::new(),
        }
    }
}

impl Tally {
    /// A batch arrived.
    pub(super) fn synced(&mut self, batch: &Synced) {
        self.batches += 1;
        self.copied += batch.copied;
        self.deleted += batch.deleted;
        self.bytes += batch.bytes;
        if !batch.catching_up {
            if self.latencies.len() == REMEMBERED {
                self.latencies.remove(0);
            }
            self.latencies.push(batch.milliseconds);
        }
    }

    /// A container did not get what it lacked.
    pub(super) fn failed(&mut self) {
        self.failures += 1;
    }

    /// A restart or a command.
    pub(super) fn reacted(&mut self, times: u64) {
        self.reactions += times;
    }

    /// A rebuild ended.
    pub(super) fn rebuilt(&mut self) {
        self.rebuilds += 1;
    }

    /// All in one sentence; `waiting` changes have not arrived yet.
    pub(super) fn summary(&self, waiting: usize) -> String {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let at =
            |percent: usize| sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)));
        let latency = match (at(50), at(95)) {
            (Some(half), Some(most)) => format!(", p50 {half} ms, p95 {most} ms"),
            _ => String::new(),
        };
        format!(
            "watched for {}: {} batches, {} files ({} bytes) copied, {} deleted{latency}; {} restarts and commands, {} \
             rebuilds, {} failures; {waiting} changes wait",
            minutes(self.began.elapsed()),
            self.batches,
            self.copied,
            self.bytes,
            self.deleted,
            self.reactions,
            self.rebuilds,
            self.failures,
        )
    }
}

fn minutes(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 { format!("{seconds}s") } else { format!("{}m{:02}s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_tells_how_much_and_how_fast() {
        let mut tally = Tally::default();
        for milliseconds in 1..=100 {
            let batch = Synced { copied: 2, bytes: 10, milliseconds, ..Synced::default() };
            tally.synced(&batch);
        }
        tally.synced(&Synced { copied: 5, milliseconds: 9999, catching_up: true, ..Synced::default() });
        let summary = tally.summary(3);
        assert!(summary.contains("101 batches, 205 files (1000 bytes) copied"), "{summary}");
        assert!(summary.contains("p50 51 ms, p95 96 ms") && summary.contains("3 changes wait"), "{summary}");
    }
}
