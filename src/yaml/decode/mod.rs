//! Located trees to types, with faults that point at the value that caused them.
//!
//! In: a [`Node`](super::Node). Out: any type that serde can read; every fault as a
//! [`Problem`](crate::diag::Problem), not the first only.

mod access;
mod deserializer;
mod door;
mod fault;
mod names;

pub use door::{decode, decode_seed};
pub use fault::Fault;
pub use names::{ANY_VALUE, TIME_TAG};

#[cfg(test)]
mod tests;
