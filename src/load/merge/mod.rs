//! One tree over another: what a later file says over what an earlier one said.
//!
//! In: two trees in any form. Out: one, in which every value knows what it overrode. [`rules`] says what happens where
//! the plain rule (mappings by key, sequences one after the other, later scalars win) is not meant.

mod apply;
mod lists;
mod rules;
#[cfg(test)]
mod tests;

pub(super) use apply::{merge, merge_service};
pub(super) use lists::{dependencies_of, named};
