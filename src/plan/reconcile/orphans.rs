//! Containers that no service of the files accounts for.

use super::planner::Planner;
use crate::plan::Cause;
use crate::resource::{ContainerState, ObservedContainer, Warning, labels};

impl<'a> Planner<'a> {
    pub(super) fn add_orphans(&mut self) {
        let orphans: Vec<&'a ObservedContainer> =
            self.containers().filter(|container| self.is_orphan(container)).collect();
        if orphans.is_empty() {
            return;
        }
        if self.policy.remove_orphans {
            for orphan in orphans {
                self.remove(orphan, &Cause::Orphan, &[]);
            }
            return;
        }
        if self.policy.ignore_orphans {
            return;
        }
        let names: Vec<&str> = orphans.iter().map(|orphan| orphan.name.as_str()).collect();
        self.warn(Warning::new(
            "orphan-containers",
            format!(
                "Found orphan containers ({}) for this project. If you removed or renamed this service in your \
                 compose file, you can run this command with the --remove-orphans flag to clean it up.",
                names.join(", ")
            ),
        ));
    }

    /// One-offs count once they have ended, whatever they were made of.
    fn is_orphan(&self, container: &ObservedContainer) -> bool {
        if container.label(labels::ONEOFF) == "True" {
            return matches!(container.state, ContainerState::Exited | ContainerState::Dead);
        }
        let service = container.label(labels::SERVICE);
        self.desired.service(service).is_none() && !self.desired.disabled.iter().any(|name| name == service)
    }
}
