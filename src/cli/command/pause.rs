//! `pause` and `unpause`: containers are frozen and go on.

use clap::Args;
use rcompose::plan::{LifecyclePolicy, Verb};

use super::change::change;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// Freeze containers
#[derive(Debug, Args)]
pub(crate) struct PauseArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

/// Let frozen containers go on
#[derive(Debug, Args)]
pub(crate) struct UnpauseArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

/// Freezes them.
pub(crate) fn pause(args: &PauseArgs, session: &Session) -> Result<Exit, Failure> {
    let policy = policy(Verb::Pause, &args.services);
    change(session, &policy, ("pause", None))
}

/// Thaws them.
pub(crate) fn unpause(args: &UnpauseArgs, session: &Session) -> Result<Exit, Failure> {
    let policy = policy(Verb::Unpause, &args.services);
    change(session, &policy, ("unpause", None))
}

fn policy(verb: Verb, services: &[String]) -> LifecyclePolicy {
    LifecyclePolicy { verb, services: services.to_vec(), ..LifecyclePolicy::default() }
}
