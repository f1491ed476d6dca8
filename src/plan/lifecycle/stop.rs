//! Stopping services.

use super::work::{Work, is_stoppable};
use crate::plan::Cause;

/// Stops services, each after what waits for it.
pub(super) fn stop(work: &mut Work<'_>) {
    for service in work.order().into_iter().rev() {
        let after = work.after_dependants(&service.name);
        let mut done = Vec::new();
        for container in work.of_service(&service.name) {
            if is_stoppable(container.state) {
                done.extend(work.stop(container, &Cause::Requested, &after));
            }
        }
        work.done.insert(&service.name, done);
    }
}
