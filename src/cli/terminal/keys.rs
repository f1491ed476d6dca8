//! Single keys of the terminal, while signals go on to come from it.

use std::io::{self, IsTerminal, stdin};

use futures_util::StreamExt;
use rustix::process::{Signal, getpgrp, getpid, kill_process};
use rustix::termios::tcgetpgrp;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::keyboard::keyboard;
use super::raw::{Mode, Raw, lend, restore, take_back};

/// What the process gets on Ctrl-Z, and when it goes on after it was stopped; Linux, all processors but MIPS and Alpha.
const STOPPED_BY_KEY: i32 = 20;
const CONTINUED: i32 = 18;

/// Keys as they are typed; the terminal is as it was once this is dropped.
#[derive(Debug)]
pub(crate) struct Keys {
    typed: Option<UnboundedReceiver<u8>>,
    _raw: Raw,
}

impl Keys {
    /// Listens to keys; `None` where nobody types any: no terminal, or a process in the background, which is stopped when
    /// it touches its terminal. Needs the runtime.
    pub(crate) fn listen() -> io::Result<Option<Self>> {
        if !stdin().is_terminal() || tcgetpgrp(stdin()).ok() != Some(getpgrp()) {
            return Ok(None);
        }
        let mut stops = signal(SignalKind::from_raw(STOPPED_BY_KEY))?;
        let mut continued = signal(SignalKind::from_raw(CONTINUED))?;
        let mut quits = signal(SignalKind::quit())?;
        let raw = Raw::enter(Mode::Keys)?;
        let (sender, typed) = unbounded_channel();
        let mut bytes = keyboard();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    piece = bytes.next() => {
                        let Some(Ok(piece)) = piece else { return };
                        if piece.iter().any(|key| sender.send(*key).is_err()) {
                            return;
                        }
                    }
                    // The shell gets its terminal as it was. The kernel stops us some time after the call.
                    _ = stops.recv() => {
                        let lent = lend();
                        if kill_process(getpid(), Signal::STOP).is_ok() {
                            continued.recv().await;
                        }
                        // A terminal that is gone needs nothing.
                        let _ = take_back(lent);
                    }
                    _ = quits.recv() => {
                        restore();
                        std::process::exit(128 + SignalKind::quit().as_raw_value());
                    }
                    () = sender.closed() => return,
                }
            }
        });
        Ok(Some(Self { typed: Some(typed), _raw: raw }))
    }

    /// The keys, once.
    pub(crate) fn take(&mut self) -> UnboundedReceiver<u8> {
        self.typed.take().unwrap_or_else(|| unbounded_channel().1)
    }
}
