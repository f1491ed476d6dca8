//! Where data is kept.

use super::finding::{Finding, Lint, Subject};
use crate::yaml::Node;

/// A volume without a name is lost with its container, and stays behind on the disk all the same.
pub(super) fn anonymous(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let mounts = service.items(&["volumes"]);
        let text =
            |mount: &'_ Node, key: &str| mount.get(key).and_then(Node::as_str).unwrap_or("").to_owned();
        let bound: Vec<String> = mounts
            .iter()
            .filter(|mount| text(mount, "type") == "bind")
            .map(|mount| text(mount, "target"))
            .collect();
        for mount in
            mounts.iter().filter(|mount| text(mount, "type") == "volume" && text(mount, "source").is_empty())
        {
            let Some(target) = mount.get("target") else { continue };
            let path = target.as_str().unwrap_or("");
            // A hole in a bind mount, such as `node_modules`, is meant to be nameless.
            if bound
                .iter()
                .any(|outer| path.strip_prefix(outer.as_str()).is_some_and(|rest| rest.starts_with('/')))
            {
                continue;
            }
            findings.push(
                lint.in_service(
                    &service,
                    format!("`{}` keeps `{path}` in a volume without a name", service.name),
                )
                .at(target.span, "a new container may start empty; the old volume stays on the disk")
                .help(format!("name it: `NAME:{path}`, and define `NAME` under the top-level `volumes`")),
            );
        }
    }
}
