//! Starting what is there, without making anything.

use super::containers::not_running;
use super::instances::{Fate, Instance, number};
use super::planner::{Planner, existing};
use super::scope::Scope;
use crate::plan::{Plan, UpPolicy};
use crate::resource::{Desired, Fault, Observed, ObservedContainer, ServiceSpec, labels};

/// Starts services and what they wait for. Of the policy count the services, and whether and how long to wait.
pub(crate) fn start(desired: &Desired, observed: &Observed, policy: &UpPolicy) -> Result<Plan, Vec<Fault>> {
    // What providers stand for is not started by this.
    let providers = desired.services.iter().filter(|service| service.provider.is_some());
    let provided = providers.map(|service| (service.name.clone(), Vec::new())).collect();
    let policy = &UpPolicy { provided, ..policy.clone() };
    let scope = Scope::new(desired, policy)?;
    let mut planner = Planner::new((desired, observed, policy), scope);
    if planner.containers().next().is_none() {
        let message = format!("no container found for project `{}`", desired.project.name);
        return Err(vec![Fault::new("no-container", message).help("`up` or `create` makes them")]);
    }
    for service in planner.scope.order.clone() {
        planner.take_as_it_is(service);
    }
    if !planner.faults.is_empty() {
        return Err(planner.faults);
    }
    planner.add_starts();
    if policy.wait {
        planner.add_waits_for_all();
    }
    if planner.faults.is_empty() { Ok(planner.plan) } else { Err(planner.faults) }
}

impl<'a> Planner<'a> {
    /// Every container of a service stays, and is started if it does not run.
    fn take_as_it_is(&mut self, service: &'a ServiceSpec) {
        let mut mine: Vec<&'a ObservedContainer> = self
            .containers()
            .filter(|container| container.label(labels::SERVICE) == service.name)
            .filter(|container| container.label(labels::ONEOFF) != "True")
            .collect();
        mine.sort_by_key(|container| (number(container), &container.name));
        // What nobody named may never have been made.
        let is_named = self.policy.services.contains(&service.name);
        if is_named && mine.is_empty() && service.replicas > 0 && service.provider.is_none() {
            let message = format!("service `{}` has no container to start", service.name);
            let fault = Fault::new("no-container", message).at(service.blame.clone());
            self.faults.push(fault.help("`up` or `create` makes it"));
        }
        let instances = mine.into_iter().map(Instance::as_it_is).collect();
        self.instances.insert(&service.name, instances);
    }
}

impl<'a> Instance<'a> {
    fn as_it_is(container: &'a ObservedContainer) -> Self {
        let mut instance = Self::new(number(container), Some(container), Fate::Keep);
        instance.container = Some(existing(container));
        instance.start = not_running(container);
        instance
    }
}
