//! `stop`: stops containers and leaves them there.

use clap::Args;
use rcompose::plan::{LifecyclePolicy, Verb};

use super::change::change;
use crate::cli::args::{integer, seconds};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// Stop containers and leave them there
#[derive(Debug, Args)]
#[command(after_help = "What depends on a service is stopped before it. `start` goes on from here.")]
pub(crate) struct StopArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Seconds that containers are given to stop
    #[arg(short, long, value_name = "SECONDS", value_parser = integer)]
    timeout: Option<i64>,
}

/// Stops them.
pub(crate) fn run(args: &StopArgs, session: &Session) -> Result<Exit, Failure> {
    let policy = LifecyclePolicy {
        verb: Verb::Stop,
        services: args.services.clone(),
        timeout: args.timeout.map(seconds),
        ..LifecyclePolicy::default()
    };
    change(session, &policy, ("stop", None))
}
