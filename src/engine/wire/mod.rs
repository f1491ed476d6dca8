//! The wire to the daemon: dialling, one HTTP exchange, and calls in our own words on top of it.
//!
//! `bollard` travels over the same wire (see [`Wire::carry`]): so the API version is sent and credentials arrive on
//! every call, whoever makes it.

mod call;
mod dial;
mod exchange;
mod repair;

pub(super) use call::{Body, Call, Filters, full, segment, streamed};
pub(super) use exchange::{Fault, Wire};
