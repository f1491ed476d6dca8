//! Syntax faults in the words of a person who looks at the file.
//!
//! In: where the parser gave up, and why it thinks so. Out: a problem that points at what to change. The parser's reason
//! is only the start: the same reason stands for a forgotten space, a tab too much and a colon in a value.

mod colon;
mod explain;
mod flow;
mod key;
mod quote;
mod scene;

pub(super) use explain::explain;
pub(super) use quote::bad_escape;
pub(super) use scene::Scene;
