//! `inspect`: shows all that the engine knows of containers.

use clap::Args;
use rcompose::yaml::to_json_indented;
use serde_json::Value;

use crate::cli::args::integer;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::table::{Format, Row, Table};
use crate::cli::work::{Lines, work};

/// Show all that the engine knows of containers
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose inspect web                                 as JSON\n  \
    rcompose inspect -f '{{.State.Status}}' web          one value\n  \
    rcompose inspect -f '{{json .NetworkSettings}}' web  a part as JSON")]
pub(crate) struct InspectArgs {
    /// Only containers of these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// json, or a Go template
    #[arg(short, long, value_name = "FORMAT", default_value = "", hide_default_value = true)]
    format: String,
    /// Only those of this number
    #[arg(long, value_name = "N", value_parser = integer)]
    index: Option<i64>,
}

/// Shows it.
pub(crate) fn run(args: &InspectArgs, session: &Session) -> Result<Exit, Failure> {
    let format = Format::parse(&args.format, session.terminals)?;
    let index = args.index.filter(|index| *index > 0).and_then(|index| u32::try_from(index).ok());
    let project = Project::open(session, Needs::Name, &args.services)?;
    work(session, project, Lines::default(), async |compose| {
        let containers = compose.inspect(&args.services, index).await?;
        session.ui.print_found(&text(containers, &format)?)?;
        Ok(Exit::Success)
    })
}

/// As docker prints it: one list, or what a template makes of each.
fn text(containers: Vec<Value>, format: &Format) -> Result<String, Failure> {
    if let Format::Table = format {
        let text =
            to_json_indented(&containers, "    ").map_err(|error| Failure::message(error.to_string()))?;
        return Ok(text + "\n");
    }
    let row = |container: Value| match container {
        Value::Object(fields) => Some(Row { fields, ..Row::default() }),
        _ => None,
    };
    let rows: Vec<Row> = containers.into_iter().filter_map(row).collect();
    format.show(&Table { columns: &[], rows: &rows })
}
