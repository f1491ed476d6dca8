//! Addresses in a tree, and patterns over them.

use std::fmt;

/// One step from a node to a child.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// The value under a key.
    Key(String),
    /// The item at an index.
    Index(usize),
}

/// An address: the steps from the root. Keys are whole segments, so a dot in a service name needs no escape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    segments: Vec<Segment>,
}

/// One step of a [`Pattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// This key.
    Key(&'static str),
    /// Any key.
    AnyKey,
    /// Any index.
    AnyIndex,
}

/// A set of addresses, as rule tables name them: see [`crate::yaml::Path::matches`].
pub type Pattern = &'static [Step];

impl Path {
    /// The root.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// An address out of keys alone.
    #[must_use]
    pub fn keys<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self { segments: keys.into_iter().map(|key| Segment::Key(key.to_owned())).collect() }
    }

    /// The child under a key.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut path = self.clone();
        path.push_key(key);
        path
    }

    /// The child at an index.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut path = self.clone();
        path.push_index(index);
        path
    }

    /// Goes down to a key, in place.
    pub fn push_key(&mut self, key: &str) {
        self.segments.push(Segment::Key(key.to_owned()));
    }

    /// Goes down to an index, in place.
    pub fn push_index(&mut self, index: usize) {
        self.segments.push(Segment::Index(index));
    }

    /// Goes up one step, in place.
    pub fn pop(&mut self) {
        self.segments.pop();
    }

    /// The steps.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// True if the pattern names this address, step by step.
    #[must_use]
    pub fn matches(&self, pattern: Pattern) -> bool {
        self.segments.len() == pattern.len()
            && self.segments.iter().zip(pattern).all(|(segment, step)| match (segment, step) {
                (Segment::Key(key), Step::Key(wanted)) => key == wanted,
                (Segment::Key(_), Step::AnyKey) | (Segment::Index(_), Step::AnyIndex) => true,
                _ => false,
            })
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Key(key) if index == 0 => write!(f, "{key}")?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(at) => write!(f, "[{at}]")?,
            }
        }
        Ok(())
    }
}
