//! What may be written on the command line, and how it is told when it may not.
//!
//! clap parses; the texts and exit codes of refusals are the peer's, as scripts read them.

mod flags;
mod hoist;
mod moment;
mod parse;
mod refusal;
mod root;
mod values;

pub(super) use moment::{instant, moment};
pub(super) use parse::{Parsed, parse};
pub(super) use refusal::Refusal;
pub(super) use root::{Ansi, Cli, DockerArgs, RootArgs, Verb};
pub(super) use values::{boolean, instance, integer, lifetime, seconds, switch};
