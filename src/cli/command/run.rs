//! `run`: runs a command in a container of its own.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use rcompose::diag::{Problem, Problems, Sources, Span};
use rcompose::load;
use rcompose::ops::{Compose, PreparedRun, RunOptions};
use rcompose::plan::{BuildChoice, PullChoice};
use rcompose::resource::OneOff;
use rcompose::syntax::{Assignment, dotenv, split};

use super::exec::{assigned, no_terminal};
use super::plan::show_dry;
use crate::cli::args::boolean;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::report::Quiet;
use crate::cli::session::Session;
use crate::cli::terminal::{Conversation, Signals, held};
use crate::cli::work::{Lines, work};

/// Run a command in a container of its own, made after a service
#[derive(Debug, Args)]
#[command(
    override_usage = "rcompose run [OPTIONS] SERVICE [COMMAND] [ARGS...]",
    after_help = "Examples:\n  \
        rcompose run --rm web bash              look around in a fresh container\n  \
        rcompose run --rm -T db psql < dump     what is piped in arrives as it is\n  \
        rcompose run -d -p 8080:80 web          one more, in the background"
)]
pub(crate) struct RunArgs {
    /// The service, and the command with its arguments (default: the service's)
    #[arg(value_name = "SERVICE COMMAND", num_args = 0.., trailing_var_arg = true)]
    words: Vec<String>,
    /// Run in the background and print the container's id
    #[arg(short, long)]
    detach: bool,
    /// Remove the container when it ends
    #[arg(long)]
    rm: bool,
    /// Name of the container
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Leave dependencies alone
    #[arg(long)]
    no_deps: bool,
    /// Remove containers of services that are in no file
    #[arg(long)]
    remove_orphans: bool,
    #[command(flatten)]
    process: ProcessArgs,
    #[command(flatten)]
    container: ContainerArgs,
    #[command(flatten)]
    images: ImageArgs,
}

/// The process in the container.
#[derive(Debug, Args)]
#[command(next_help_heading = "Process")]
struct ProcessArgs {
    /// Environment variable, repeatable; without a value it is taken from your environment
    #[arg(short = 'e', long = "env", value_name = "NAME[=VALUE]")]
    variables: Vec<String>,
    /// File with environment variables, repeatable
    #[arg(long = "env-from-file", value_name = "PATH")]
    variable_files: Vec<String>,
    /// Entry point instead of the service's
    #[arg(long, value_name = "COMMAND")]
    entrypoint: Option<String>,
    /// As this user
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,
    /// In this directory
    #[arg(short, long, value_name = "PATH")]
    workdir: Option<String>,
    /// Pass standard input on (default: true)
    #[arg(short, long, num_args = 0..=1, require_equals = true, value_name = "BOOL",
          default_missing_value = "true", value_parser = boolean)]
    interactive: Option<bool>,
    /// Without a terminal (default where standard input or output is none)
    #[arg(short = 'T', long, alias = "no-TTY", num_args = 0..=1, require_equals = true, value_name = "BOOL",
          default_missing_value = "true", value_parser = boolean)]
    no_tty: Option<bool>,
    /// With a terminal: always, unless switched off
    #[arg(short, long, hide = true, num_args = 0..=1, require_equals = true, value_name = "BOOL",
          default_missing_value = "true", value_parser = boolean)]
    tty: Option<bool>,
}

/// The container.
#[derive(Debug, Args)]
#[command(next_help_heading = "Container")]
struct ContainerArgs {
    /// Publish a port, repeatable
    #[arg(short, long, value_name = "[HOST:]PORT")]
    publish: Vec<String>,
    /// Publish the ports of the service
    #[arg(short = 'P', long)]
    service_ports: bool,
    /// Mount a volume or a path, repeatable
    #[arg(short, long = "volume", value_name = "[SOURCE:]TARGET")]
    volumes: Vec<String>,
    /// Have the service's names in its networks
    #[arg(long)]
    use_aliases: bool,
    /// Label, repeatable
    #[arg(short, long = "label", value_name = "NAME=VALUE")]
    labels: Vec<String>,
    /// Add a capability, repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    cap_add: Vec<String>,
    /// Drop a capability, repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    cap_drop: Vec<String>,
}

/// What is done about images, and what is told of it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Images and output")]
struct ImageArgs {
    /// Build images first
    #[arg(long)]
    build: bool,
    /// When to pull: always, missing, never
    #[arg(long, value_name = "WHEN")]
    pull: Option<String>,
    /// Do not show the progress of pulls
    #[arg(long)]
    quiet_pull: bool,
    /// Do not show the output of builds
    #[arg(long)]
    quiet_build: bool,
    /// Show what the container writes and nothing else
    #[arg(short, long)]
    quiet: bool,
}

/// Runs it.
pub(crate) fn run(args: &RunArgs, session: &Session) -> Result<Exit, Failure> {
    let Some(service) = args.words.first() else {
        return Err(Failure::message("requires at least 1 arg(s), only received 0")
            .help("`rcompose run SERVICE [COMMAND] [ARGS...]`"));
    };
    let what = args.conversation(session)?;
    let mut options = args.options(what, session)?;
    let project = Project::open(session, Needs::Files, std::slice::from_ref(service))?;
    options.ignore_orphans = project.switch("COMPOSE_IGNORE_ORPHANS");
    let quiet =
        Quiet { pulls: args.images.quiet_pull, builds: args.images.quiet_build, progress: args.images.quiet };
    work(session, project, Lines { quiet, ..Lines::default() }, async |compose| {
        let prepared = compose.prepare_run(&options).await?;
        if session.root.dry_run {
            show_dry(compose, &prepared.plan, session)?;
            return Ok(Exit::Success);
        }
        compose.create_for_run(&prepared).await?;
        compose.shown().await;
        if args.detach {
            let id = compose.run_detached(&prepared).await?;
            session.ui.print(&format!("{id}\n"))?;
            return Ok(Exit::Success);
        }
        attended(compose, &prepared, what).await
    })
}

async fn attended(compose: &Compose, prepared: &PreparedRun, what: Conversation) -> Result<Exit, Failure> {
    held(compose, what, None, |console| compose.run(prepared, console)).await?.exit_or_left()
}

impl RunArgs {
    fn conversation(&self, session: &Session) -> Result<Conversation, Failure> {
        let process = &self.process;
        let terminals = session.terminals;
        let stdin = process.interactive.unwrap_or(true);
        let tty = match (process.no_tty, process.tty) {
            (Some(without), _) => !without,
            (None, Some(with)) => with,
            (None, None) => terminals.stdout && terminals.stdin,
        };
        if tty && stdin && !terminals.stdin && !self.detach {
            return Err(no_terminal());
        }
        Ok(Conversation { stdin, signals: Signals::PassOn, tty })
    }

    fn options(&self, what: Conversation, session: &Session) -> Result<RunOptions, Failure> {
        let (container, images) = (&self.container, &self.images);
        if container.service_ports && !container.publish.is_empty() {
            return Err(Failure::message("--service-ports and --publish are incompatible"));
        }
        let directory = std::env::current_dir()
            .map_err(|error| Failure::message(format!("the current directory cannot be read: {error}")))?;
        let container = OneOff {
            service: self.words[0].clone(),
            name: self.name.clone().unwrap_or_default(),
            command: self.words[1..].to_vec(),
            entrypoint: self.process.entrypoint.as_deref().map(words).transpose()?,
            environment: self.environment(session)?,
            user: self.process.user.clone().unwrap_or_default(),
            working_directory: self.process.workdir.clone().unwrap_or_default(),
            labels: labels(&container.labels)?,
            no_dependencies: self.no_deps,
            cap_add: container.cap_add.clone(),
            cap_drop: container.cap_drop.clone(),
            ports: container.publish.clone(),
            service_ports: container.service_ports,
            mounts: container.volumes.clone(),
            directory,
            tty: what.tty,
            use_aliases: container.use_aliases,
            stdin: what.stdin,
            remove: self.rm,
            ..OneOff::default()
        };
        Ok(RunOptions {
            container,
            build: if images.build { BuildChoice::Always } else { BuildChoice::Missing },
            remove_orphans: self.remove_orphans,
            pull: pull(images.pull.as_deref())?,
            ignore_orphans: false,
        })
    }

    /// Variables of files, then those of the command line.
    fn environment(&self, session: &Session) -> Result<BTreeMap<String, String>, Failure> {
        let mut variables = BTreeMap::new();
        for path in &self.process.variable_files {
            let text = std::fs::read_to_string(Path::new(path))
                .map_err(|error| Failure::message(format!("--env-from-file {path}: {error}")))?;
            variables.extend(read_variables(path, &text, session)?);
        }
        for assignment in assigned(&self.process.variables, session) {
            if let Some((name, value)) = assignment.split_once('=') {
                variables.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(variables)
    }
}

/// The variables of a file, or all its faults at their places.
fn read_variables(path: &str, text: &str, session: &Session) -> Result<BTreeMap<String, String>, Failure> {
    let read = dotenv(text, &|name: &str| session.variables.get(name).cloned());
    if read.faults.is_empty() {
        let given = |one: Assignment| Some((one.name, one.value?));
        return Ok(read.assignments.into_iter().filter_map(given).collect());
    }
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    let source = sources.add(path, text);
    problems.extend(read.faults.iter().map(|fault| {
        let span = Span::new(source, fault.at.start, fault.at.end);
        Problem::error("bad-variable-file", fault.to_string()).at(span, "").help("write `NAME=value`")
    }));
    Err(Failure::from(load::Failure { problems, sources }))
}

fn words(text: &str) -> Result<Vec<String>, Failure> {
    let read = split(text);
    read.map(|words| words.list).map_err(|error| Failure::message(format!("--entrypoint {text:?}: {error}")))
}

fn labels(texts: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let pair = |text: &String| match text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Failure::message("label must be set as KEY=VALUE").help(format!("not `{text}`"))),
    };
    texts.iter().map(pair).collect()
}

fn pull(word: Option<&str>) -> Result<PullChoice, Failure> {
    match word {
        None | Some("" | "policy") => Ok(PullChoice::AsDeclared),
        Some("always") => Ok(PullChoice::Always),
        Some("missing") => Ok(PullChoice::Missing),
        Some("never") => Ok(PullChoice::Never),
        Some(other) => Err(Failure::message(format!("invalid --pull option {other:?}"))
            .help("one of: always, missing, never")),
    }
}
