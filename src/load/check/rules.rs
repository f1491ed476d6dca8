//! The rules in the order in which they are asked.

use crate::diag::Problems;
use crate::yaml::Node;

use super::super::scene::{Scene, Scope};
use super::{cycles, items, jobs, mounts, names, references, resources, service, settings};

/// Rules for all of the file, active or not.
const EVERYWHERE: &[fn(&Scene<'_>, &mut Problems)] = &[
    resources::sources,
    resources::external,
    items::targets,
    mounts::bind_sources,
    service::host_addresses,
    service::device_requests,
    service::watched_paths,
    settings::settings,
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
    names::replicas,
    mounts::targets,
    references::resources,
    references::contexts,
    references::services,
    jobs::names,
    jobs::references,
    cycles::cycles,
];

/// Rules for the services that were asked for, among those that take part.
const SELECTED: &[fn(&Scene<'_>, &mut Problems)] = &[names::containers];

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

/// Adds what cannot be brought up together. Services that were not asked for may share a name with one that was.
pub fn check_selected(tree: &Node, scope: Scope<'_>, problems: &mut Problems) {
    let scene = Scene::new(tree, scope);
    for rule in SELECTED {
        rule(&scene, problems);
    }
}
