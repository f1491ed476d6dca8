//! `push`: brings what services build to registries.

use clap::Args;
use rcompose::ops::TransferOptions;

use super::plan::show_dry;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::report::Quiet;
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Push images
#[derive(Debug, Args)]
#[command(
    after_help = "Pushed is what a service both builds and names: by its `image`, and by each of `build.tags`."
)]
pub(crate) struct PushArgs {
    /// Only the images of these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Push what can be pushed, and be content with that
    #[arg(long)]
    ignore_push_failures: bool,
    /// Push the images of dependencies, too
    #[arg(long)]
    include_deps: bool,
    /// Do not show the progress
    #[arg(short, long)]
    quiet: bool,
}

/// Pushes them.
pub(crate) fn run(args: &PushArgs, session: &Session) -> Result<Exit, Failure> {
    let options = TransferOptions {
        services: args.services.clone(),
        with_dependencies: args.include_deps,
        ignore_failures: args.ignore_push_failures,
    };
    let project = Project::open(session, Needs::Images, &args.services)?;
    let lines = Lines { quiet: Quiet { pulls: args.quiet, ..Quiet::default() }, ..Lines::default() };
    let dry = session.root.dry_run;
    work(session, project, lines, async |compose| {
        let plan = compose.prepare_push(&options)?;
        if dry {
            show_dry(compose, &plan, session)?;
        } else {
            compose.push(&plan, &options).await?;
        }
        Ok(Exit::Success)
    })
}
