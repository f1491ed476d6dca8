//! Which daemon to talk to: the variables, contexts and defaults that decide it, and how its address is written.

mod address;
mod choose;
mod context;
mod headers;
mod options;

pub(super) use address::{Address, TlsFiles};
pub use choose::Origin;
pub(super) use choose::{Host, choose};
pub(super) use context::{detach_keys, logins, plugin_folders, proxies};
pub use options::{ConnectOptions, TlsOptions};
