//! Raw mode, which must be left on every way out.

use std::io::{self, stdin};
use std::sync::{Mutex, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// How the terminal was before, while it is raw. One for the process, so that the panic hook finds it.
static BEFORE: Mutex<Option<(Termios, Mode)>> = Mutex::new(None);

/// How much of the terminal's own work is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// All of it: every key is passed on.
    Raw,
    /// Lines and echo: keys come as they are typed, but Ctrl-C is a signal still, and output is as ever.
    Keys,
}

/// While this lives, keys of the terminal behind standard input come as they are typed, and nothing is echoed.
#[derive(Debug)]
pub(super) struct Raw(());

impl Raw {
    /// Makes it raw.
    pub(super) fn enter(mode: Mode) -> io::Result<Self> {
        let before = tcgetattr(stdin())?;
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some((before, mode));
        again()?;
        Ok(Self(()))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        restore();
    }
}

/// Makes the terminal raw once more, if it is meant to be: a shell that had the process stopped set it back.
pub(super) fn again() -> io::Result<()> {
    if let Some((before, mode)) = &*BEFORE.lock().unwrap_or_else(PoisonError::into_inner) {
        let mut raw = before.clone();
        match mode {
            Mode::Raw => raw.make_raw(),
            Mode::Keys => raw.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO),
        }
        tcsetattr(stdin(), OptionalActions::Now, &raw)?;
    }
    Ok(())
}

/// Sets the terminal back for a while; how it was used.
pub(super) fn lend() -> Option<Mode> {
    let mode = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(_, mode)| *mode);
    restore();
    mode
}

/// Uses the terminal again as before it was lent; whoever restores it later does so for good.
pub(super) fn take_back(lent: Option<Mode>) -> io::Result<()> {
    lent.map_or(Ok(()), |mode| Raw::enter(mode).map(std::mem::forget))
}

/// Sets the terminal back to what it was before it became raw, if it did.
pub(crate) fn restore() {
    if let Some((before, _)) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // What was typed ahead is for the shell. A terminal that is gone needs nothing.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
    }
}
