//! Stopping services.

use super::work::{Work, is_stoppable};
use crate::plan::{Cause, ProviderVerb};

/// Stops services, each after what waits for it.
pub(super) fn stop(work: &mut Work<'_>) {
    for service in work.order().into_iter().rev() {
        let after = work.after_dependants(&service.name);
        let mut done: Vec<_> = work.run_provider(service, ProviderVerb::Stop, &after).into_iter().collect();
        for container in work.of_service(&service.name) {
            if is_stoppable(container.state) {
                done.extend(work.stop(container, &Cause::Requested, &after));
            }
        }
        work.done.insert(&service.name, done);
    }
}
