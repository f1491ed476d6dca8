//! `test`: runs a command with a stack of its own.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use clap::Args;
use rcompose::fixture::reaper::become_leashed;
use rcompose::fixture::{Builder, Error, Fixture};
use rcompose::load::{self, Passes};
use rcompose::ops;
use rustix::process::{Pid, Signal as Kill, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::args::{integer, lifetime, seconds};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::options;
use crate::cli::session::Session;
use crate::cli::work::{attended, connection};

/// Run a command with a stack of its own, and take the stack away
#[derive(Debug, Args)]
#[command(
    override_usage = "rcompose test [OPTIONS] -- COMMAND [ARGS]",
    after_help = "Published ports are moved to free ones; the command finds them in its environment:\n  \
        RCOMPOSE_<SERVICE>_<PORT>       host:port; with _HOST and _PORT behind it, each half\n  \
        COMPOSE_PROJECT_NAME            the project, for `rcompose exec` and the like\n\n\
        Its exit code is that of the command. However this ends, nothing is left behind.\n\n\
        Examples:\n  \
        rcompose test -- pytest\n  \
        rcompose test --service db --logs-dir logs -- sh -c 'psql -h $RCOMPOSE_DB_5432_HOST'"
)]
pub(crate) struct TestArgs {
    /// Only this service, with what it depends on; repeatable (default: all)
    #[arg(long, value_name = "SERVICE")]
    service: Vec<String>,
    /// Leave the stack as it is, and say how to look at it
    #[arg(long)]
    keep: bool,
    /// Use a stack of the same files that another run has up; it goes with the last of them
    #[arg(long, conflicts_with = "keep")]
    reuse: bool,
    /// Where the services' logs go, a file each, if the command fails
    #[arg(long, value_name = "DIR")]
    logs_dir: Option<PathBuf>,
    /// Let the stack go after so long, even if the command still runs
    #[arg(long, value_name = "DURATION", value_parser = lifetime)]
    ttl: Option<Duration>,
    /// Give up after so many seconds if the stack does not come up (default: 300)
    #[arg(long, value_name = "SECONDS", value_parser = integer)]
    wait_timeout: Option<i64>,
    /// Build images first
    #[arg(long)]
    build: bool,
    /// The command
    #[arg(value_name = "COMMAND", num_args = 0.., trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

/// Become a program that ends with its parent
#[derive(Debug, Args)]
pub(crate) struct LeashArgs {
    /// The parent
    parent: u32,
    /// The program and its arguments
    #[arg(num_args = 1.., trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

/// Becomes it.
pub(crate) fn leash(args: &LeashArgs) -> Result<Exit, Failure> {
    let [program, words @ ..] = args.command.as_slice() else { return Ok(Exit::Failure) };
    let error = become_leashed(args.parent, program, words);
    Err(Failure::message(format!("`{program}` cannot be run: {error}")))
}

/// Runs it.
pub(crate) fn run(args: &TestArgs, session: &Session) -> Result<Exit, Failure> {
    let [program, words @ ..] = args.command.as_slice() else {
        return Err(Failure::message("no command to run").help("`rcompose test -- COMMAND [ARGS]`"));
    };
    if session.root.dry_run {
        return Err(Failure::message("`test` has no dry run").help("`rcompose plan` says what a stack needs"));
    }
    let builder = args.builder(session)?;
    attended(session, async |sink, interrupts| {
        let builder = builder.sink(sink.clone()).interrupts(interrupts.clone());
        let fixture = builder.up().await;
        let fixture = match fixture {
            Ok(fixture) => fixture,
            Err(error) if is_interrupted(&error) => return Ok(Exit::Interrupted),
            Err(error) => return Err(told(error)),
        };
        sink.flushed().await;
        // By way of this program, which has the system end it if this process is killed.
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["leash", &std::process::id().to_string(), "--", program])
            .args(words)
            .envs(fixture.env().await.map_err(told)?);
        let code = attend(&mut command, program).await;
        if !matches!(code, Ok(0))
            && let Some(folder) = &args.logs_dir
            && let Err(failure) = save(&fixture, folder).await
        {
            session.ui.warn(&format!("the logs are not saved: {failure}"));
        }
        if args.keep {
            let name = fixture.name();
            session.ui.warn(&format!(
                "the stack stays: `rcompose -p {name} ps`; `rcompose -p {name} down -v` takes it away"
            ));
        }
        fixture.down().await.map_err(told)?;
        Ok(Exit::Child(code?))
    })
}

impl TestArgs {
    fn builder(&self, session: &Session) -> Result<Builder, Failure> {
        let options = options(session, Passes::default())?;
        let options = load::LoadOptions { enabled: self.service.clone(), ..options };
        let mut builder = Builder::new(options, connection(session)).flags(flags(session));
        for service in &self.service {
            builder = builder.service(service);
        }
        if let Some(limit) = self.wait_timeout {
            builder = builder.timeout(seconds(limit));
        }
        if let Some(ttl) = self.ttl {
            builder = builder.ttl(ttl);
        }
        for (wanted, with) in [
            (self.keep, Builder::keep as fn(Builder) -> Builder),
            (self.reuse, Builder::reuse),
            (self.build, Builder::build),
        ] {
            builder = if wanted { with(builder) } else { builder };
        }
        Ok(builder)
    }
}

/// The flags by which the same daemon is reached.
fn flags(session: &Session) -> Vec<String> {
    let docker = &session.root.docker;
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let valued = [
        ("--host", docker.host.clone()),
        ("--context", docker.context.clone()),
        ("--config", path(&docker.config)),
        ("--tlscacert", path(&docker.tlscacert)),
        ("--tlscert", path(&docker.tlscert)),
        ("--tlskey", path(&docker.tlskey)),
    ];
    let switches = [("--tls", docker.tls), ("--tlsverify", docker.tlsverify)];
    let valued = valued.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value?]));
    valued
        .flatten()
        .chain(switches.into_iter().filter(|(_, on)| *on).map(|(flag, _)| flag.to_owned()))
        .collect()
}

/// Runs the command to its end; signals go on to it.
async fn attend(command: &mut Command, program: &str) -> Result<i64, Failure> {
    let unable = |error| Failure::message(format!("`{program}` cannot be run: {error}"));
    let listen = |kind| signal(kind).map_err(unable);
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hangup = listen(SignalKind::hangup())?;
    let mut child = command.kill_on_drop(true).spawn().map_err(unable)?;
    loop {
        tokio::select! {
            status = child.wait() => return status.map(code).map_err(unable),
            // A Ctrl-C is sent by the terminal to the command, too.
            () = heard(&mut terminate) => pass(&child, Kill::TERM),
            () = heard(&mut hangup) => pass(&child, Kill::HUP),
        }
    }
}

async fn heard(signal: &mut Signal) {
    signal.recv().await;
}

fn pass(child: &Child, signal: Kill) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // One that has ended needs it no more.
        let _ = kill_process(pid, signal);
    }
}

/// As a shell tells it: 128 and the signal's number for what a signal ended.
fn code(status: ExitStatus) -> i64 {
    i64::from(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()))
}

async fn save(fixture: &Fixture, folder: &Path) -> Result<(), Failure> {
    let unable = |error| Failure::message(format!("`{}`: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(unable)?;
    let services: Vec<String> = match fixture.compose().loaded() {
        Some(loaded) => loaded.project.services.keys().cloned().collect(),
        None => Vec::new(),
    };
    for service in services {
        let text = fixture.logs(&service).await.map_err(told)?;
        fs::write(folder.join(format!("{service}.log")), text).map_err(unable)?;
    }
    Ok(())
}

fn is_interrupted(error: &Error) -> bool {
    matches!(error, Error::Stack { source, .. } if matches!(**source, ops::Error::Interrupted))
}

/// An error of the stack, with its lines.
fn told(error: Error) -> Failure {
    match error {
        Error::Stack { told, .. } => {
            let (problems, sources) = *told;
            Failure::from(load::Failure { problems, sources })
        }
        other => Failure::message(other.to_string()),
    }
}
