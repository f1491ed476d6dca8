//! What every part of the translation goes by, and where it leaves its findings.

use std::collections::BTreeMap;
use std::io;

use crate::model::Project;
use crate::resource::{ApiVersion, Fault, Hindrances, ProjectFacts, Warning};
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
    /// What was found to be wrong with the thing in hand.
    pub(super) hindrances: Hindrances,
    pub(super) warnings: Vec<Warning>,
}

impl Context<'_> {
    pub(super) fn engine(&self) -> ApiVersion {
        self.target.engine
    }

    /// The thing in hand cannot be made.
    pub(super) fn fault(&mut self, fault: Fault) {
        self.hindrances.making.push(fault);
    }

    /// The service in hand can neither be made nor be started.
    pub(super) fn fault_at_start(&mut self, fault: Fault) {
        self.hindrances.starting.push(fault);
    }

    /// What is wrong with the thing that was in hand.
    pub(super) fn take_hindrances(&mut self) -> Hindrances {
        std::mem::take(&mut self.hindrances)
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
