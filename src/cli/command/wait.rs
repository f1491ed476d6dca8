//! `wait`: waits until containers end.

use clap::Args;
use rcompose::ops::{DownOptions, Ending};

use super::plan::show_dry;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Wait until containers end, and exit with their code
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose wait tests                  exits with the code of `tests`\n  \
    rcompose wait --down-project tests   the same, and takes all away then")]
pub(crate) struct WaitArgs {
    /// Services whose containers are waited for
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// As soon as one container has ended, take the project away
    #[arg(long)]
    down_project: bool,
}

/// Waits; the exit code is that of the container that ended last.
pub(crate) fn run(args: &WaitArgs, session: &Session) -> Result<Exit, Failure> {
    if args.services.is_empty() {
        return Err(Failure::message("docker: 'docker compose wait' requires at least 1 argument")
            .help("`rcompose wait SERVICE...`; see `rcompose wait --help`"));
    }
    let project = Project::open(session, Needs::Name, &args.services)?;
    let dry = session.root.dry_run;
    work(session, project, Lines::default(), async |compose| {
        let down = DownOptions { remove_orphans: true, ..DownOptions::default() };
        if dry && args.down_project {
            show_dry(compose, &compose.prepare_down(&down).await?, session)?;
            return Ok(Exit::Success);
        }
        let told = |ending: &Ending| {
            session.ui.print(&format!("container {:?} exited with status code {}\n", ending.id, ending.code))
        };
        let ended = compose.wait_for_end(&args.services, args.down_project, told).await?;
        if args.down_project {
            let plan = compose.prepare_down(&down).await?;
            compose.down(&plan).await?;
        }
        Ok(Exit::Child(ended.last().map_or(0, |ending| ending.code)))
    })
}
