//! Names of containers.

use std::collections::HashMap;

use crate::diag::{Problem, Problems, Span};
use crate::load::scene::{Scene, number};

/// No two services can have one container name.
pub(super) fn containers(scene: &Scene<'_>, problems: &mut Problems) {
    let mut taken: HashMap<&str, (&str, Span)> = HashMap::new();
    for service in scene.services() {
        let Some(entry) = service.entry(&["container_name"]) else { continue };
        let Some(name) = entry.node.as_str().filter(|name| !name.is_empty()) else { continue };
        if let Some((other, first)) = taken.get(name) {
            problems.push(
                Problem::error("duplicate-container-name", format!("two services name their container `{name}`"))
                    .at(entry.node.span, format!("service `{}`", service.name))
                    .at(*first, format!("service `{other}`"))
                    .help("give one of them another name, or leave `container_name` out: the default name is unique"),
            );
        } else {
            taken.insert(name, (service.name, entry.node.span));
        }
    }
}

/// No two containers of a service can have one name.
pub(super) fn replicas(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        let Some(entry) = service.entry(&["container_name"]) else { continue };
        if entry.node.as_str().is_none_or(str::is_empty) {
            continue;
        }
        let many = [&["scale"][..], &["deploy", "replicas"]]
            .into_iter()
            .filter_map(|path| service.entry(path))
            .find(|count| number(&count.node).is_some_and(|count| count > 1.0));
        if let Some(count) = many {
            let message =
                format!("service `{}` has several containers, but one container name", service.name);
            problems.push(
                Problem::error("container-name-and-replicas", message)
                    .at(entry.node.span, "only one container can have this name")
                    .at(count.node.span, "this asks for more than one")
                    .help("leave out `container_name`"),
            );
        }
    }
}
