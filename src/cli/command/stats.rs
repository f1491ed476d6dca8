//! `stats`: shows what containers use.

use clap::Args;
use rcompose::ops::{ContainerUsage, StatsOptions};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::table::{Format, Row, Table, USAGE_COLUMNS, usage_row};
use crate::cli::work::{Lines, work};

/// Show what containers use: processor, memory, network, disk
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose stats                             goes on until Ctrl-C\n  \
    rcompose stats --no-stream --format json   once, an object a line")]
pub(crate) struct StatsArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Show containers that do not run, too
    #[arg(short, long)]
    all: bool,
    /// table, json, a Go template, or `table TEMPLATE`
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: String,
    /// Once, and not again and again
    #[arg(long)]
    no_stream: bool,
    /// Cut nothing off
    #[arg(long)]
    no_trunc: bool,
}

/// Clears a terminal and goes to its first line.
const FRESH: &str = "\u{1b}[H\u{1b}[J";

/// Shows it.
pub(crate) fn run(args: &StatsArgs, session: &Session) -> Result<Exit, Failure> {
    let format = Format::parse(&args.format, session.terminals)?;
    let project = Project::open(session, Needs::Name, &args.services)?;
    let options = StatsOptions { services: args.services.clone(), all: args.all };
    work(session, project, Lines::default(), async |compose| {
        if args.no_stream {
            session.ui.print_found(&args.text(&format, &compose.usage(&options).await?)?)?;
            return Ok(Exit::Success);
        }
        let fresh = if session.terminals.stdout { FRESH } else { "" };
        let mut gauges = compose.gauges(&options).await?;
        loop {
            let text = args.text(&format, &gauges.next().await?)?;
            session.ui.print(&format!("{fresh}{text}"))?;
        }
    })
}

impl StatsArgs {
    fn text(&self, format: &Format, all: &[ContainerUsage]) -> Result<String, Failure> {
        let rows: Vec<Row> = all.iter().map(|of| usage_row(of, self.no_trunc)).collect();
        format.show(&Table { columns: USAGE_COLUMNS, rows: &rows })
    }
}
