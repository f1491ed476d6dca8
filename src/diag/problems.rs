//! A list of problems that passes add to; nobody stops at the first.

use super::{Problem, Severity, Span};

/// Everything found so far. Warnings are values in the same list; only the command line prints them.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.list.push(problem);
    }

    /// Adds all of another list.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Problem>) {
        self.list.extend(other);
    }

    /// True if at least one is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// True if there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// True if an error points at exactly this place first: what is wrong there was said.
    #[must_use]
    pub fn has_error_at(&self, span: Span) -> bool {
        self.errors().any(|error| error == span)
    }

    /// True if an error points at a place inside this one first.
    #[must_use]
    pub fn has_error_within(&self, span: Span) -> bool {
        self.errors()
            .any(|error| error.source == span.source && span.start <= error.start && error.end <= span.end)
    }

    fn errors(&self) -> impl Iterator<Item = Span> {
        self.list.iter().filter(|problem| problem.severity == Severity::Error).filter_map(Problem::span)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Forgets all but the first so many, for a pass that can say better what went wrong.
    pub fn truncate(&mut self, count: usize) {
        self.list.truncate(count);
    }

    /// In the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.list.iter()
    }

    /// Words each anew.
    pub(crate) fn reword(&mut self, reword: impl FnMut(&mut Problem)) {
        self.list.iter_mut().for_each(reword);
    }

    /// Sorts into document order (by file in reading order, then offset; those without a place first) and drops
    /// what was found twice.
    pub fn settle(&mut self) {
        self.list.sort_by_key(Problem::span);
        self.list.dedup();
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self { list: vec![problem] }
    }
}
