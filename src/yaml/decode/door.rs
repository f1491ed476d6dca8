//! Reading a whole tree, with all of its faults.

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed};

use crate::diag::Problems;

use super::super::Node;
use super::deserializer::{Decoder, Skips};
use super::fault::Site;

/// How many faults of one tree are looked for: each costs a reading of its own.
const MOST: usize = 50;

/// Reads a tree as a `T`.
///
/// When a value does not fit, its problem is added and the rest is read on without it, so that later faults are
/// found too; the result is then `None`.
pub fn decode<T: DeserializeOwned>(node: &Node, problems: &mut Problems) -> Option<T> {
    decode_seed(node, || PhantomData::<T>, problems)
}

/// Reads a tree as [`decode`] does, by a seed that is made anew for every reading.
pub fn decode_seed<'n, S: DeserializeSeed<'n>>(
    node: &'n Node,
    seed: impl Fn() -> S,
    problems: &mut Problems,
) -> Option<S::Value> {
    let mut skips = Skips::default();
    for round in 0..MOST {
        let fault = match seed().deserialize(Decoder::new(node, &skips)) {
            Ok(value) => return (round == 0).then_some(value),
            Err(fault) => fault,
        };
        if round == 0 || !fault.is_missing() {
            problems.push(fault.problem());
        }
        // Without the value the next reading finds the next fault.
        match fault.site() {
            Some(site) if site != Site::of(node) && skips.insert(site) => {}
            _ => break,
        }
    }
    None
}
