//! A project becomes what the daemon should hold.
//!
//! In: a project of `model`, and what is known about the engine. Out: [`Desired`](super::Desired), or every reason why
//! it cannot be. What an engine is too old for is found here: old engines drop what they do not know without a word.

mod body;
mod context;
mod devices;
mod endpoints;
mod files;
mod gate;
mod hooks;
mod host;
mod images;
mod limits;
mod mounts;
mod networks;
mod ports;
mod project;
mod security;
mod service;

#[cfg(test)]
mod tests;

pub use context::Target;
pub use project::translate;
