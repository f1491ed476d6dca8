//! `down`: takes the project away.

use clap::Args;
use rcompose::ops::DownOptions;
use rcompose::plan::ImageRemoval;

use super::plan::show_dry;
use crate::cli::args::{integer, seconds};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Stop and remove containers and networks
#[derive(Debug, Args)]
#[command(after_help = "Volumes and images stay unless you ask for them to go.")]
pub(crate) struct DownArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Remove volumes, too: named ones of the files, and anonymous ones
    #[arg(short, long)]
    volumes: bool,
    /// Remove images, too: `local` for those without a name of their own, `all`
    #[arg(long, value_name = "WHICH")]
    rmi: Option<String>,
    /// Remove containers of services that are in no file
    #[arg(long)]
    remove_orphans: bool,
    /// Seconds that containers are given to stop
    #[arg(short, long, value_name = "SECONDS", value_parser = integer)]
    timeout: Option<i64>,
    /// Kill instead of stop: for what nobody needs any more, such as the stacks of tests
    #[arg(long, conflicts_with = "timeout")]
    now: bool,
    /// Old name of `--volumes`
    #[arg(long, hide = true)]
    volume: bool,
}

/// Takes it away.
pub(crate) fn run(args: &DownArgs, session: &Session) -> Result<Exit, Failure> {
    let images = match args.rmi.as_deref() {
        None | Some("") => ImageRemoval::None,
        Some("local") => ImageRemoval::Local,
        Some("all") => ImageRemoval::All,
        Some(other) => return Err(Failure::message(format!("invalid value for --rmi: {other:?}"))),
    };
    if args.volume {
        session.ui.warn("--volume is deprecated, please use --volumes");
    }
    let project = Project::open(session, Needs::Name, &args.services)?;
    let options = DownOptions {
        services: args.services.clone(),
        volumes: args.volumes || args.volume,
        images,
        remove_orphans: args.remove_orphans || project.switch("COMPOSE_REMOVE_ORPHANS"),
        timeout: args.timeout.map(seconds),
        now: args.now,
    };
    let dry = session.root.dry_run;
    work(session, project, Lines::default(), async |compose| {
        let plan = compose.prepare_down(&options).await?;
        if dry {
            show_dry(compose, &plan, session)?;
            return Ok(Exit::Success);
        }
        compose.down(&plan).await?;
        Ok(Exit::Success)
    })
}
