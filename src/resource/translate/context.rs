//! What every part of the translation goes by, and where it leaves its findings.

use std::collections::BTreeMap;
use std::io;

use crate::model::Project;
use crate::resource::{ApiVersion, Fault, ProjectFacts, Warning};
use crate::yaml::Path;

/// What a translation goes by besides the project.
pub struct Target<'a> {
    /// The engine's API version.
    pub engine: ApiVersion,
    /// The `--env-file` list, if given.
    pub environment_files: Vec<String>,
    /// Names are joined by `_` instead of `-`.
    pub compatibility: bool,
    /// Variables that every container gets unless its service says otherwise (proxies of the client's configuration).
    pub proxies: BTreeMap<String, String>,
    /// The client's registry credentials, as its configuration file has them, for services with `use_api_socket`.
    pub credentials: String,
    /// Reads a file that the engine gets by its content (seccomp profiles), by absolute path.
    pub read: &'a dyn Fn(&str) -> io::Result<String>,
}

/// The work in hand.
pub(super) struct Context<'a> {
    pub(super) project: &'a Project,
    pub(super) facts: &'a ProjectFacts,
    pub(super) target: &'a Target<'a>,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<Warning>,
}

impl Context<'_> {
    pub(super) fn engine(&self) -> ApiVersion {
        self.target.engine
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// The real name of a network or volume: its own, else one made out of its key.
    pub(super) fn real_name(&self, key: &str, name: &str) -> String {
        if name.is_empty() { super::super::names::keyed(self.facts, key) } else { name.to_owned() }
    }
}

/// The address of an attribute of a service.
pub(super) fn at(service: &str, attribute: &str) -> Path {
    Path::keys(["services", service, attribute])
}
