//! Signals that would end the process with the terminal left raw.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

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
