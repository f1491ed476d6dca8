//! Logins to registries, as the Docker command line keeps them: in `config.json`, or in a helper's keeping.
//!
//! In: a registry's host. Out: a login, none, or a [`CredentialFault`] that names the helper and the file. This room
//! never knows images.

mod configuration;
mod fault;
mod login;
mod program;

pub use fault::{CredentialFault, CredentialTrouble};
pub(in crate::engine) use login::Credentials;
