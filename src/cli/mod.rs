//! The command line: flags, renderers, prompts and exit codes over the library's [`rcompose`] doors.
//!
//! In: argv, the process environment, the terminal. Out: text and an exit code. This room never knows the daemon's
//! API or how files are read: it asks the library.

mod args;
mod command;
mod exit;
mod failure;
mod interrupts;
mod output;
mod project;
mod prompt;
mod report;
mod session;
mod settings;
mod start;
mod table;
mod terminal;
mod trace;
mod ui;
mod work;

pub(crate) use start::main;
