//! The command line through the binary: what it prints, where, and how it ends.

mod completion;
mod help;
mod peer;
mod program;
mod refusals;
mod version;
