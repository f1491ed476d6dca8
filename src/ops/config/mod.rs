//! `config`: what the files come to.
//!
//! In: what to load, and which side of it to show. Out: the text that the peer prints for it.

mod digests;
mod explanation;
mod lists;
mod model;
mod raw;
mod request;
mod variables;

pub use request::{ConfigRequest, Format, PinnedRequest, Rendered, Shown, config, config_pinned};
