//! Items of lists that are not what they seem.

use crate::diag::{Problem, Problems};
use crate::load::origin::with_origins;
use crate::load::scene::Scene;

/// Ports, mounts and devices say where in the container they are.
pub(super) fn targets(scene: &Scene<'_>, problems: &mut Problems) {
    const LISTS: &[(&str, &str, &str)] = &[
        ("ports", "a port", "the port in the container"),
        ("volumes", "a mount", "the path in the container"),
        ("devices", "a device", "the path in the container"),
    ];
    for unit in scene.all_services() {
        for (list, what, help) in LISTS.iter().copied() {
            for item in unit.items(&[list]) {
                let Some(map) = item.as_map().filter(|map| !map.contains("target")) else { continue };
                let first = map.iter().next().map_or(item.span, |(_, entry)| entry.key);
                let problem =
                    Problem::error("missing-attribute", format!("{what} of `{}` has no `target`", unit.name))
                        .at(
                            first,
                            if first == item.span {
                                "it names none".to_owned()
                            } else {
                                format!("{what} needs `target`")
                            },
                        )
                        .help(format!("add `target:` with {help}"));
                problems.push(with_origins(problem, item));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::yaml::{self, Node};

    fn found(text: &str) -> Vec<String> {
        let (mut sources, mut problems) = (Sources::default(), Problems::default());
        let id = sources.add("compose.yaml", text);
        let tree: Node = yaml::parse(id, text, &mut problems).remove(0);
        super::super::check(&tree, &mut problems);
        problems.iter().map(|problem| sources.slice(problem.span().unwrap()).to_owned()).collect()
    }

    #[test]
    fn a_port_a_mount_and_a_device_need_a_target() {
        let service = |list: &str| found(&format!("services: {{a: {{{list}}}}}"));
        assert_eq!(service("ports: [{published: 1}, {target: 2}]"), ["published"]);
        assert_eq!(service("volumes: [{type: volume, source: x}]"), ["type"]);
        assert_eq!(service("devices: [{source: x}, {source: x, target: y}]"), ["source"]);
    }

    #[test]
    fn the_ports_of_a_job_are_not_asked_for_one() {
        assert!(found("jobs: {j: {ports: [{published: 1}]}}").is_empty());
    }
}
