//! `attach`: our streams become those of a container that runs.

use clap::Args;
use rcompose::ops::Instance;

use super::exec::no_terminal;
use crate::cli::args::{boolean, integer};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::terminal::{Conversation, Signals, held};
use crate::cli::work::{Lines, work};

/// Attach your terminal to a container that runs
#[derive(Debug, Args)]
#[command(
    override_usage = "rcompose attach [OPTIONS] SERVICE",
    after_help = "Ctrl-P Ctrl-Q lets go; `--detach-keys` chooses other keys."
)]
pub(crate) struct AttachArgs {
    /// The service
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// The container of this number
    #[arg(long, value_name = "N", value_parser = integer)]
    index: Option<i64>,
    /// Do not pass standard input on
    #[arg(long)]
    no_stdin: bool,
    /// Pass signals on to the container (default: true)
    #[arg(long, num_args = 0..=1, require_equals = true, value_name = "BOOL",
          default_missing_value = "true", value_parser = boolean)]
    sig_proxy: Option<bool>,
    /// Keys to let go, joined by commas
    #[arg(long, value_name = "KEYS")]
    detach_keys: Option<String>,
}

/// Attaches.
pub(crate) fn run(args: &AttachArgs, session: &Session) -> Result<Exit, Failure> {
    let Some(service) = args.services.first() else {
        return Err(Failure::message("requires at least 1 arg(s), only received 0"));
    };
    let index = args.index.filter(|index| *index > 0).and_then(|index| u32::try_from(index).ok());
    let at = Instance { service: service.clone(), index };
    let project = Project::open(session, Needs::Name, std::slice::from_ref(service))?;
    let signals = if args.sig_proxy.unwrap_or(true) { Signals::PassOn } else { Signals::End };
    let keys = args.detach_keys.as_deref();
    work(session, project, Lines::default(), async |compose| {
        if session.root.dry_run {
            let container = compose.running(&at).await?;
            session.ui.print(&format!("attach to container {}: requested\n", container.name))?;
            return Ok(Exit::Success);
        }
        let to = compose.attachable(&at).await?;
        let stdin = !args.no_stdin;
        if stdin && to.tty && !session.terminals.stdin {
            return Err(no_terminal());
        }
        let what = Conversation { stdin, signals, tty: to.tty };
        held(compose, what, keys, |console| compose.attach(&to, console)).await?.exit()
    })
}
