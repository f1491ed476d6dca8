//! `volumes`: lists the project's volumes.

use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::table::{Format, Row, Table, VOLUME_COLUMNS, volume_row};
use crate::cli::work::{Lines, work};

/// List volumes
#[derive(Debug, Args)]
pub(crate) struct VolumesArgs {
    /// Only those that these services use (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// table, json, a Go template, or `table TEMPLATE`
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_default_value = true)]
    format: String,
    /// Only names
    #[arg(short, long)]
    quiet: bool,
}

/// Lists them.
pub(crate) fn run(args: &VolumesArgs, session: &Session) -> Result<Exit, Failure> {
    let format = Format::parse(&args.format, session.terminals)?;
    let project = Project::open(session, Needs::Name, &args.services)?;
    work(session, project, Lines::default(), async |compose| {
        let volumes = compose.volumes(&args.services).await?;
        let text = if args.quiet {
            volumes.iter().flat_map(|volume| [volume.name.as_str(), "\n"]).collect()
        } else {
            let rows: Vec<Row> = volumes.iter().map(volume_row).collect();
            format.show(&Table { columns: VOLUME_COLUMNS, rows: &rows })?
        };
        session.ui.print_found(&text)?;
        Ok(Exit::Success)
    })
}
