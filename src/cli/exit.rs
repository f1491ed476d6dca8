//! The exit codes: the peer's, and those of our own verbs.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: done, or nothing to do.
    Success,
    /// 1: a fault in a file, a flag or on the daemon's side.
    Failure,
    /// 2: `plan` has something to do.
    Changes,
    /// 130: stopped by Ctrl-C or SIGTERM.
    Interrupted,
    /// The code of a container.
    Child(i64),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Success => 0,
            Exit::Failure => 1,
            Exit::Changes => 2,
            Exit::Interrupted => 130,
            // As the system does with what a process exits with.
            Exit::Child(code) => u8::try_from(code & 0xff).unwrap_or(1),
        })
    }
}
