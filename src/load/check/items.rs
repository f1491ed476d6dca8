//! Items of lists that are not what they seem.

use crate::diag::{Problem, Problems};
use crate::load::scene::Scene;

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
    fn a_blank_before_the_equals_sign_is_told_in_lists_only() {
        assert_eq!(found("environment: ['A =b', 'C D=e'], build: {args: ['F ']}"), ["'A =b'", "'F '"]);
        assert!(found("environment: {'A ': b}").is_empty());
    }
}
