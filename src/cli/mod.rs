//! The command line: flags, renderers, prompts and exit codes over the library's [`rcompose`] doors.
//!
//! In: argv, the process environment, the terminal. Out: text and an exit code. This room never knows the daemon's
//! API or how files are read: it asks the library.

mod args;
mod command;
mod exit;
mod failure;
#[expect(dead_code, unused_imports, reason = "the verbs that report land after this")]
mod report;
mod session;
mod settings;
mod start;
#[expect(dead_code, unused_imports, reason = "the verbs that list land after this")]
mod table;
mod trace;
mod ui;

pub(crate) use start::main;
