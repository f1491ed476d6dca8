//! What the terminal is.

use std::io::{stderr, stdout};

use rustix::fs::fstat;
use rustix::termios::{isatty, tcgetwinsize};

/// Columns and lines where nobody tells.
const DEFAULT: (usize, usize) = (80, 24);

/// Columns and lines of the terminal behind stderr.
pub(crate) fn terminal_size() -> (usize, usize) {
    match tcgetwinsize(stderr()) {
        // Terminals that containers and CI systems make often have no size.
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col.into(), size.ws_row.into()),
        _ => DEFAULT,
    }
}

/// True if stdout and stderr are one terminal.
pub(crate) fn same_terminal() -> bool {
    match (fstat(stdout()), fstat(stderr())) {
        (Ok(out), Ok(err)) => isatty(stdout()) && isatty(stderr()) && out.st_rdev == err.st_rdev,
        _ => false,
    }
}
