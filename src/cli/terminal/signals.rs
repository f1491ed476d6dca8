//! Signals that would end the process with the terminal left raw.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Signals that are passed on to a container.
fn passed_on() -> [(SignalKind, &'static str); 6] {
    [
        (SignalKind::interrupt(), "SIGINT"),
        (SignalKind::terminate(), "SIGTERM"),
        (SignalKind::hangup(), "SIGHUP"),
        (SignalKind::quit(), "SIGQUIT"),
        (SignalKind::user_defined1(), "SIGUSR1"),
        (SignalKind::user_defined2(), "SIGUSR2"),
    ]
}

/// Signals that come from now on, by their names. Needs the runtime.
pub(super) fn signals() -> io::Result<UnboundedReceiver<&'static str>> {
    let (sender, receiver) = unbounded_channel();
    for (kind, name) in passed_on() {
        let mut coming = signal(kind)?;
        let sender = sender.clone();
        tokio::spawn(async move { while coming.recv().await.is_some() && sender.send(name).is_ok() {} });
    }
    Ok(receiver)
}

/// Waits for a hang-up or a quit; gives the signal's number. Needs the runtime.
pub(super) async fn fatal() -> io::Result<i32> {
    let mut hangup = signal(SignalKind::hangup())?;
    let mut quit = signal(SignalKind::quit())?;
    let kind = tokio::select! {
        _ = hangup.recv() => SignalKind::hangup(),
        _ = quit.recv() => SignalKind::quit(),
    };
    Ok(kind.as_raw_value())
}
