//! The frame around a verb that asks the daemon: connects, shows events, listens to signals, and turns what came of it
//! into an exit code.

use std::io;
use std::marker::PhantomData;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::future::LocalBoxFuture;
use rcompose::engine::{self, ConnectOptions, Engine, TlsOptions};
use rcompose::event::{Sink, channel};
use rcompose::load;
use rcompose::ops::{Compose, Error, Interrupts, Settings};
use tokio::runtime::{Builder, Runtime};

use super::args::DockerArgs;
use super::exit::Exit;
use super::failure::Failure;
use super::interrupts::listen;
use super::project::Project;
use super::report::{LogStyle, LogTerminals, Menu, Paint, Quiet, ReportStyle, Reporter, same_terminal};
use super::session::Session;
use super::settings::{colours, compatibility, glyphs, parallel, progress};

/// How lines and progress of a verb are shown, beyond what the global flags say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines {
    /// With the container's name in front.
    pub(crate) prefix: bool,
    /// With colours, where the terminal has them.
    pub(crate) colour: bool,
    /// What containers wrote to standard error goes to ours.
    pub(crate) apart: bool,
    /// What is not shown at all.
    pub(crate) quiet: Quiet,
    /// Which keys do what, if any do.
    pub(crate) menu: Option<Menu>,
}

impl Default for Lines {
    fn default() -> Self {
        Self { prefix: true, colour: true, apart: true, quiet: Quiet::default(), menu: None }
    }
}

/// What a verb does, once there is a daemon.
type Body<'b> = Box<dyn for<'c> FnOnce(Lent<'c, 'b>) -> LocalBoxFuture<'c, Result<Exit, Failure>> + 'b>;

/// What a body works on, for no longer than the body itself lives.
struct Lent<'c, 'b: 'c> {
    compose: &'c Compose,
    body: PhantomData<&'b ()>,
}

/// Does a verb's work with its project on the daemon.
pub(crate) fn work<'b, F>(session: &Session, project: Project, lines: Lines, body: F) -> Result<Exit, Failure>
where
    F: AsyncFnOnce(&Compose) -> Result<Exit, Failure> + 'b,
{
    framed(session, project, lines, Box::new(|lent: Lent<'_, 'b>| Box::pin(body(lent.compose))))
}

/// The frame itself: once in the program, not once for each verb.
fn framed(session: &Session, project: Project, lines: Lines, body: Body<'_>) -> Result<Exit, Failure> {
    let style = style(session, &project, lines)?;
    let limit = parallel(&session.root, &project.variables)?.and_then(|limit| usize::try_from(limit).ok());
    let runtime = runtime().map_err(|error| unable("no runtime", &error))?;
    let (result, compose) = runtime.block_on(async {
        let engine = connect(session).await?;
        let (sink, events) = channel();
        let reporter = Reporter::start(style, events);
        let interrupts = Interrupts::default();
        let leave = listen(&interrupts).map_err(|error| unable("signals cannot be listened to", &error))?;
        let settings = Settings {
            sink,
            parallel: limit.filter(|limit| *limit > 0),
            environment_files: project.environment_files,
            compatibility: compatibility(&session.root, &project.variables),
            fast_gates: !session.root.no_fast_gates,
            interrupts,
            lease: None,
        };
        let compose = Compose::new(engine, project.scope, settings);
        let broken = reporter.broken();
        let result = tokio::select! {
            result = body(Lent { compose: &compose, body: PhantomData }) => result,
            // As a process that a signal ends when its output is cut off: what was begun on the daemon goes on there.
            () = broken.cancelled() => Err(Failure::BrokenPipe),
            () = leave.cancelled() => Ok(Exit::Interrupted),
        };
        reporter.end().await;
        Ok::<_, Failure>((result, compose))
    })?;
    // A write that a terminal holds up, or a read that waits for a key, is not waited for.
    runtime.shutdown_background();
    result.or_else(|failure| match failure {
        Failure::Ops(error) => told(*error, &compose),
        other => Err(other),
    })
}

/// Does work that has no project of its own, with progress and interrupts.
pub(crate) fn attended<F>(session: &Session, body: F) -> Result<Exit, Failure>
where
    F: AsyncFnOnce(Sink, Interrupts) -> Result<Exit, Failure>,
{
    let style = style(session, &Project::none(session), Lines::default())?;
    let runtime = runtime().map_err(|error| unable("no runtime", &error))?;
    let result = runtime.block_on(async {
        let (sink, events) = channel();
        let reporter = Reporter::start(style, events);
        let interrupts = Interrupts::default();
        let leave = listen(&interrupts).map_err(|error| unable("signals cannot be listened to", &error))?;
        let result = tokio::select! {
            result = body(sink, interrupts) => result,
            () = leave.cancelled() => Ok(Exit::Interrupted),
        };
        reporter.end().await;
        result
    });
    runtime.shutdown_background();
    result
}

/// What runs the calls to the daemon: one thread. They wait nearly all the time, and threads that wake each other for each
/// line cost more than they help. What computes or reads files for long has threads of its own.
pub(crate) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    i64::try_from(now).unwrap_or(i64::MAX)
}

/// The daemon of flags, environment and context.
pub(crate) async fn connect(session: &Session) -> Result<Engine, Failure> {
    Engine::connect(&connection(session))
        .await
        .map_err(|error| Failure::message(error.to_string()).maybe_help(error.help()))
}

/// Where flags, environment and context say that the daemon is.
pub(crate) fn connection(session: &Session) -> ConnectOptions {
    let docker = &session.root.docker;
    let mut environment = session.variables.clone();
    if let Some(directory) = &docker.config {
        environment.insert("DOCKER_CONFIG".to_owned(), directory.display().to_string());
    }
    ConnectOptions {
        host: docker.host.clone(),
        context: docker.context.clone(),
        tls: tls(docker),
        ..ConnectOptions::from_environment(&environment)
    }
}

/// TLS, as far as the flags of the `docker` command ask for it.
fn tls(docker: &DockerArgs) -> Option<TlsOptions> {
    let asked = docker.tls || docker.tlsverify;
    asked.then(|| TlsOptions {
        verify: docker.tlsverify,
        authority: docker.tlscacert.clone(),
        certificate: docker.tlscert.clone(),
        key: docker.tlskey.clone(),
    })
}

fn style(session: &Session, project: &Project, lines: Lines) -> Result<ReportStyle, Failure> {
    let (root, terminals) = (&session.root, session.terminals);
    let colours = colours(root, &project.variables, terminals);
    Ok(ReportStyle {
        progress: progress(root, &project.variables, terminals)?,
        paint: Paint { on: colours.stderr },
        glyphs: glyphs(&project.variables),
        logs: LogStyle {
            prefix: lines.prefix,
            colour: lines.colour && colours.stdout,
            apart: lines.apart,
            terminals: LogTerminals {
                stdout: terminals.stdout,
                stderr: terminals.stderr,
                colour: colours.stdout,
            },
        },
        quiet: lines.quiet,
        same_terminal: same_terminal(),
        menu: lines.menu,
    })
}

/// An error of the library, with the places in the files that it points at.
fn told(error: Error, compose: &Compose) -> Result<Exit, Failure> {
    match error {
        Error::Interrupted => Ok(Exit::Interrupted),
        Error::Request { message, help } => Err(Failure::message(message).maybe_help(help)),
        // Who reads a process's output has enough of it.
        Error::Engine(engine::Error::Local { cause, .. }) if cause.kind() == io::ErrorKind::BrokenPipe => {
            Err(Failure::BrokenPipe)
        }
        Error::Engine(error) => Err(Failure::message(error.to_string()).maybe_help(error.help())),
        other => {
            let (problems, sources) = other.problems(compose.loaded());
            Err(Failure::from(load::Failure { problems, sources }))
        }
    }
}

fn unable(what: &str, error: &io::Error) -> Failure {
    Failure::message(format!("{what}: {error}"))
}
