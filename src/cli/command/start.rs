//! `start`: starts containers that are there.

use clap::Args;
use rcompose::plan::{LifecyclePolicy, Verb};

use super::change::change;
use crate::cli::args::{integer, seconds};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// Start containers that are there
#[derive(Debug, Args)]
#[command(
    after_help = "Makes no containers: `up` and `create` do. What the services wait for is started, too."
)]
pub(crate) struct StartArgs {
    /// Only these services, with what they depend on (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Return when all are running or healthy
    #[arg(long)]
    wait: bool,
    /// Give up waiting after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = integer)]
    wait_timeout: Option<i64>,
}

/// Starts them.
pub(crate) fn run(args: &StartArgs, session: &Session) -> Result<Exit, Failure> {
    if args.wait_timeout.is_some_and(|seconds| seconds < 0) {
        return Err(Failure::message("--wait-timeout must be a non-negative integer"));
    }
    let policy = LifecyclePolicy {
        verb: Verb::Start,
        services: args.services.clone(),
        wait: args.wait,
        wait_timeout: args.wait_timeout.filter(|seconds| *seconds > 0).map(seconds),
        ..LifecyclePolicy::default()
    };
    change(session, &policy, ("start", None))
}
