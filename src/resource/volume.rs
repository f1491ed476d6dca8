//! A volume as it should be.

use super::Fault;
use super::body::VolumeBody;
use crate::yaml::Path;

/// A named volume of the project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VolumeSpec {
    /// Its key in the file.
    pub key: String,
    /// Its real name.
    pub name: String,
    /// Made by someone else: it must be there, and is never changed.
    pub external: bool,
    /// What to create, labels included.
    pub body: VolumeBody,
    /// The configuration's hash.
    pub hash: String,
    /// Where in the file it stands.
    pub blame: Path,
    /// Why it cannot be made.
    pub faults: Vec<Fault>,
}
