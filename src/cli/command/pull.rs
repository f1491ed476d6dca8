//! `pull`: fetches the images of services.

use clap::Args;
use rcompose::ops::TransferOptions;
use rcompose::plan::PullRequest;
use rcompose::resource::PullPolicy;

use super::plan::show_dry;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::report::Quiet;
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Pull images
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose pull --policy missing       only what is not there\n  \
    rcompose pull --ignore-buildable     leave out what `build` makes")]
pub(crate) struct PullArgs {
    /// Only the images of these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// When to pull, whatever the files say: missing, always
    #[arg(long, value_name = "WHEN")]
    policy: Option<String>,
    /// Leave out images that can be built
    #[arg(long)]
    ignore_buildable: bool,
    /// Pull what can be pulled, and be content with that
    #[arg(long)]
    ignore_pull_failures: bool,
    /// Pull the images of dependencies, too
    #[arg(long)]
    include_deps: bool,
    /// Do not show the progress
    #[arg(short, long)]
    quiet: bool,
    /// Images are pulled side by side anyway
    #[arg(long, hide = true)]
    parallel: bool,
    /// Images are pulled side by side anyway
    #[arg(long, hide = true)]
    no_parallel: bool,
}

/// Pulls them.
pub(crate) fn run(args: &PullArgs, session: &Session) -> Result<Exit, Failure> {
    for (given, name) in [(args.parallel, "--parallel"), (args.no_parallel, "--no-parallel")] {
        if given {
            session.ui.warn(&format!("option '{name}' is DEPRECATED and will be ignored."));
        }
    }
    let request = PullRequest {
        policy: policy(args.policy.as_deref())?,
        ignore_buildable: args.ignore_buildable,
        ..PullRequest::default()
    };
    let options = TransferOptions {
        services: args.services.clone(),
        with_dependencies: args.include_deps,
        ignore_failures: args.ignore_pull_failures,
    };
    let project = Project::open(session, Needs::Images, &args.services)?;
    let lines = Lines { quiet: Quiet { pulls: args.quiet, ..Quiet::default() }, ..Lines::default() };
    let dry = session.root.dry_run;
    work(session, project, lines, async |compose| {
        let plan = compose.prepare_pull(&options, request).await?;
        if dry {
            show_dry(compose, &plan, session)?;
        } else {
            compose.pull(&plan, &options).await?;
        }
        Ok(Exit::Success)
    })
}

fn policy(word: Option<&str>) -> Result<Option<PullPolicy>, Failure> {
    let Some(word) = word.filter(|word| !word.is_empty()) else { return Ok(None) };
    let read = word.parse();
    read.map(Some).map_err(|_| {
        Failure::message(format!("invalid pull_policy {word:?}")).help("one of: missing, always")
    })
}
