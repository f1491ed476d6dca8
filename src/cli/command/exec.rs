//! `exec`: runs a command in a container that runs.

use clap::Args;
use rcompose::engine::ExecSpec;
use rcompose::ops::Instance;

use crate::cli::args::{boolean, integer};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::terminal::{Conversation, held};
use crate::cli::work::{Lines, work};

/// Run a command in a container that runs
#[derive(Debug, Args)]
#[command(
    override_usage = "rcompose exec [OPTIONS] SERVICE COMMAND [ARGS...]",
    after_help = "Examples:\n  \
        rcompose exec db psql -U postgres        in your terminal\n  \
        rcompose exec -T db pg_dump app > dump   without one: bytes come as they are\n  \
        rcompose exec --index 2 web ps           in the second container"
)]
pub(crate) struct ExecArgs {
    /// The service, and the command with its arguments
    #[arg(value_name = "SERVICE COMMAND", num_args = 0.., trailing_var_arg = true)]
    words: Vec<String>,
    /// Run it in the background
    #[arg(short, long)]
    detach: bool,
    /// Environment variable, repeatable; without a value it is taken from your environment
    #[arg(short = 'e', long = "env", value_name = "NAME[=VALUE]")]
    variables: Vec<String>,
    /// In the container of this number
    #[arg(long, value_name = "N", value_parser = integer)]
    index: Option<i64>,
    /// Without a terminal (default where standard output is none)
    #[arg(short = 'T', long, alias = "no-TTY", num_args = 0..=1, require_equals = true, value_name = "BOOL",
          default_missing_value = "true", hide_possible_values = true, value_parser = boolean)]
    no_tty: Option<bool>,
    /// With all privileges
    #[arg(long)]
    privileged: bool,
    /// As this user
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,
    /// In this directory
    #[arg(short, long, value_name = "PATH")]
    workdir: Option<String>,
    /// Pass standard input on: always, unless switched off
    #[arg(short, long, hide = true, num_args = 0..=1, require_equals = true, value_name = "BOOL",
          default_missing_value = "true", value_parser = boolean)]
    interactive: Option<bool>,
    /// With a terminal: always, unless switched off
    #[arg(short, long, hide = true, num_args = 0..=1, require_equals = true, value_name = "BOOL",
          default_missing_value = "true", value_parser = boolean)]
    tty: Option<bool>,
}

/// Runs it.
pub(crate) fn run(args: &ExecArgs, session: &Session) -> Result<Exit, Failure> {
    let [service, command @ ..] = args.words.as_slice() else { return Err(too_few(0)) };
    if command.is_empty() {
        return Err(too_few(1));
    }
    let index = args.index.filter(|index| *index > 0).and_then(|index| u32::try_from(index).ok());
    let at = Instance { service: service.clone(), index };
    let mut spec = ExecSpec {
        cmd: command.to_vec(),
        env: assigned(&args.variables, session),
        user: args.user.clone().unwrap_or_default(),
        working_dir: args.workdir.clone().unwrap_or_default(),
        privileged: args.privileged,
        ..ExecSpec::default()
    };
    let project = Project::open(session, Needs::Name, std::slice::from_ref(service))?;
    if session.root.dry_run {
        return work(session, project, Lines::default(), async |compose| {
            let container = compose.running(&at).await?;
            let words = spec.cmd.join(" ");
            session.ui.print(&format!("run `{words}` in container {}: requested\n", container.name))?;
            Ok(Exit::Success)
        });
    }
    if args.detach {
        return work(session, project, Lines::default(), async |compose| {
            compose.exec_detached(&at, &spec).await?;
            Ok(Exit::Success)
        });
    }
    let what = args.conversation(session)?;
    spec.tty = what.tty;
    work(session, project, Lines::default(), async |compose| {
        held(compose, what, None, |console| compose.exec(&at, &spec, console)).await?.exit()
    })
}

impl ExecArgs {
    fn conversation(&self, session: &Session) -> Result<Conversation, Failure> {
        let without = self.no_tty.unwrap_or(!session.terminals.stdout);
        let tty = !without && self.tty.unwrap_or(true);
        let stdin = self.interactive.unwrap_or(true);
        if tty && stdin && !session.terminals.stdin {
            return Err(no_terminal());
        }
        Ok(Conversation { stdin, tty, ..Conversation::default() })
    }
}

/// What is said where a terminal is asked for and there is none.
pub(super) fn no_terminal() -> Failure {
    Failure::message("cannot attach stdin to a TTY-enabled container because stdin is not a terminal")
        .help("`-T` runs a command without a terminal; `attach --no-stdin` only shows")
}

/// Variables as the engine takes them; what has no value and none in our environment is left out.
pub(super) fn assigned(variables: &[String], session: &Session) -> Vec<String> {
    let assign = |text: &String| match text.split_once('=') {
        Some(_) => Some(text.clone()),
        None => session.variables.get(text).map(|value| format!("{text}={value}")),
    };
    variables.iter().filter_map(assign).collect()
}

fn too_few(count: usize) -> Failure {
    Failure::message(format!("requires at least 2 arg(s), only received {count}"))
        .help("`rcompose exec SERVICE COMMAND [ARGS...]`")
}
