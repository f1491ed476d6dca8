//! Containers with somebody at their other end.

use super::console::{Parting, Resized, converse};
use super::{Console, Ended};
use crate::engine::{AttachOptions, Engine, Error, WaitFor};

/// A container to be attended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attended<'a> {
    /// Its id or name.
    pub container: &'a str,
    /// It has a terminal.
    pub tty: bool,
    /// What it is doing now.
    pub state: Attendance,
}

/// What a container that is attended is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attendance {
    /// It was created and is to be started.
    Created {
        /// The engine removes it when it ends.
        removed: bool,
    },
    /// It runs.
    Running,
}

/// Attaches `console` to a container, starts it if it does not run yet, and stays until it ends or the user lets go.
/// Signals that the console passes on go to the container's first process.
pub async fn attend(engine: &Engine, at: Attended<'_>, mut console: Console) -> Result<Ended, Error> {
    let Attended { container, tty, state } = at;
    let options = AttachOptions {
        stdin: console.input.is_some(),
        tty,
        detach_keys: console.detach.text().map(str::to_owned),
        ..AttachOptions::default()
    };
    let attached = engine.attach(container, &options).await?;
    let until = match state {
        Attendance::Created { removed: true } => WaitFor::Removed,
        Attendance::Created { removed: false } => WaitFor::NextExit,
        Attendance::Running => WaitFor::NotRunning,
    };
    let waiting = engine.wait(container, until).await?;
    if state != Attendance::Running {
        engine.start_container(container).await?;
    }
    let resized = Resized::Container(engine, container);
    if let Some(size) = console.size_now().filter(|_| tty) {
        resized.take_soon(size).await;
    }
    let signals = console.signals.take();
    let parting = tokio::select! {
        parting = converse(attached, console, resized) => parting?,
        never = pass_on(engine, container, signals) => never,
    };
    match parting {
        Parting::Detached => Ok(Ended::Detached),
        Parting::Ended => Ok(Ended::Exited(waiting.exit().await?.code)),
    }
}

/// Passes signals on for as long as there are any. A container that has ended takes none.
async fn pass_on(
    engine: &Engine,
    container: &str,
    signals: Option<tokio::sync::mpsc::UnboundedReceiver<&'static str>>,
) -> Parting {
    if let Some(mut signals) = signals {
        while let Some(signal) = signals.recv().await {
            let _ = engine.kill_container(container, signal).await;
        }
    }
    std::future::pending().await
}
