//! Removing containers that do not run.

use super::work::{Work, existing, is_stoppable};
use crate::plan::{Action, Cause};

/// Removes the containers of services that do not run; with `stop`, those that run are stopped before.
pub(super) fn remove(work: &mut Work<'_>, stop: bool, volumes: bool) {
    for service in work.order().into_iter().rev() {
        let after = work.after_dependants(&service.name);
        let mut done = Vec::new();
        for container in work.of_service(&service.name) {
            if is_stoppable(container.state) && !stop {
                continue;
            }
            let stopped = work.stop(container, &Cause::Requested, &after);
            let action = Action::RemoveContainer { container: existing(container), volumes };
            done.push(work.add(container, (action, Cause::Requested), &stopped));
        }
        work.done.insert(&service.name, done);
    }
}
