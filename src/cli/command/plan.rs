//! `plan`: says what `up` would do, and why.

use clap::Args;
use rcompose::ops::Compose;
use rcompose::plan::{Listing, Plan, Report, UpPolicy};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Say what `up` would do, and why
#[derive(Debug, Args)]
#[command(after_help = "Changes nothing. Exit codes: 0 nothing to do, 2 changes, 1 error.")]
pub(crate) struct PlanArgs {
    /// Only these services, with what they depend on (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: String,
    /// Number the steps, and say which of them each waits for
    #[arg(long)]
    edges: bool,
    /// As if containers of services that are in no file were to be removed
    #[arg(long)]
    remove_orphans: bool,
}

/// How a plan is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text { edges: bool },
    Json,
}

/// Says it.
pub(crate) fn run(args: &PlanArgs, session: &Session) -> Result<Exit, Failure> {
    let form = match args.format.as_str() {
        "text" => Form::Text { edges: args.edges },
        "json" => Form::Json,
        other => {
            return Err(Failure::message(format!("unsupported format {other:?}")).help("one of: text, json"));
        }
    };
    let project = Project::open(session, Needs::Files, &args.services)?;
    let policy = UpPolicy {
        services: args.services.clone(),
        remove_orphans: args.remove_orphans || project.switch("COMPOSE_REMOVE_ORPHANS"),
        ignore_orphans: project.switch("COMPOSE_IGNORE_ORPHANS"),
        ..UpPolicy::default()
    };
    work(session, project, Lines::default(), async |compose| {
        let prepared = compose.prepare_up(policy).await?;
        show(compose, &prepared.plan, form, session)?;
        Ok(if prepared.plan.changes_nothing() { Exit::Success } else { Exit::Changes })
    })
}

/// What a dry run prints: the plan as text.
pub(crate) fn show_dry(compose: &Compose, plan: &Plan, session: &Session) -> Result<(), Failure> {
    show(compose, plan, Form::Text { edges: false }, session)
}

fn show(compose: &Compose, plan: &Plan, form: Form, session: &Session) -> Result<(), Failure> {
    match form {
        Form::Json => {
            let text = serde_json::to_string_pretty(&Report::from(plan))
                .map_err(|error| Failure::message(error.to_string()))?;
            session.ui.print(&(text + "\n"))
        }
        Form::Text { edges } => {
            for warning in compose.warnings(plan) {
                session.ui.warn(&warning);
            }
            for question in &plan.questions {
                session.ui.warn(&format!("`up` will ask: {}", question.text()));
            }
            if !plan.postponed.is_empty() {
                let names: Vec<String> = plan.postponed.iter().map(|name| format!("`{name}`")).collect();
                let names = names.join(", ");
                session.ui.warn(&format!("{names}: decided once the providers have said what they provide"));
            }
            if plan.changes_nothing() {
                return session.ui.print("nothing to do\n");
            }
            session.ui.print(&Listing { plan, edges }.to_string())
        }
    }
}
