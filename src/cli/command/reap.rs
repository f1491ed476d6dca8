//! `reap`: takes away what leases have run out on.

use clap::Args;
use rcompose::event::Sink;
use rcompose::fixture::reaper::{clear, wait_for_the_end};
use rcompose::ops::reap::{Machine, Stray, reap, strays};
use rcompose::resource::lease::Lease;
use std::path::PathBuf;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::work::{connect, connection, runtime};

/// Remove what tests and `up --ttl` left behind, when their time is over
#[derive(Debug, Args)]
#[command(
    after_help = "Only what carries a lease of ours is touched: its owner has ended, its machine was started anew, or\n\
        its time is over. `--dry-run` says what would go, and why."
)]
pub(crate) struct ReapArgs {}

/// Wait for the end of a process, then take away what it made
#[derive(Debug, Args)]
pub(crate) struct ReaperArgs {
    /// The project
    project: String,
    /// The lease on what was made
    lease: String,
    /// The file that writes the process down among the owners of a shared stack
    mine: Option<PathBuf>,
}

/// Is there for a process that holds the other end of its input, and outlives it.
pub(crate) fn reaper(args: &ReaperArgs, session: &Session) -> Result<Exit, Failure> {
    let lease = Lease::of_label(&args.lease).ok_or_else(|| Failure::message("this is no lease"))?;
    wait_for_the_end();
    let connection = connection(session);
    let cleared = clear(&connection, (&args.project, &lease), args.mine.as_deref());
    runtime()?.block_on(cleared)?;
    Ok(Exit::Success)
}

/// Takes them away.
pub(crate) fn run(_: &ReapArgs, session: &Session) -> Result<Exit, Failure> {
    let machine = Machine::this()
        .map_err(|cause| Failure::message(format!("this machine does not tell of itself: {cause}")))?;
    let runtime = runtime()?;
    let (found, left) = runtime.block_on(async {
        let engine = connect(session).await?;
        let found = strays(&engine, &machine, None).await?;
        let left =
            if session.root.dry_run { Vec::new() } else { reap(&engine, &Sink::silent(), &found).await };
        Ok::<_, Failure>((found, left))
    })?;
    if found.is_empty() {
        session.ui.print("nothing to do\n")?;
        return Ok(Exit::Success);
    }
    let stays = |stray: &Stray| left.iter().any(|(other, _)| other == stray);
    let word = if session.root.dry_run { "remove" } else { "removed" };
    for stray in found.iter().filter(|stray| !stays(stray)) {
        session.ui.print(&format!("{word} {}: {}\n", stray.resource, stray.why.words()))?;
    }
    match left.first() {
        None => Ok(Exit::Success),
        Some((stray, error)) => {
            Err(Failure::message(format!("{} stays: {error}", stray.resource)).maybe_help(error.help()))
        }
    }
}
