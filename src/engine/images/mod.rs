//! Images: looked at, named, removed, and carried between the daemon and registries.

mod credentials;
mod distribution;
mod find;
mod inspect;
mod manage;
mod search;
mod transfer;

pub(super) use credentials::Credentials;
pub use credentials::{CredentialFault, CredentialTrouble};
pub use manage::Removed;
pub use search::{Found, Search};
pub use transfer::ImageProgress;
pub(super) use transfer::Transferred;
