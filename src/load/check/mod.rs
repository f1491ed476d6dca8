//! Rules that look at two places at once: references to what is not there, attributes that exclude each other, cycles.
//!
//! In: the final, canonical tree. Out: every broken rule, at the lines that break it. What is wrong with a single value
//! was said before, by the shape tables and the decoder.

mod cycles;
mod items;
mod jobs;
mod mounts;
mod names;
mod references;
mod resources;
mod rules;
mod service;
mod settings;

pub use super::scene::Scope;
pub use rules::{check, check_consistency, check_selected};

#[cfg(test)]
mod tests;
