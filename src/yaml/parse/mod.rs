//! Text to located trees.
//!
//! In: a text. Out: one [`Node`](super::Node) a document, aliases expanded, merge keys merged; and every fault on
//! the way as a [`Problem`](crate::diag::Problem). Memory is bounded by the text and a budget for what aliases add.

mod alias;
mod builder;
mod characters;
mod complaint;
mod merge;
mod read;
mod syntax;

pub use read::parse;

#[cfg(test)]
mod tests;
