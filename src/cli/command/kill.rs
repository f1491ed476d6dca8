//! `kill`: sends a signal to containers.

use clap::Args;
use rcompose::plan::{LifecyclePolicy, Verb};

use super::change::change;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// Send a signal to containers, by default one that ends them at once
#[derive(Debug, Args)]
pub(crate) struct KillArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// The signal, by name or number
    #[arg(short, long, value_name = "SIGNAL", default_value = "SIGKILL")]
    signal: String,
    /// Containers of services that are in no file get it, too
    #[arg(long)]
    remove_orphans: bool,
}

/// Sends it.
pub(crate) fn run(args: &KillArgs, session: &Session) -> Result<Exit, Failure> {
    let policy = LifecyclePolicy {
        verb: Verb::Kill { signal: args.signal.clone(), orphans: args.remove_orphans },
        services: args.services.clone(),
        ..LifecyclePolicy::default()
    };
    change(session, &policy, ("kill", Some("No container to kill")))
}
