//! `build`: builds the images of services.

use std::collections::BTreeMap;

use clap::Args;
use rcompose::ops::BuildOptions;

use super::plan::show_dry;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::report::Quiet;
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Build images
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    rcompose build --pull web               with the newest base images\n  \
    rcompose build --build-arg VERSION=3    the same for all services")]
pub(crate) struct BuildArgs {
    /// Only the images of these services (default: all)
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Build argument, repeatable; without a value it is taken from the environment
    #[arg(long = "build-arg", value_name = "NAME[=VALUE]")]
    arguments: Vec<String>,
    /// Take no step from earlier builds
    #[arg(long)]
    no_cache: bool,
    /// Pull base images although they are there
    #[arg(long)]
    pull: bool,
    /// Do not show the output
    #[arg(short, long)]
    quiet: bool,
    /// Build the images of dependencies, too
    #[arg(long)]
    with_dependencies: bool,
}

/// Builds them.
pub(crate) fn run(args: &BuildArgs, session: &Session) -> Result<Exit, Failure> {
    let project = Project::open(session, Needs::Files, &args.services)?;
    let options = BuildOptions {
        services: args.services.clone(),
        with_dependencies: args.with_dependencies,
        no_cache: args.no_cache,
        pull: args.pull,
        args: arguments(&args.arguments, &project.variables),
    };
    let quiet = Quiet { builds: args.quiet, ..Quiet::default() };
    let lines = Lines { quiet, ..Lines::default() };
    work(session, project, lines, async |compose| {
        let plan = compose.prepare_build(&options).await?;
        if plan.is_empty() {
            session.ui.warn("No services to build");
        } else if session.root.dry_run {
            show_dry(&plan, session)?;
        } else {
            compose.build(&plan).await?;
        }
        Ok(Exit::Success)
    })
}

/// `NAME=VALUE`, or `NAME` for the value of a variable; `None` if there is no such variable.
fn arguments(given: &[String], variables: &BTreeMap<String, String>) -> BTreeMap<String, Option<String>> {
    let argument = |text: &String| match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (text.clone(), variables.get(text).cloned()),
    };
    given.iter().map(argument).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_argument_without_a_value_takes_that_of_the_variable() {
        let variables = BTreeMap::from([("TOKEN".to_owned(), "from-shell".to_owned())]);
        let given = ["A=1", "B=x=y", "C=", "TOKEN", "NONE"].map(str::to_owned);
        let want = [
            ("A", Some("1")),
            ("B", Some("x=y")),
            ("C", Some("")),
            ("NONE", None),
            ("TOKEN", Some("from-shell")),
        ];
        let want = want.map(|(name, value)| (name.to_owned(), value.map(str::to_owned)));
        assert_eq!(arguments(&given, &variables), BTreeMap::from(want));
    }
}
