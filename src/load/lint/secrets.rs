//! Secrets in plain sight.

use super::finding::{Finding, Lint, Subject};
use crate::load::secrets::secrets;

/// A secret that the file itself says is known to all who can read the file, and to `docker inspect`.
pub(super) fn plain(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let Some(environment) = service.node(&["environment"]) else { continue };
        for secret in secrets(environment) {
            // What came from a variable is not in the file.
            if secret.node.trail.as_ref().is_some_and(|trail| !trail.variables.is_empty()) {
                continue;
            }
            findings.push(
                lint.in_service(&service, format!("the value of `{}` stands in the file", secret.name))
                    .at(secret.key, "readable for all who see the file or inspect the container")
                    .help(format!(
                        "make it a secret (`secrets:` with `file:` or `environment:`), or take it from a variable: \
                         `${{{}}}`",
                        secret.name
                    )),
            );
        }
    }
}
