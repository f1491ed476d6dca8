//! `logs`: shows what the project's containers wrote.

use clap::Args;
use rcompose::ops::LogsOptions;
use time::OffsetDateTime;

use crate::cli::args::{integer, moment};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Show what containers wrote
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose logs -f web           go on until the containers of `web` end\n  \
    rcompose logs -t --since 10m   the last ten minutes of all, in the order of their times")]
pub(crate) struct LogsArgs {
    /// Only these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Go on until the containers end
    #[arg(short, long)]
    follow: bool,
    /// Lines to show of each container, from the end: a number or `all`
    #[arg(short = 'n', long, value_name = "LINES", default_value = "all", hide_default_value = true)]
    tail: String,
    /// Only since a time (2026-01-02T13:23:37Z) or for so long (42m)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only until a time (2026-01-02T13:23:37Z) or so long ago (42m)
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// With time stamps
    #[arg(short, long)]
    timestamps: bool,
    /// Only the container of this number
    #[arg(long, value_name = "N", value_parser = integer)]
    index: Option<i64>,
    /// Without colour
    #[arg(long)]
    no_color: bool,
    /// Without the container's name in front
    #[arg(long)]
    no_log_prefix: bool,
}

/// Shows it.
pub(crate) fn run(args: &LogsArgs, session: &Session) -> Result<Exit, Failure> {
    let index = args.index.filter(|index| *index > 0);
    if index.is_some() && args.services.len() != 1 {
        return Err(Failure::message("--index requires one service to be selected"));
    }
    let options = LogsOptions {
        services: args.services.clone(),
        index: index.and_then(|index| u32::try_from(index).ok()),
        follow: args.follow,
        tail: tail(&args.tail)?,
        since: args.since.as_deref().map(point).transpose()?,
        until: args.until.as_deref().map(point).transpose()?,
        timestamps: args.timestamps,
    };
    let project = Project::open(session, Needs::Name, &args.services)?;
    let lines =
        Lines { prefix: !args.no_log_prefix, colour: !args.no_color, apart: false, ..Lines::default() };
    work(session, project, lines, async |compose| {
        compose.logs(&options).await?;
        Ok(Exit::Success)
    })
}

/// A number of lines; everything below 0 means all, as with the daemon.
fn tail(text: &str) -> Result<Option<u64>, Failure> {
    match text {
        "all" | "" => Ok(None),
        _ => match text.parse::<i64>() {
            Ok(lines) => Ok(u64::try_from(lines).ok()),
            Err(_) => Err(Failure::message(format!("--tail wants a number or `all`, not {text:?}"))),
        },
    }
}

fn point(text: &str) -> Result<String, Failure> {
    moment(text, OffsetDateTime::now_utc()).map_err(Failure::message)
}
