//! What the tests against a real daemon stand on.
//!
//! In: `DOCKER_HOST` (set by `tests/run`) and the binary that cargo built. Out: a [`Daemon`] or a printed reason to
//! skip, a [`Stack`] that leaves nothing behind, a [`Command`] with a readable [`Outcome`], and a [`Proxy`] that
//! records and disturbs what is said to the daemon.

#![allow(dead_code, unused_imports, reason = "each test binary takes what it needs")]

mod api;
mod command;
mod daemon;
mod image;
mod normal;
mod outcome;
mod peer;
mod podman;
mod proxy;
mod registry;
mod running;
mod stack;
mod terminal;

pub(crate) use api::Api;
pub(crate) use command::Command;
pub(crate) use daemon::{Daemon, daemon, skip};
pub(crate) use outcome::Outcome;
pub(crate) use peer::peer;
pub(crate) use podman::Podman;
pub(crate) use proxy::{Call, Fault, Proxy};
pub(crate) use registry::{Gate, Registry, Verdict};
pub(crate) use running::Running;
pub(crate) use stack::Stack;
pub(crate) use terminal::Terminal;
