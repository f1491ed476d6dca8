//! Where a walk stands in a tree, without copying a key: each call of the walk holds its own step.

use std::fmt;

use crate::yaml::Path;

/// The steps from the root to a node, as a list that lives on the stack of the walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trace<'a> {
    parent: Option<&'a Trace<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl Trace<'_> {
    /// The root.
    pub(super) const ROOT: Trace<'static> = Trace { parent: None, step: Step::Root };

    /// Down to a key.
    pub(super) fn key<'b>(&'b self, key: &'b str) -> Trace<'b> {
        Trace { parent: Some(self), step: Step::Key(key) }
    }

    /// Down to an item.
    pub(super) fn index(&self, index: usize) -> Trace<'_> {
        Trace { parent: Some(self), step: Step::Index(index) }
    }

    /// The same place as an address that can be kept.
    pub(super) fn path(&self) -> Path {
        let mut path = self.parent.map_or_else(Path::root, Trace::path);
        match self.step {
            Step::Root => {}
            Step::Key(key) => path.push_key(key),
            Step::Index(index) => path.push_index(index),
        }
        path
    }
}

impl fmt::Display for Trace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path().fmt(f)
    }
}
