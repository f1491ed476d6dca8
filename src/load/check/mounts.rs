//! Mounts.

use std::collections::HashMap;

use crate::diag::{Problem, Problems, Span};
use crate::load::scene::Scene;
use crate::yaml::Node;

/// A bind mount says what it binds.
pub(super) fn bind_sources(scene: &Scene<'_>, problems: &mut Problems) {
    for unit in scene.all_services().chain(scene.jobs()) {
        let hooks =
            unit.items(&["pre_start"]).iter().filter_map(|hook| hook.get("volumes")?.as_seq()).flatten();
        for mount in unit.items(&["volumes"]).iter().chain(hooks) {
            let Some(map) = mount.as_map() else { continue };
            if map.get("type").and_then(Node::as_str) == Some("bind") && !map.contains("source") {
                let span = map.entry("type").map_or(mount.span, |entry| entry.node.span);
                problems.push(
                    Problem::error(
                        "missing-attribute",
                        format!("a bind mount of `{}` has no `source`", unit.name),
                    )
                    .at(span, "a bind mount needs `source`")
                    .help("add `source:` with a path on the host, or use `type: volume`"),
                );
            }
        }
    }
}

/// Nothing is mounted where a tmpfs already is. That two volumes share a target is settled by the merge: the later wins.
pub(super) fn targets(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        let mut taken: HashMap<&str, Span> = HashMap::new();
        for tmpfs in service.items(&["tmpfs"]) {
            let Some(text) = tmpfs.as_str() else { continue };
            let target = text.split(':').next().unwrap_or(text);
            match taken.get(target) {
                Some(first) => problems.push(twice(service.name, target, (tmpfs.span, *first))),
                None => {
                    taken.insert(target, tmpfs.span);
                }
            }
        }
        for mount in service.items(&["volumes"]) {
            let Some(node) = mount.get("target") else { continue };
            let target = node.as_str().unwrap_or("");
            if let Some(first) = taken.get(target) {
                problems.push(twice(service.name, target, (node.span, *first)));
            }
        }
    }
}

fn twice(service: &str, target: &str, (second, first): (Span, Span)) -> Problem {
    Problem::error("duplicate-mount", format!("service `{service}` mounts two things at `{target}`"))
        .at(second, "a second one here")
        .at(first, "a tmpfs here")
        .help("mount one of them elsewhere")
}
