//! Waits that are too short, or too long.

use super::finding::{Finding, Lint, Subject};
use super::health::awaited;
use crate::yaml::{Node, Value};

/// A service with a health check is only of use when it is healthy.
pub(super) fn health_not_awaited(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let Some(check) = service.entry(&["healthcheck"]) else { continue };
        let tested = service.node(&["healthcheck", "test"]).is_some();
        let disabled =
            service.node(&["healthcheck", "disable"]).is_some_and(|node| node.value == Value::Bool(true));
        if !tested
            || disabled
            || service.items(&["healthcheck", "test"]).first().and_then(Node::as_str) == Some("NONE")
        {
            continue;
        }
        for (waiting, wait) in awaited(&subject.scene, service.name, "service_started") {
            findings.push(
                lint.in_service(
                    &waiting,
                    format!("`{}` starts before `{}` is healthy", waiting.name, service.name),
                )
                .at(wait.key, "waits for its start only")
                .at(check.key, "here is its health check")
                .help(format!("write `{}: {{condition: service_healthy}}` under `depends_on`", service.name)),
            );
        }
    }
}

/// What is restarted whenever it ends does not complete.
pub(super) fn never_completes(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let Some(restart) = service.entry(&["restart"]) else { continue };
        let Some(policy @ ("always" | "unless-stopped")) = restart.node.as_str() else { continue };
        for (waiting, wait) in awaited(&subject.scene, service.name, "service_completed_successfully") {
            findings.push(
                lint.in_service(
                    &waiting,
                    format!(
                        "`{}` waits for `{}` to end, which is always restarted",
                        waiting.name, service.name
                    ),
                )
                .at(wait.key, "waits here")
                .at(restart.node.span, format!("`{policy}`"))
                .help(format!("remove `restart` from `{}`, or set it to `on-failure`", service.name)),
            );
        }
    }
}
