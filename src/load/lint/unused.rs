//! What is defined and not used.

use std::collections::HashSet;

use super::finding::{Finding, Lint, Subject};
use crate::load::scene::{Scene, entry};
use crate::yaml::{Map, Node, Path};

/// `(section, what it is called)`.
const SECTIONS: &[(&str, &str)] = &[
    ("networks", "network"),
    ("volumes", "volume"),
    ("secrets", "secret"),
    ("configs", "config"),
    ("models", "model"),
];

/// Networks, volumes, secrets, configs and models that no service or job uses.
pub(super) fn resources(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (section, kind) in SECTIONS.iter().copied() {
        let used = used(&subject.scene, section);
        for (name, entry) in subject.scene.section(section).into_iter().flat_map(Map::iter) {
            if used.contains(name) || (section == "networks" && name == "default") {
                continue;
            }
            findings.push(
                lint.about(
                    Path::keys([section, name]),
                    format!("the {kind} `{name}` is not used by any service"),
                )
                .at(entry.key, "defined here")
                .help(format!("remove it, or use it under `{section}` of a service")),
            );
        }
    }
}

fn used<'a>(scene: &Scene<'a>, section: &str) -> HashSet<&'a str> {
    let mut used = HashSet::new();
    for unit in scene.all_services().chain(scene.jobs()) {
        uses(unit.map, section, &mut used);
        for hook in unit.items(&["pre_start"]).iter().filter_map(Node::as_map) {
            uses(hook, section, &mut used);
        }
    }
    used
}

fn uses<'a>(map: &'a Map, section: &str, used: &mut HashSet<&'a str>) {
    let at = |path: &[&str]| entry(map, path).map(|entry| &entry.node);
    used.extend(at(&[section]).and_then(Node::as_map).into_iter().flat_map(Map::keys));
    for list in [&[section][..], &["build", section]] {
        let items = at(list).and_then(Node::as_seq).unwrap_or(&[]);
        used.extend(items.iter().filter_map(|item| item.get("source")?.as_str()));
    }
    if section == "configs" {
        used.extend(at(&["credential_spec", "config"]).and_then(Node::as_str));
    }
}
