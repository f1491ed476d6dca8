//! Ctrl-C and SIGTERM: the first ends gracefully, the second by force.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Signals from now on: `stop` is cancelled by the first, `kill` by the second. Needs the runtime.
pub(crate) fn listen(stop: CancellationToken, kill: CancellationToken) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        for token in [stop, kill] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            token.cancel();
        }
    });
    Ok(())
}
