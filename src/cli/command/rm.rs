//! `rm`: removes containers that do not run.

use std::io::{stderr, stdin};

use clap::Args;
use rcompose::plan::{Action, LifecyclePolicy, Plan, Verb};

use super::plan::show_dry;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::prompt::confirm;
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Remove containers that do not run
#[derive(Debug, Args)]
#[command(
    after_help = "Asks before it removes anything. Networks and named volumes stay: `down` removes them."
)]
pub(crate) struct RmArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Do not ask
    #[arg(short, long)]
    force: bool,
    /// Stop those that run, and remove them, too
    #[arg(short, long)]
    stop: bool,
    /// Remove their anonymous volumes, too
    #[arg(short, long)]
    volumes: bool,
    /// All are removed in any case
    #[arg(short, long, hide = true)]
    all: bool,
}

/// Removes them.
pub(crate) fn run(args: &RmArgs, session: &Session) -> Result<Exit, Failure> {
    let project = Project::open(session, Needs::Name, &args.services)?;
    let policy = LifecyclePolicy {
        verb: Verb::Remove { stop: args.stop, volumes: args.volumes },
        services: args.services.clone(),
        ..LifecyclePolicy::default()
    };
    work(session, project, Lines::default(), async |compose| {
        let plan = compose.prepare(&policy).await?;
        let names = removed(&plan);
        if names.is_empty() {
            session.remark("No stopped containers")?;
        } else if session.root.dry_run {
            show_dry(compose, &plan, session)?;
        } else if agreed(args, session, &format!("Going to remove {}", names.join(", ")))? {
            compose.carry_out("rm", &plan).await?;
        }
        Ok(Exit::Success)
    })
}

/// True if the user wants it; with `--force` it is said and not asked.
fn agreed(args: &RmArgs, session: &Session, text: &str) -> Result<bool, Failure> {
    if args.force {
        session.ui.print(&format!("{text}\n"))?;
        return Ok(true);
    }
    Ok(confirm(text, stdin().lock(), stderr().lock())?)
}

fn removed(plan: &Plan) -> Vec<&str> {
    let removals = plan.steps().filter(|(_, step)| matches!(step.action, Action::RemoveContainer { .. }));
    removals.map(|(_, step)| step.resource.name.as_str()).collect()
}
