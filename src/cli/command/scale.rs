//! `scale`: changes how many containers services have.

use std::collections::BTreeMap;

use clap::Args;
use rcompose::plan::UpPolicy;

use super::plan::show_dry;
use super::up::answered;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Change how many containers services have
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose scale web=3 worker=0   three of `web`, none of `worker`")]
pub(crate) struct ScaleArgs {
    /// Services and how many containers each is to have
    #[arg(value_name = "SERVICE=N")]
    numbers: Vec<String>,
    /// Leave dependencies alone
    #[arg(long)]
    no_deps: bool,
}

/// Changes it.
pub(crate) fn run(args: &ScaleArgs, session: &Session) -> Result<Exit, Failure> {
    if args.numbers.is_empty() {
        return Err(Failure::message("requires at least 1 arg(s), only received 0")
            .help("such as `rcompose scale web=3`"));
    }
    let scale: BTreeMap<String, u32> =
        args.numbers.iter().map(|text| number(text)).collect::<Result<_, _>>()?;
    let services: Vec<String> = scale.keys().cloned().collect();
    let project = Project::open(session, Needs::Files, &services)?;
    let policy = UpPolicy {
        services,
        no_dependencies: args.no_deps,
        scale,
        ignore_orphans: project.switch("COMPOSE_IGNORE_ORPHANS"),
        ..UpPolicy::default()
    };
    work(session, project, Lines::default(), async |compose| {
        if session.root.dry_run {
            show_dry(compose, &compose.prepare_up(policy).await?.plan, session)?;
            return Ok(Exit::Success);
        }
        let prepared = answered(compose, policy, session).await?;
        compose.bring("scale", &prepared).await?;
        Ok(Exit::Success)
    })
}

/// `web=3`.
fn number(text: &str) -> Result<(String, u32), Failure> {
    let Some((service, number)) = text.split_once('=') else {
        return Err(Failure::message(format!("invalid scale specifier: {text}"))
            .help(format!("`{text}=N` wants a whole number from 0")));
    };
    let number = number.parse().map_err(|_| {
        Failure::message(format!("invalid scale specifier: can't parse replica value as int: {text}"))
            .help(format!("`{service}=N` wants a whole number from 0"))
    })?;
    Ok((service.to_owned(), number))
}
