//! A network as it should be.

use super::Fault;
use super::body::NetworkBody;
use crate::yaml::Path;

/// A network of the project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkSpec {
    /// Its key in the file.
    pub key: String,
    /// Its real name.
    pub name: String,
    /// Made by someone else: it must be there, and is never changed.
    pub external: bool,
    /// What to create, labels included.
    pub body: NetworkBody,
    /// The configuration's hash.
    pub hash: String,
    /// Where in the file it stands.
    pub blame: Path,
    /// Why it cannot be made.
    pub faults: Vec<Fault>,
}
