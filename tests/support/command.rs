//! A command to be run in a stack's folder: `rcompose`, or the peer.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::thread::spawn;
use std::time::Duration;

use super::{Outcome, Running, Stack, Terminal};

/// A command with a clean environment, built up and then run.
#[must_use = "a command does nothing until `run` or `start`"]
pub(crate) struct Command {
    inner: std::process::Command,
    names: Vec<(String, String)>,
    patience: Duration,
    input: Option<Vec<u8>>,
}

impl Command {
    pub(super) fn new(program: &Path, stack: &Stack) -> Self {
        let mut inner = std::process::Command::new(program);
        inner
            .current_dir(stack.folder())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", stack.home())
            .env("DOCKER_HOST", &stack.daemon().host)
            .env("COMPOSE_PROJECT_NAME", stack.project())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let names = vec![
            (stack.project().to_owned(), "PROJECT".to_owned()),
            (stack.folder().display().to_string(), "DIR".to_owned()),
        ];
        Self { inner, names, patience: Duration::from_secs(120), input: None }
    }

    /// Adds arguments.
    pub(crate) fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, args: I) -> Self {
        self.inner.args(args);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.inner.env(name, value);
        self
    }

    /// Runs in another folder than the stack's own.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.inner.current_dir(folder);
        self
    }

    /// Is run by another program, which gets it as its last words.
    pub(crate) fn under(mut self, words: &[&str]) -> Self {
        let (program, given) = words.split_first().expect("a program");
        let mut outer = std::process::Command::new(program);
        outer.args(given).arg(self.inner.get_program()).args(self.inner.get_args()).env_clear();
        outer.envs(self.inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        outer.current_dir(self.inner.get_current_dir().expect("it has a folder"));
        outer.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.inner = outer;
        self
    }

    /// Talks to another address than the stack's daemon.
    pub(crate) fn host(self, host: &str) -> Self {
        self.env("DOCKER_HOST", host)
    }

    /// Replaces `text` by `word` in what is printed.
    pub(crate) fn calling(mut self, text: &str, word: &str) -> Self {
        self.names.push((text.to_owned(), word.to_owned()));
        self
    }

    /// Says this on its standard input, and then no more.
    pub(crate) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = Some(bytes.into());
        self
    }

    /// Starts it on a terminal.
    pub(crate) fn on_terminal(self) -> Terminal {
        Terminal::start(&self.inner, shown(&self.inner), self.patience)
    }

    /// Starts it, and lets the test go on.
    pub(crate) fn start(mut self) -> Running {
        if self.input.is_some() {
            self.inner.stdin(Stdio::piped());
        }
        let mut child = self.inner.spawn().expect("the command can be started");
        if let (Some(input), Some(mut stdin)) = (self.input, child.stdin.take()) {
            // A command need not read all that it is told.
            spawn(move || drop(stdin.write_all(&input)));
        }
        Running::new(shown(&self.inner), child, (self.names, self.patience))
    }

    /// Runs it to its end.
    #[must_use = "say what the command had to do: `.success()`, `.code(1)`"]
    pub(crate) fn run(self) -> Outcome {
        self.start().finish()
    }
}

fn shown(command: &std::process::Command) -> String {
    let program =
        Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    command.get_args().fold(program, |line, word| format!("{line} {}", word.to_string_lossy()))
}
