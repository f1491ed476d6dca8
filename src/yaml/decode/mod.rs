//! Located trees to types, with faults that point at the value that caused them.
//!
//! In: a [`Node`](super::Node). Out: any type that serde can read; every fault as a
//! [`Problem`](crate::diag::Problem), not the first only.

mod access;
mod deserializer;
mod door;
mod fault;

pub use door::{decode, decode_seed};
pub use fault::Fault;

/// The tag under which a time is kept where any value is wanted: `!time 2024-01-01T00:00:00Z`.
pub const TIME_TAG: &str = "!time";

/// The name under which a newtype asks for any value at all, times included, which then come under [`TIME_TAG`].
pub const ANY_VALUE: &str = "rcompose::yaml::any value";

#[cfg(test)]
mod tests;
