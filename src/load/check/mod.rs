//! Rules that look at two places at once: references to what is not there, attributes that exclude each other, cycles.
//!
//! In: the final, canonical tree. Out: every broken rule, at the lines that break it. What is wrong with a single value
//! was said before, by the shape tables and the decoder.

mod cycles;
mod jobs;
mod mounts;
mod names;
mod references;
mod resources;
mod service;

use crate::diag::Problems;
use crate::yaml::Node;

use super::scene::Scene;
pub use super::scene::Scope;

/// Rules for all of the file, active or not.
const EVERYWHERE: &[fn(&Scene<'_>, &mut Problems)] = &[
    resources::sources,
    resources::external,
    mounts::bind_sources,
    service::host_addresses,
    service::device_requests,
    service::watched_paths,
];

/// Rules for the services that take part.
const ACTIVE: &[fn(&Scene<'_>, &mut Problems)] = &[
    resources::providers,
    service::origin,
    service::network_mode,
    service::health,
    service::build,
    service::replicas,
    service::limits,
    service::watch,
    names::containers,
    mounts::targets,
    references::resources,
    references::contexts,
    references::services,
    jobs::names,
    jobs::references,
    cycles::cycles,
];

/// Adds what is wrong anywhere in the tree, in services that no profile activates too.
pub fn check(tree: &Node, problems: &mut Problems) {
    let scene = Scene::new(tree, Scope::everything());
    for rule in EVERYWHERE {
        rule(&scene, problems);
    }
}

/// Adds what does not fit together among the services that take part.
pub fn check_consistency(tree: &Node, scope: Scope<'_>, problems: &mut Problems) {
    let scene = Scene::new(tree, scope);
    for rule in ACTIVE {
        rule(&scene, problems);
    }
}

#[cfg(test)]
mod tests;
