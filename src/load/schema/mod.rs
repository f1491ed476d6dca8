//! The shape of a compose file: which attributes there are, and which kinds of value each takes.
//!
//! In: the merged tree, before its short forms are made long. Out: every fault of shape. The tables say what the
//! specification says; the walker knows none of it. This part never looks at two places at once: that is `check`.

mod build;
mod container;
mod deploy;
mod fault;
mod hint;
mod kinds;
mod publish;
mod root;
mod service;
mod shape;
mod text;
mod walk;

pub use publish::json_schema;
pub use text::texts;
pub(in crate::load) use walk::drop_unread;
pub use walk::validate;

#[cfg(test)]
mod tests;
