//! The size of the user's terminal, now and whenever it changes.

use std::io::{self, stdout};

use rcompose::engine::TerminalSize;
use rustix::termios::tcgetwinsize;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// What the process gets when it goes on after it was stopped; Linux, all processors but MIPS and Alpha.
const CONTINUED: i32 = 18;

/// The size of the terminal behind standard output. Needs the runtime.
pub(super) fn window() -> io::Result<watch::Receiver<TerminalSize>> {
    let mut changes = signal(SignalKind::window_change())?;
    let mut continued = signal(SignalKind::from_raw(CONTINUED))?;
    let (sender, receiver) = watch::channel(now());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(()) = changes.recv() => {}
                Some(()) = continued.recv() => {
                    // A terminal that cannot be set any more is gone: its signal follows.
                    let _ = super::raw::again();
                }
                () = sender.closed() => return,
            }
            sender.send_if_modified(|size| {
                let before = std::mem::replace(size, now());
                before != *size
            });
        }
    });
    Ok(receiver)
}

fn now() -> TerminalSize {
    match tcgetwinsize(stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
            TerminalSize { rows: size.ws_row, columns: size.ws_col }
        }
        _ => TerminalSize { rows: 24, columns: 80 },
    }
}
