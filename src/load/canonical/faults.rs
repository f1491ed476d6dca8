//! What is wrong with short forms.

use std::ops::Range;

use crate::diag::{Problem, Span};
use crate::yaml::Node;

/// The faults of one tree.
pub(super) struct Faults {
    /// Strings that could not be read. They may be there because variables were not filled in.
    pub(super) unread: Vec<Problem>,
    /// Everything else.
    pub(super) others: Vec<Problem>,
    /// How many ports may still be made out of ranges.
    pub(super) ports_left: usize,
}

/// Ranges of ports make more than this only by mistake; memory stays bounded.
const MOST_PORTS: usize = 500_000;

impl Faults {
    pub(super) fn new() -> Self {
        Self { unread: Vec::new(), others: Vec::new(), ports_left: MOST_PORTS }
    }
}

/// The place of some bytes of a scalar, if its text stands in the file as it is (in quotes, maybe).
pub(super) fn within(node: &Node, text: &str, at: &Range<usize>) -> Span {
    let span = node.span;
    let filled = node.trail.as_ref().is_some_and(|trail| !trail.variables.is_empty());
    let offset = match span.len().checked_sub(text.len()) {
        Some(0) => 0,
        Some(2) => 1,
        _ => return span,
    };
    if filled || at.is_empty() {
        return span;
    }
    let start = span.start as usize + offset + at.start;
    Span::new(span.source, start, start + at.len())
}
