//! What works, but probably not as meant.
//!
//! In: a project that was loaded. Out: findings, each with a code under which `x-lint` silences it: at the top of the
//! file, or in the service, network, volume, ... that it is about. No finding ever repeats a value that may be secret.

mod dependencies;
mod exposure;
mod finding;
mod health;
mod images;
mod outside;
mod ports;
mod secrets;
mod silence;
mod storage;
mod table;
mod unused;
mod words;

pub use finding::{Lint, lint};
pub use table::LINTS;

#[cfg(test)]
mod tests;
