//! The name of the project, and what the daemon calls the networks, volumes, secrets and configs of the project.

use crate::yaml::{Map, Node, Value};

/// Names the project, and gives a name to those that have none: their own key if others made them, else with the project's before it.
pub(super) fn give(tree: &mut Node, project: &str) {
    let span = tree.span;
    if let Some(root) = tree.as_map_mut()
        && root.get("name").and_then(Node::as_str) != Some(project)
    {
        let mut name = Node::implied(Value::String(project.to_owned()), span);
        if let Some(said) = root.get("name") {
            name.span = said.span;
            name.trail_mut().overrode.push(said.span);
        }
        root.set("name", name);
    }
    for kind in ["networks", "volumes", "secrets", "configs"] {
        let Some(resources) = tree.get_mut(kind).and_then(Node::as_map_mut) else { continue };
        for (key, entry) in resources.iter_mut() {
            if entry.node.is_null() {
                entry.node.value = Value::Map(Map::default());
            }
            let Some(resource) = entry.node.as_map_mut() else { continue };
            if resource.contains("name") {
                continue;
            }
            let external = resource.get("external").is_some_and(|node| node.value == Value::Bool(true));
            let name = if external { key.to_owned() } else { format!("{project}_{key}") };
            resource.set("name", Node::implied(Value::String(name), entry.key));
        }
    }
}
