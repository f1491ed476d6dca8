//! `restart`: stops containers and starts them again.

use clap::Args;
use rcompose::plan::{LifecyclePolicy, Verb};

use super::change::change;
use crate::cli::args::{integer, seconds};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// Stop containers and start them again
#[derive(Debug, Args)]
#[command(after_help = "Changes of the files are not looked at: `up` does. What depends on a service with \
    `restart: true` is restarted with it.")]
pub(crate) struct RestartArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Leave services alone that ask to be restarted with these
    #[arg(long)]
    no_deps: bool,
    /// Seconds that containers are given to stop
    #[arg(short, long, value_name = "SECONDS", value_parser = integer)]
    timeout: Option<i64>,
}

/// Restarts them.
pub(crate) fn run(args: &RestartArgs, session: &Session) -> Result<Exit, Failure> {
    let policy = LifecyclePolicy {
        verb: Verb::Restart,
        services: args.services.clone(),
        timeout: args.timeout.map(seconds),
        no_dependencies: args.no_deps,
        ..LifecyclePolicy::default()
    };
    change(session, &policy, ("restart", None))
}
