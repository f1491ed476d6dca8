//! Restarting services.

use std::collections::BTreeSet;

use super::work::{Work, existing, is_stoppable};
use crate::plan::{Action, Cause, HookPhase, ServiceGraph};
use crate::resource::Desired;

/// Restarts services, each after what it waits for, and what asked to be restarted with them.
pub(super) fn restart(work: &mut Work<'_>) {
    let desired = work.desired;
    let named: BTreeSet<&str> = work.order().into_iter().map(|service| service.name.as_str()).collect();
    if !work.policy.no_dependencies {
        work.extend(followers(desired, &named));
    }
    for service in work.order() {
        let after = work.after_dependencies(&service.name);
        let cause =
            match service.dependencies.iter().find(|edge| edge.restart && work.contains(&edge.service)) {
                Some(edge) if !named.contains(service.name.as_str()) => {
                    Cause::DependencyRestarted { service: edge.service.clone() }
                }
                _ => Cause::Requested,
            };
        let mut done = Vec::new();
        for container in work.of_service(&service.name) {
            let mut ready = after.clone();
            if is_stoppable(container.state) {
                ready = work.run_hooks(container, (HookPhase::PreStop, &cause), &after);
            }
            let action =
                Action::RestartContainer { container: existing(container), timeout: work.policy.timeout };
            let restarted = work.add(container, (action, cause.clone()), &ready);
            done.extend(work.run_hooks(container, (HookPhase::PostStart, &cause), &[restarted]));
        }
        work.done.insert(&service.name, done);
    }
}

/// The services that are to be restarted with any of these, directly or not.
fn followers<'a>(desired: &'a Desired, named: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let graph = ServiceGraph::of(desired);
    let mut all = named.clone();
    let mut todo: Vec<&str> = named.iter().copied().collect();
    while let Some(name) = todo.pop() {
        for (dependant, edge) in graph.dependants(name) {
            let Some(service) = desired.service(dependant) else { continue };
            if edge.restart && all.insert(&service.name) {
                todo.push(&service.name);
            }
        }
    }
    all
}
