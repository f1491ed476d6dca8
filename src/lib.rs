//! rcompose: a Compose-style multi-service orchestrator that talks straight to the container daemon.
//!
//! A compiler whose target is a daemon: [`yaml`] and `load` turn bytes into a `Project`, `resource` and `plan` turn
//! it into single daemon calls with causes, `engine` and `run` carry them out. A room imports only rooms with a
//! lower number; `tests/layers.rs` holds that.

pub mod diag;
pub mod engine;
pub mod event;
pub mod fixture;
pub mod load;
pub mod model;
pub mod ops;
pub mod plan;
pub mod resource;
pub mod run;
pub mod syntax;
pub mod yaml;
