//! `ps`: lists the project's containers.

use clap::{ArgAction, Args};
use rcompose::ops::PsOptions;
use rcompose::resource::{ContainerState, ObservedContainer, labels};

use crate::cli::args::boolean;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::settings::Terminals;
use crate::cli::table::{CONTAINER_COLUMNS, Format, Row, Table, container_row, on_one_line};
use crate::cli::work::{Lines, now, work};

/// List containers
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose ps -a                 ended ones, too\n  \
    rcompose ps --format json      an object a line\n  \
    rcompose ps --format 'table {{.Name}}\\t{{.Ports}}'")]
pub(crate) struct PsArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Show all: ended ones and those of `run`, too
    #[arg(short, long)]
    all: bool,
    /// Only those in this state, repeatable: paused, restarting, removing, running, dead, created, exited
    #[arg(long = "status", value_name = "STATE")]
    states: Vec<String>,
    /// `status=STATE`, the same as --status
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// table, json, a Go template, or `table TEMPLATE`
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: String,
    /// Only ids
    #[arg(short, long)]
    quiet: bool,
    /// Only names of services
    #[arg(long = "services")]
    only_services: bool,
    /// Cut nothing off
    #[arg(long)]
    no_trunc: bool,
    /// Show containers of services that are in no file; `--orphans=false` hides them
    #[arg(
        long,
        action = ArgAction::Set,
        num_args = 0..=1,
        require_equals = true,
        default_value = "true",
        default_missing_value = "true",
        value_parser = boolean,
        value_name = "BOOL",
        hide_default_value = true
    )]
    orphans: bool,
}

/// Words of states, as the daemon's.
const STATES: &[(&str, ContainerState)] = &[
    ("paused", ContainerState::Paused),
    ("restarting", ContainerState::Restarting),
    ("removing", ContainerState::Removing),
    ("running", ContainerState::Running),
    ("dead", ContainerState::Dead),
    ("created", ContainerState::Created),
    ("exited", ContainerState::Exited),
];

/// Lists them.
pub(crate) fn run(args: &PsArgs, session: &Session) -> Result<Exit, Failure> {
    let states = args.states()?;
    let format = Format::parse(&args.format, session.terminals)?;
    let project = Project::open(session, Needs::Name, &args.services)?;
    let options = PsOptions { services: args.services.clone(), all: args.all, states, orphans: args.orphans };
    work(session, project, Lines::default(), async |compose| {
        let containers = compose.ps(&options).await?;
        session.ui.print_found(&args.text((&format, session.terminals), &containers)?)?;
        Ok(Exit::Success)
    })
}

impl PsArgs {
    fn states(&self) -> Result<Vec<ContainerState>, Failure> {
        let filtered = match self.filter.as_deref() {
            None | Some("") => None,
            Some(filter) => match filter.split_once('=') {
                None => return Err(Failure::message("arguments to --filter should be in form KEY=VAL")),
                Some(("status", state)) => Some(state),
                Some(("source", _)) => return Err(Failure::message("not implemented")),
                Some((other, _)) => return Err(Failure::message(format!("unknown filter {other}"))),
            },
        };
        let words = self.states.iter().map(String::as_str).chain(filtered);
        words.map(state).collect()
    }

    fn text(
        &self,
        (format, terminals): (&Format, Terminals),
        containers: &[ObservedContainer],
    ) -> Result<String, Failure> {
        if self.quiet {
            return Ok(containers.iter().flat_map(|container| [container.id.as_str(), "\n"]).collect());
        }
        if self.only_services {
            let mut names: Vec<&str> =
                containers.iter().map(|container| container.label(labels::SERVICE)).collect();
            names.sort_unstable();
            names.dedup();
            let line = |name: &&str| if terminals.stdout { on_one_line(name) } else { (*name).to_owned() };
            return Ok(names.iter().map(|name| line(name) + "\n").collect());
        }
        let now = now();
        let rows: Vec<Row> =
            containers.iter().map(|container| container_row(container, now, self.no_trunc)).collect();
        format.show(&Table { columns: CONTAINER_COLUMNS, rows: &rows })
    }
}

fn state(word: &str) -> Result<ContainerState, Failure> {
    let known = STATES.iter().find(|(name, _)| *name == word);
    known.map(|(_, state)| *state).ok_or_else(|| {
        let names: Vec<&str> = STATES.iter().map(|(name, _)| *name).collect();
        Failure::message(format!("unknown status {word:?}")).help(format!("one of: {}", names.join(", ")))
    })
}
