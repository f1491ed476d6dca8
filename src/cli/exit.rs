//! The exit codes: the peer's, and those of our own verbs.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done, or nothing to do.
    Success,
    /// 1: a fault in a file, a flag or on the daemon's side.
    Failure,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Failure => 1,
        })
    }
}
