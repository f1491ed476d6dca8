//! `build`: builds the images of services.

use std::collections::BTreeMap;

use clap::Args;
use rcompose::model::Bytes;
use rcompose::ops::BuildOptions;

use super::doubts::checked;
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
    rcompose build --build-arg VERSION=3    the same for all services\n  \
    rcompose build --check                  doubts about the Dockerfiles")]
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
    /// Keys for `RUN --mount=type=ssh`: `default` for the agent, or ID=PATH
    #[arg(long, value_name = "ID[=PATH]")]
    ssh: Vec<String>,
    /// Push the images that the file names
    #[arg(long)]
    push: bool,
    /// Check the Dockerfiles and build nothing
    #[arg(long)]
    check: bool,
    /// Print the builds as a file for `docker buildx bake`
    #[arg(long)]
    print: bool,
    /// Attest how the images came about: `true`, `mode=max`, ...
    #[arg(long, value_name = "ATTRIBUTES")]
    provenance: Option<String>,
    /// Attest what is in the images: `true`, `generator=...`
    #[arg(long, value_name = "ATTRIBUTES")]
    sbom: Option<String>,
    /// Memory for each container of the classic builder
    #[arg(short, long, value_name = "BYTES")]
    memory: Option<String>,
    /// The builder: the engine's own is `default`, and the only one
    #[arg(long, value_name = "NAME")]
    builder: Option<String>,
    #[command(flatten)]
    old: OldArgs,
}

/// What has no meaning any more, and is taken all the same, as the peer does.
#[derive(Debug, Args)]
struct OldArgs {
    #[arg(long = "parallel", hide = true)]
    side_by_side: bool,
    #[arg(long, hide = true)]
    compress: bool,
    #[arg(long, hide = true)]
    force_rm: bool,
    #[arg(long, hide = true)]
    no_rm: bool,
}

/// Builds them.
pub(crate) fn run(args: &BuildArgs, session: &Session) -> Result<Exit, Failure> {
    own_builder(args, session)?;
    let project = Project::open(session, Needs::Images, &args.services)?;
    let options = BuildOptions {
        services: args.services.clone(),
        with_dependencies: args.with_dependencies,
        no_cache: args.no_cache,
        pull: args.pull,
        args: arguments(&args.arguments, &project.variables),
        ssh: args.ssh.clone(),
        provenance: args.provenance.clone(),
        sbom: args.sbom.clone(),
        memory: memory(args, session)?,
        push: args.push,
        for_here: false,
    };
    let quiet = Quiet { builds: args.quiet, ..Quiet::default() };
    let lines = Lines { quiet, ..Lines::default() };
    work(session, project, lines, async |compose| {
        if args.print {
            if let Some(file) = compose.bake(&options)? {
                session.ui.print(&file)?;
            }
            return Ok(Exit::Success);
        }
        if args.check {
            return checked(&compose.check_builds(&options).await?, session);
        }
        let plan = compose.prepare_build(&options).await?;
        if plan.is_empty() {
            session.ui.warn("No services to build");
        } else if session.root.dry_run {
            show_dry(compose, &plan, session)?;
        } else {
            compose.build(&plan).await?;
            if args.push {
                compose.push_built(&options).await?;
            }
        }
        Ok(Exit::Success)
    })
}

/// Another builder than the engine's own would need a program beside us.
fn own_builder(args: &BuildArgs, session: &Session) -> Result<(), Failure> {
    let variable = session.variables.get("BUILDX_BUILDER");
    match args.builder.as_ref().or(variable).map(String::as_str) {
        None | Some("" | "default") => Ok(()),
        Some(name) => Err(Failure::message(format!("no builder {name:?} found"))
            .help("images are built by the engine itself; its builder is called `default`")),
    }
}

/// `512m` and the like; 0 for no limit.
fn memory(args: &BuildArgs, session: &Session) -> Result<i64, Failure> {
    let Some(text) = &args.memory else { return Ok(0) };
    let bytes: Bytes = text.parse().map_err(|_| Failure::message(format!("invalid size: '{text}'")))?;
    if bytes.0 > 0 && session.variables.get("DOCKER_BUILDKIT").is_none_or(|value| value != "0") {
        session.ui.warn("--memory is not supported by BuildKit");
    }
    Ok(bytes.0)
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
