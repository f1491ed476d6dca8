//! `create`: makes what `up` makes, and starts nothing.

use clap::Args;
use rcompose::plan::{Recreate, UpPolicy};

use super::plan::show_dry;
use super::up::{ImageArgs, Orphans, answered, scale};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::report::Quiet;
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Create containers, and do not start them
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// Services to create containers for, with what they depend on (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Number of containers of a service, repeatable
    #[arg(long, value_name = "SERVICE=N")]
    scale: Vec<String>,
    /// Answer every question with yes
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    images: ImageArgs,
    #[command(flatten)]
    changes: ChangeArgs,
}

/// What is done about containers that are there.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Changes")]
struct ChangeArgs {
    /// Make all containers anew, changed or not
    #[arg(long)]
    force_recreate: bool,
    /// Keep containers that are there, changed or not
    #[arg(long)]
    no_recreate: bool,
    /// Remove containers of services that are in no file
    #[arg(long)]
    remove_orphans: bool,
}

/// Creates them.
pub(crate) fn run(args: &CreateArgs, session: &Session) -> Result<Exit, Failure> {
    let recreate = args.changes.recreate()?;
    args.images.check()?;
    let (pull, build) = args.images.choices()?;
    let scale = scale(&args.scale)?;
    let project = Project::open(session, Needs::Files, &args.services)?;
    // Unlike `up`, by the flag alone, as the peer has it.
    let orphans = match (args.changes.remove_orphans, project.switch("COMPOSE_IGNORE_ORPHANS")) {
        (true, _) => Orphans::Removed,
        (false, true) => Orphans::Ignored,
        (false, false) => Orphans::Told,
    };
    let policy = UpPolicy {
        services: args.services.clone(),
        recreate,
        no_start: true,
        pull,
        build,
        scale,
        remove_orphans: orphans == Orphans::Removed,
        ignore_orphans: orphans == Orphans::Ignored,
        assume_yes: args.yes,
        ..UpPolicy::default()
    };
    let quiet = Quiet { pulls: args.images.quiet_pull, builds: args.images.quiet_build, ..Quiet::default() };
    let lines = Lines { quiet, ..Lines::default() };
    work(session, project, lines, async |compose| {
        if session.root.dry_run {
            show_dry(compose, &compose.prepare_up(policy).await?.plan, session)?;
            return Ok(Exit::Success);
        }
        let prepared = answered(compose, policy, session).await?;
        compose.bring("create", &prepared).await?;
        Ok(Exit::Success)
    })
}

impl ChangeArgs {
    fn recreate(&self) -> Result<Recreate, Failure> {
        match (self.force_recreate, self.no_recreate) {
            (true, true) => Err(Failure::message("--force-recreate and --no-recreate are incompatible")),
            (true, false) => Ok(Recreate::Always),
            (false, true) => Ok(Recreate::Never),
            (false, false) => Ok(Recreate::Diverged),
        }
    }
}
