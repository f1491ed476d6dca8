//! Processes in containers that run, with somebody at their other end.

use std::time::Duration;

use super::console::{Kept, Parting, Resized, converse};
use super::{Console, Input};
use crate::engine::{Engine, Error, ExecSpec};

/// How a process that was attached to came to its end for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It ended, with this exit code.
    Exited(i64),
    /// The user let go of it; it goes on.
    Detached,
}

/// Everything that a process said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// Exit code.
    pub code: i64,
    /// Its output.
    pub output: Vec<u8>,
    /// Its error output.
    pub error: Vec<u8>,
}

/// Its output may end a moment before the engine knows of its end.
const MOMENT: Duration = Duration::from_millis(20);
/// How many moments: a process that closed its output and goes on is not waited for.
const MOMENTS: u32 = 50;

/// Runs a process in a container that runs, with `console` at its other end: three calls. Which of its streams are
/// attached is decided by `console`, whatever `spec` says.
pub async fn exec(
    engine: &Engine,
    container: &str,
    spec: &ExecSpec,
    mut console: Console,
) -> Result<Ended, Error> {
    let spec = ExecSpec {
        attach_stdin: console.input.is_some(),
        attach_stdout: true,
        attach_stderr: true,
        detach_keys: console.detach.text().map(str::to_owned),
        ..spec.clone()
    };
    let id = engine.create_exec(container, &spec).await?;
    let size = console.size_now().filter(|_| spec.tty);
    let attached = engine.start_exec(&id, spec.tty, size).await?;
    let resized = Resized::Exec(engine, &id);
    if let Some(size) = size.filter(|_| !engine.starts_with_size()) {
        resized.take_soon(size).await;
    }
    match converse(attached, console, resized).await? {
        Parting::Detached => Ok(Ended::Detached),
        Parting::Ended => exit_code(engine, &id).await.map(Ended::Exited),
    }
}

/// Runs a process and keeps what it says, up to its end.
pub async fn capture(
    engine: &Engine,
    container: &str,
    spec: &ExecSpec,
    input: Option<Input>,
) -> Result<Captured, Error> {
    let (output, error) = (Kept::default(), Kept::default());
    let spec = ExecSpec { tty: false, ..spec.clone() };
    let code = match exec(engine, container, &spec, Console::keeping(input, &output, &error)).await? {
        Ended::Exited(code) => code,
        Ended::Detached => 0,
    };
    Ok(Captured { code, output: output.take(), error: error.take() })
}

/// Waits for the engine to know the exit code.
pub(super) async fn exit_code(engine: &Engine, exec: &str) -> Result<i64, Error> {
    for _ in 0..MOMENTS {
        let state = engine.inspect_exec(exec).await?;
        if let Some(code) = state.exit_code.filter(|_| !state.running) {
            return Ok(code);
        }
        tokio::time::sleep(MOMENT).await;
    }
    Ok(0)
}
