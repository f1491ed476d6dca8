//! Our own streams at the other end of a process in a container.

use std::future::Future;
use std::io;

use rcompose::ops::{Compose, Error};
use rcompose::run::{Console, Ended};
use rcompose::syntax::DetachKeys;

use super::keyboard::keyboard;
use super::raw::{Mode, Raw};
use super::signals::{fatal, signals};
use super::window::window;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;

/// What of our own is given to the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Conversation {
    /// Our standard input.
    pub(crate) stdin: bool,
    /// What becomes of signals to us.
    pub(crate) signals: Signals,
    /// It has a terminal, and ours is passed through to it.
    pub(crate) tty: bool,
}

/// What becomes of signals to us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Signals {
    /// They end the conversation.
    #[default]
    End,
    /// They are passed on.
    PassOn,
}

/// How the conversation ended for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// The process came to its end, or the user let go of it.
    Process(Ended),
    /// Ctrl-C or SIGTERM came from outside.
    Interrupted,
    /// Another signal came that is to end us.
    Signal(i32),
}

/// Holds a conversation by `talk`, which is given our console; the terminal is raw meanwhile, and as it was afterwards,
/// however it ends. The keys to let go are `keys`, else those of Docker's configuration.
pub(crate) async fn held<F>(
    compose: &Compose,
    what: Conversation,
    keys: Option<&str>,
    talk: impl FnOnce(Console) -> F,
) -> Result<Ends, Failure>
where
    F: Future<Output = Result<Ended, Error>>,
{
    let detach = if what.stdin && what.tty { detach_keys(compose, keys)? } else { DetachKeys::none() };
    let unable = |fault: io::Error| Failure::message(format!("the terminal cannot be used: {fault}"));
    let passes_on = what.signals == Signals::PassOn;
    let size = if what.tty { Some(window().map_err(unable)?) } else { None };
    let console = Console {
        input: what.stdin.then(keyboard),
        output: Box::pin(tokio::io::stdout()),
        error: Box::pin(tokio::io::stderr()),
        size,
        signals: if passes_on { Some(signals().map_err(unable)?) } else { None },
        detach,
    };
    let raw = if what.stdin && what.tty { Some(Raw::enter(Mode::Raw).map_err(unable)?) } else { None };
    let interrupted = compose.interrupts().stop.clone();
    let ends = tokio::select! {
        // A hang-up is an interrupt too; here its own number is told.
        biased;
        number = fatal(), if !passes_on => Ends::Signal(number.map_err(unable)?),
        ended = talk(console) => Ends::Process(ended?),
        () = interrupted.cancelled(), if !passes_on => Ends::Interrupted,
    };
    drop(raw);
    Ok(ends)
}

fn detach_keys(compose: &Compose, keys: Option<&str>) -> Result<DetachKeys, Failure> {
    let configured = compose.engine().detach_keys();
    let Some(text) = keys.filter(|keys| !keys.is_empty()).or(configured.as_deref()) else {
        return Ok(DetachKeys::standard());
    };
    DetachKeys::parse(text).map_err(|key| {
        Failure::message(format!("invalid detach keys (\"{text}\"): unknown key `{key}`"))
            .help("keys are single characters, `ctrl-a` to `ctrl-z`, `ctrl-@ [ \\ ] ^ _` or `DEL`, joined by commas")
    })
}

impl Ends {
    /// The exit code, where letting go is a success like another.
    pub(crate) fn exit_or_left(self) -> Result<Exit, Failure> {
        match self {
            Self::Process(Ended::Detached) => Ok(Exit::Success),
            other => other.exit(),
        }
    }

    /// The exit code, where letting go is no success.
    pub(crate) fn exit(self) -> Result<Exit, Failure> {
        match self {
            Self::Process(Ended::Exited(code)) => Ok(Exit::Child(code)),
            // As the peer has it.
            Self::Process(Ended::Detached) => Err(Failure::message("read escape sequence")),
            Self::Interrupted => Ok(Exit::Interrupted),
            Self::Signal(number) => Ok(Exit::Child(i64::from(128 + number))),
        }
    }
}
