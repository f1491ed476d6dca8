//! What the files need not say: the network that everyone is in, the names that the daemon knows things by, the
//! services that must come first because others lean on them.
//!
//! In: a canonical tree with its defaults. Out: the same, completed. What is added carries the place of what it was
//! derived from.

mod builds;
mod complete;
mod dependencies;
mod hooks;
mod names;
mod networks;

pub(super) use complete::normalize;
