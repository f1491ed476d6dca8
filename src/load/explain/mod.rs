//! `config --explain`: where a value came from.
//!
//! In: a project that was loaded, and a path into what `config` prints of it. Out: each leaf there with the line that
//! set it, what it overrode, and the variables that went in; never the value of a secret.

mod address;
mod explanation;
mod find;
mod origins;
#[cfg(test)]
mod tests;

pub use explanation::{Explanation, Origin, Place, Said, Setting, Used};
pub use origins::explain;
