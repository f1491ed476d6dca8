//! Where the faults of one text go.

use crate::diag::{Problem, Problems, SourceId, Span};

/// More faults than this in one text help nobody and cost memory.
const MOST: usize = 200;

/// The problems of one text, so that no text can make more than a few hundred.
pub(super) struct Complaints<'a> {
    source: SourceId,
    problems: &'a mut Problems,
    count: usize,
    last: Option<Span>,
}

impl<'a> Complaints<'a> {
    pub(super) fn new(source: SourceId, problems: &'a mut Problems) -> Self {
        Self { source, problems, count: 0, last: None }
    }

    /// The text that they are about.
    pub(super) fn source(&self) -> SourceId {
        self.source
    }

    /// A span in this text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start, end)
    }

    /// True if nothing more is added: what is costly to say need not be worked out.
    pub(super) fn is_full(&self) -> bool {
        self.count >= MOST
    }

    /// Adds a problem, unless there were too many already, or the last one was about the same place: what follows from
    /// a fault is not one of its own.
    pub(super) fn push(&mut self, problem: Problem) {
        if problem.span().is_some() && problem.span() == self.last {
            return;
        }
        self.last = problem.span();
        self.count += 1;
        if self.count <= MOST {
            self.problems.push(problem);
        }
    }
}
