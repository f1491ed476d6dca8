//! `graph`: draws which service waits for which.

use std::path::PathBuf;

use clap::Args;
use rcompose::load::{Disk, Passes, load};
use rcompose::ops::graph::Chart;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::write;
use crate::cli::project::options;
use crate::cli::session::Session;

/// Draw which service waits for which
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose graph                              trees, and the order of starts\n  \
    rcompose graph --format mermaid             for Markdown\n  \
    rcompose graph --format svg -o graph.svg    a picture")]
pub(crate) struct GraphArgs {
    /// Only these services, with what they depend on (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// text, mermaid, dot or svg
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true)]
    format: String,
    /// Write to a file
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
}

/// Draws it.
pub(crate) fn run(args: &GraphArgs, session: &Session) -> Result<Exit, Failure> {
    let draw = match args.format.as_str() {
        "text" => Chart::text,
        "mermaid" => Chart::mermaid,
        "dot" => Chart::dot,
        "svg" => Chart::svg,
        other => {
            return Err(Failure::message(format!("unsupported format {other:?}"))
                .help("one of: text, mermaid, dot, svg"));
        }
    };
    let mut options = options(session, Passes::default())?;
    options.services.clone_from(&args.services);
    let loaded = load(&options, &Disk::default())?;
    session.ui.problems(&loaded.problems, &loaded.sources);
    let text = draw(&Chart::of(&loaded.project));
    match &args.output {
        Some(path) => write(path, &text)?,
        None => session.ui.print(&text)?,
    }
    Ok(Exit::Success)
}
