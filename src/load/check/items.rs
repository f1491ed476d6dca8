//! Items of lists that lack what makes them what they are.

use crate::diag::{Problem, Problems};
use crate::load::scene::Scene;

/// A port and a mount say where they lead in the container.
pub(super) fn targets(scene: &Scene<'_>, problems: &mut Problems) {
    const LISTS: [(&str, &str); 2] = [("ports", "port"), ("volumes", "mount")];
    for unit in scene.all_services().chain(scene.jobs()) {
        for (list, item) in LISTS {
            for node in unit.items(&[list]) {
                let Some(map) = node.as_map() else { continue };
                if map.get("target").is_some_and(|target| !target.is_null()) {
                    continue;
                }
                let message = format!("a {item} of `{}` has no `target`", unit.name);
                let help = format!("add `target:` with the {item}'s place in the container");
                problems.push(Problem::error("missing-attribute", message).at(node.span, "").help(help));
            }
        }
    }
}

/// In a list of variables, no blank stands before the `=`: it would belong to the name.
pub(super) fn variable_names(scene: &Scene<'_>, problems: &mut Problems) {
    for unit in scene.all_services().chain(scene.jobs()) {
        let lists = [unit.items(&["environment"]), unit.items(&["build", "args"])];
        for item in lists.into_iter().flatten() {
            let name = item.as_str().and_then(|text| text.split('=').next()).unwrap_or_default();
            if name.ends_with(' ') {
                let message = format!("the variable `{}` has a blank before its `=`", name.trim_end());
                problems.push(
                    Problem::error("bad-name", message)
                        .at(item.span, "the blank is part of the name")
                        .help("take the blank away"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::yaml::{self, Node};

    fn found(service: &str) -> Vec<String> {
        let text = format!("services: {{a: {{{service}}}}}");
        let (mut sources, mut problems) = (Sources::default(), Problems::default());
        let id = sources.add("compose.yaml", text.as_str());
        let tree: Node = yaml::parse(id, &text, &mut problems).remove(0);
        super::super::check(&tree, &mut problems);
        problems.iter().map(|problem| sources.slice(problem.span().unwrap()).to_owned()).collect()
    }

    #[test]
    fn a_port_and_a_mount_need_a_target() {
        assert_eq!(found("ports: [{published: 1}, {target: 2}]"), ["{published: 1}"]);
        assert_eq!(found("volumes: [{type: volume, source: x}]"), ["{type: volume, source: x}"]);
    }

    #[test]
    fn a_blank_before_the_equals_sign_is_told_in_lists_only() {
        assert_eq!(found("environment: ['A =b', 'C D=e'], build: {args: ['F ']}"), ["'A =b'", "'F '"]);
        assert!(found("environment: {'A ': b}").is_empty());
    }
}
