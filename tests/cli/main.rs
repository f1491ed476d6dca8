//! The command line through the binary: what it prints, where, and how it ends.

mod completion;
mod conflicts;
mod files;
mod help;
mod junk;
mod lint;
mod peer;
mod program;
mod projects;
mod refusals;
mod secrets;
mod version;
