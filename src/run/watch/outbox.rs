//! What a container still lacks. No file system, no daemon.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is to happen to a path in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// What stands on the host at this moment is put there.
    Put,
    /// It is taken away, with all that is in it.
    Erase,
    /// It is taken away first, so that nothing of an old folder stays in the new one.
    Replace,
}

/// A change, by the path in the container that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path on the host.
    pub source: PathBuf,
    /// What is to happen.
    pub what: What,
    /// It came after the watch began, and no image has been made since: only containers that got it have it.
    pub passing: bool,
}

/// Changes by their path in the container, each path once: the last word counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    changes: BTreeMap<PathBuf, Change>,
}

impl Outbox {
    /// Something changed at `target`.
    pub fn add(&mut self, target: &Path, change: Change) {
        if change.what == What::Put {
            let erased = self.changes.get(target).is_some_and(|known| known.what != What::Put);
            let what = if erased { What::Replace } else { What::Put };
            self.changes.insert(target.to_path_buf(), Change { what, ..change });
            return;
        }
        // What was to happen below a path that goes has no meaning any more.
        for path in self.below(target) {
            self.changes.remove(&path);
        }
        self.changes.insert(target.to_path_buf(), change);
    }

    /// What came and went while nobody who gets this was there need not be told: `target` is as it was before it came.
    pub fn forget(&mut self, target: &Path) {
        let before = self.changes.get(target).filter(|known| known.what != What::Put).cloned();
        for path in self.below(target) {
            self.changes.remove(&path);
        }
        if let Some(before) = before {
            self.changes.insert(target.to_path_buf(), Change { what: What::Erase, ..before });
        }
    }

    /// Adds all of a later outbox.
    pub fn extend(&mut self, later: Outbox) {
        for (target, change) in later.changes {
            if change.what == What::Replace {
                self.add(&target, Change { what: What::Erase, ..change.clone() });
            }
            let what = if change.what == What::Erase { What::Erase } else { What::Put };
            self.add(&target, Change { what, ..change });
        }
    }

    /// The path and all below it, as far as something is to happen there.
    fn below(&self, target: &Path) -> Vec<PathBuf> {
        let from = self.changes.range(target.to_path_buf()..).map(|(path, _)| path);
        from.take_while(|path| path.starts_with(target)).cloned().collect()
    }

    /// True if there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many paths are concerned.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// The changes, folders before what is in them.
    pub fn changes(&self) -> impl Iterator<Item = (&PathBuf, &Change)> {
        self.changes.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(words: &[(&str, What)]) -> Outbox {
        let mut outbox = Outbox::default();
        for (path, what) in words {
            outbox.add(Path::new(path), Change { source: path.into(), what: *what, passing: false });
        }
        outbox
    }

    fn told(outbox: &Outbox) -> Vec<(&str, What)> {
        outbox.changes().map(|(path, change)| (path.to_str().unwrap_or_default(), change.what)).collect()
    }

    #[test]
    fn the_last_word_on_a_path_counts() {
        let swapped = outbox(&[("/a", What::Put), ("/a", What::Erase)]);
        assert_eq!(told(&swapped), [("/a", What::Erase)]);
        assert_eq!(told(&outbox(&[("/a", What::Put), ("/a", What::Put)])), [("/a", What::Put)]);
    }

    #[test]
    fn a_folder_that_comes_again_starts_empty() {
        let again =
            outbox(&[("/d/x", What::Put), ("/d", What::Erase), ("/d", What::Put), ("/d/y", What::Put)]);
        assert_eq!(told(&again), [("/d", What::Replace), ("/d/y", What::Put)]);
    }

    #[test]
    fn what_came_and_went_is_forgotten_and_what_was_there_before_it_is_not() {
        let mut passed = outbox(&[("/d", What::Put), ("/d/x", What::Put), ("/e", What::Put)]);
        passed.forget(Path::new("/d"));
        assert_eq!(told(&passed), [("/e", What::Put)]);
        let mut replaced = outbox(&[("/d", What::Erase), ("/d", What::Put), ("/d/x", What::Put)]);
        replaced.forget(Path::new("/d"));
        assert_eq!(told(&replaced), [("/d", What::Erase)]);
    }

    #[test]
    fn a_later_outbox_is_heard_after_an_earlier_one() {
        let mut first = outbox(&[("/d/x", What::Put), ("/e", What::Put)]);
        first.extend(outbox(&[("/d", What::Erase), ("/d", What::Put), ("/e", What::Erase)]));
        assert_eq!(told(&first), [("/d", What::Replace), ("/e", What::Erase)]);
    }
}
