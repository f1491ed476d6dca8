//! The user's terminal, handed over to a process in a container: raw mode, keys, size, signals.

mod console;
mod keyboard;
mod keys;
mod raw;
mod signals;
mod window;

pub(crate) use console::{Conversation, Signals, held};
pub(crate) use keys::Keys;
pub(crate) use raw::restore;
