//! Raw mode, which must be left on every way out.

use std::io::{self, stdin};
use std::sync::{Mutex, PoisonError};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// How the terminal was before, while it is raw. One for the process, so that the panic hook finds it.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// While this lives, the terminal behind standard input is raw: every key is passed on, nothing is echoed.
#[derive(Debug)]
pub(super) struct Raw(());

impl Raw {
    /// Makes it raw.
    pub(super) fn enter() -> io::Result<Self> {
        let before = tcgetattr(stdin())?;
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
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
    if let Some(before) = &*BEFORE.lock().unwrap_or_else(PoisonError::into_inner) {
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(stdin(), OptionalActions::Now, &raw)?;
    }
    Ok(())
}

/// Sets the terminal back to what it was before it became raw, if it did.
pub(crate) fn restore() {
    if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // What was typed ahead is for the shell. A terminal that is gone needs nothing.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &before);
    }
}
