//! When to act on what changed: the first change at once, those that follow together. No clock of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Changes that follow each other within this are one batch.
const QUIET: Duration = Duration::from_millis(30);
/// And no change waits longer than this, however busy the tree is.
const CAP: Duration = Duration::from_millis(120);

/// Whether a change is complete, as far as its event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Something may follow: a file that is still written, or a removal that may be half of a swap.
    Patient,
    /// A file that was closed after writing, or got its name.
    Urgent,
}

/// Paths that changed and were not acted on yet.
#[derive(Debug, Default)]
pub struct Window {
    dirty: BTreeMap<PathBuf, (Urgency, Instant)>,
    first: Option<Instant>,
    last: Option<Instant>,
    taken: Option<Instant>,
}

impl Window {
    /// A path changed.
    pub fn note(&mut self, path: &Path, urgency: Urgency, now: Instant) {
        let entry = self.dirty.entry(path.to_path_buf()).or_insert((urgency, now));
        // What comes last decides: a file that is written again after it was closed is not complete.
        entry.0 = urgency;
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// When to act; `None` while nothing changed.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        let (first, last) = self.first.zip(self.last)?;
        let urgent =
            self.dirty.values().filter(|(urgency, _)| *urgency == Urgency::Urgent).map(|(_, since)| *since);
        let leading = urgent.min().map(|since| self.taken.map_or(since, |taken| since.max(taken + QUIET)));
        let trailing = (last + QUIET).min(first + CAP);
        Some(leading.map_or(trailing, |leading| leading.min(trailing)))
    }

    /// What to act on now, each path with the moment of its first change. What is not complete stays until all is quiet.
    pub fn take(&mut self, now: Instant) -> BTreeMap<PathBuf, Instant> {
        let quiet =
            self.first.zip(self.last).is_some_and(|(first, last)| now >= (last + QUIET).min(first + CAP));
        let (taken, left) = std::mem::take(&mut self.dirty)
            .into_iter()
            .partition(|(_, (urgency, _))| quiet || *urgency == Urgency::Urgent);
        self.dirty = left;
        self.first = self.dirty.values().map(|(_, since)| *since).min();
        self.last = if self.dirty.is_empty() { None } else { self.last };
        self.taken = Some(now);
        BTreeMap::into_iter(taken).map(|(path, (_, since))| (path, since)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, millis: u64) -> Instant {
        start + Duration::from_millis(millis)
    }

    fn names(taken: &BTreeMap<PathBuf, Instant>) -> Vec<&str> {
        taken.keys().filter_map(|path| path.to_str()).collect()
    }

    #[test]
    fn the_first_save_is_due_at_once() {
        let (mut window, start) = (Window::default(), Instant::now());
        assert_eq!(window.due(), None);
        window.note(Path::new("a"), Urgency::Urgent, start);
        assert_eq!(window.due(), Some(start));
        assert_eq!(names(&window.take(start)), ["a"]);
        assert_eq!(window.due(), None);
    }

    #[test]
    fn saves_that_follow_wait_for_each_other() {
        let (mut window, start) = (Window::default(), Instant::now());
        window.note(Path::new("a"), Urgency::Urgent, start);
        window.take(start);
        window.note(Path::new("b"), Urgency::Urgent, at(start, 2));
        window.note(Path::new("c"), Urgency::Urgent, at(start, 5));
        assert_eq!(window.due(), Some(at(start, 30)));
        assert_eq!(names(&window.take(at(start, 30))), ["b", "c"]);
    }

    #[test]
    fn a_removal_waits_until_all_is_quiet_so_that_a_swap_is_none() {
        let (mut window, start) = (Window::default(), Instant::now());
        window.note(Path::new("a"), Urgency::Patient, start);
        window.note(Path::new("b"), Urgency::Urgent, start);
        assert_eq!(names(&window.take(start)), ["b"]);
        assert_eq!(window.due(), Some(at(start, 30)));
        window.note(Path::new("a"), Urgency::Urgent, at(start, 10));
        assert_eq!(names(&window.take(at(start, 30))), ["a"]);
    }

    #[test]
    fn a_tree_that_is_never_quiet_is_acted_on_all_the_same() {
        let (mut window, start) = (Window::default(), Instant::now());
        for millis in (0..=200).step_by(10) {
            window.note(Path::new("log"), Urgency::Patient, at(start, millis));
        }
        assert_eq!(window.due(), Some(at(start, 120)));
        assert_eq!(names(&window.take(at(start, 120))), ["log"]);
    }

    #[test]
    fn a_file_that_is_written_again_after_its_close_is_not_complete() {
        let (mut window, start) = (Window::default(), Instant::now());
        window.note(Path::new("a"), Urgency::Urgent, start);
        window.note(Path::new("a"), Urgency::Patient, start);
        assert!(window.take(start).is_empty());
        assert_eq!(names(&window.take(at(start, 30))), ["a"]);
    }
}
