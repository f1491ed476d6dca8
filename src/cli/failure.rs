//! Why a verb did not do what was asked, as it will be told.

use std::{fmt, io};

use rcompose::{load, ops};

use super::args::Refusal;

/// Why a verb ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A sentence and the next steps.
    Message {
        /// What went wrong.
        text: String,
        /// Next steps, one line each.
        help: Vec<String>,
    },
    /// Faults, each at its line where it has one.
    Problems(Box<load::Failure>),
    /// What the library says; the frame around the verb finds the lines for it.
    Ops(Box<ops::Error>),
    /// Who reads our output has gone: nothing to say to anyone.
    BrokenPipe,
}

impl Failure {
    /// A sentence.
    pub(crate) fn message(text: impl Into<String>) -> Self {
        Self::Message { text: text.into(), help: Vec::new() }
    }

    /// Adds a next step.
    pub(crate) fn help(mut self, step: impl Into<String>) -> Self {
        if let Self::Message { help, .. } = &mut self {
            help.push(step.into());
        }
        self
    }

    /// Adds a next step if there is one.
    pub(crate) fn maybe_help(self, step: Option<String>) -> Self {
        match step {
            Some(step) => self.help(step),
            None => self,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message { text, .. } => f.write_str(text),
            Self::Ops(error) => error.fmt(f),
            Self::Problems(failure) => match failure.problems.iter().next() {
                Some(problem) => f.write_str(&problem.message),
                None => f.write_str("the compose files could not be loaded"),
            },
            Self::BrokenPipe => f.write_str("broken pipe"),
        }
    }
}

impl From<io::Error> for Failure {
    /// An error of writing to a standard stream.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::BrokenPipe
        } else {
            Self::message(format!("cannot write the output: {error}"))
        }
    }
}

impl From<load::Failure> for Failure {
    fn from(failure: load::Failure) -> Self {
        Self::Problems(Box::new(failure))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Message { text: refusal.message, help: refusal.help.into_iter().collect() }
    }
}

impl From<ops::Error> for Failure {
    fn from(error: ops::Error) -> Self {
        Self::Ops(Box::new(error))
    }
}
