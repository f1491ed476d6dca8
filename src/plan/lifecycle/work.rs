//! What the planners over existing containers share.

use std::collections::{BTreeMap, BTreeSet};

use super::LifecyclePolicy;
use crate::diag::did_you_mean;
use crate::plan::{Action, Cause, ContainerRef, HookPhase, Plan, ProviderVerb, ServiceGraph, Step, StepId};
use crate::resource::{
    ContainerState, Desired, Fault, Kind, Observed, ObservedContainer, ResourceId, ServiceSpec, labels,
};

/// The work in hand.
pub(super) struct Work<'a> {
    pub(super) desired: &'a Desired,
    pub(super) observed: &'a Observed,
    pub(super) policy: &'a LifecyclePolicy,
    pub(super) graph: ServiceGraph,
    pub(super) plan: Plan,
    /// The last steps of each service.
    pub(super) done: BTreeMap<&'a str, Vec<StepId>>,
    names: BTreeSet<&'a str>,
}

impl<'a> Work<'a> {
    /// Work on the services that the policy names, or on all.
    pub(super) fn on(
        desired: &'a Desired,
        observed: &'a Observed,
        policy: &'a LifecyclePolicy,
    ) -> Result<Self, Vec<Fault>> {
        let services = &policy.services;
        let known = || desired.services.iter().map(|service| service.name.as_str());
        let unknown: Vec<Fault> = services
            .iter()
            .filter(|name| desired.service(name).is_none())
            .map(|name| Fault {
                help: did_you_mean(name, known()),
                ..Fault::new("no-such-service", format!("no such service: `{name}`"))
            })
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        Ok(Self::on_some(desired, (observed, policy), services))
    }

    /// Work on those of these services that exist, or on all if none is named.
    pub(super) fn on_some(
        desired: &'a Desired,
        (observed, policy): (&'a Observed, &'a LifecyclePolicy),
        services: &[String],
    ) -> Self {
        let all = desired.services.iter().map(|service| service.name.as_str());
        let is_meant = |name: &&str| services.is_empty() || services.iter().any(|service| service == name);
        let names = all.filter(is_meant).collect();
        let graph = ServiceGraph::of(desired);
        Self { desired, observed, policy, graph, plan: Plan::default(), done: BTreeMap::new(), names }
    }

    /// The program that stands for a service, if one does.
    pub(super) fn run_provider(
        &mut self,
        service: &ServiceSpec,
        verb: ProviderVerb,
        after: &[StepId],
    ) -> Option<StepId> {
        let provider = Box::new(service.provider.clone()?);
        let action = Action::RunProvider { provider, verb };
        let resource = ResourceId::new(Kind::Service, &service.name);
        let step = Step::new(action, Cause::Requested, resource).of(&service.name);
        Some(self.plan.add(step, after.iter().copied()))
    }

    /// The services, each after what it waits for. What waits for itself comes as it may: it can be stopped all the same.
    pub(super) fn order(&self) -> Vec<&'a ServiceSpec> {
        let all: Vec<&str> = match self.graph.order() {
            Ok(order) => order,
            Err(_) => self.desired.services.iter().map(|service| service.name.as_str()).collect(),
        };
        let desired = self.desired;
        all.into_iter()
            .filter(|name| self.names.contains(name))
            .filter_map(|name| desired.service(name))
            .collect()
    }

    pub(super) fn contains(&self, service: &str) -> bool {
        self.names.contains(service)
    }

    /// Takes more services in.
    pub(super) fn extend(&mut self, names: impl IntoIterator<Item = &'a str>) {
        self.names.extend(names);
    }

    /// The containers of the project that carry the mark of one that was made by a plan.
    pub(super) fn containers(&self) -> impl Iterator<Item = &'a ObservedContainer> + use<'a> {
        let project = self.desired.project.name.as_str();
        self.observed.containers.iter().filter(move |container| {
            container.label(labels::PROJECT) == project && container.labels.contains_key(labels::CONFIG_HASH)
        })
    }

    /// The containers of a service but for one-offs, by number.
    pub(super) fn of_service(&self, service: &str) -> Vec<&'a ObservedContainer> {
        let mut mine: Vec<&'a ObservedContainer> = self
            .containers()
            .filter(|container| container.label(labels::SERVICE) == service)
            .filter(|container| container.label(labels::ONEOFF) != "True")
            .collect();
        let number = |container: &ObservedContainer| -> u32 {
            container.label(labels::CONTAINER_NUMBER).parse().unwrap_or(u32::MAX)
        };
        mine.sort_by_key(|container| (number(container), &container.name));
        mine
    }

    /// A step that was asked for.
    pub(super) fn add(
        &mut self,
        container: &ObservedContainer,
        (action, cause): (Action, Cause),
        after: &[StepId],
    ) -> StepId {
        let resource = ResourceId::new(Kind::Container, &container.name);
        let step = Step::new(action, cause, resource).of(container.label(labels::SERVICE));
        self.plan.add(step, after.iter().copied())
    }

    /// Runs the hooks of a service in a container, one after the other; returns what comes after them.
    pub(super) fn run_hooks(
        &mut self,
        container: &ObservedContainer,
        (phase, cause): (HookPhase, &Cause),
        after: &[StepId],
    ) -> Vec<StepId> {
        let service = self.desired.service(container.label(labels::SERVICE));
        let hooks = service.map(|service| match phase {
            HookPhase::PreStop => service.hooks.pre_stop.as_slice(),
            HookPhase::PostStart => service.hooks.post_start.as_slice(),
        });
        let mut after = after.to_vec();
        for hook in hooks.unwrap_or_default() {
            let action =
                Action::RunHook { container: existing(container), phase, hook: Box::new(hook.clone()) };
            after = vec![self.add(container, (action, cause.clone()), &after)];
        }
        after
    }

    /// Stops a container, its hooks before; returns what comes after that.
    pub(super) fn stop(
        &mut self,
        container: &ObservedContainer,
        cause: &Cause,
        after: &[StepId],
    ) -> Vec<StepId> {
        if !is_stoppable(container.state) {
            return after.to_vec();
        }
        let mut after = after.to_vec();
        if container.state == ContainerState::Running {
            after = self.run_hooks(container, (HookPhase::PreStop, cause), &after);
        }
        let action = Action::StopContainer { container: existing(container), timeout: self.policy.timeout };
        vec![self.add(container, (action, cause.clone()), &after)]
    }

    /// The last steps of all that waits for a service, directly or not.
    pub(super) fn after_dependants(&self, service: &str) -> Vec<StepId> {
        let dependants = self.graph.with_dependants([service]);
        let others = dependants.into_iter().filter(|name| *name != service);
        others.filter_map(|name| self.done.get(name)).flatten().copied().collect()
    }

    /// The last steps of all that a service waits for, directly or not.
    pub(super) fn after_dependencies(&self, service: &str) -> Vec<StepId> {
        let dependencies = self.graph.with_dependencies([service]);
        let others = dependencies.into_iter().filter(|name| *name != service);
        others.filter_map(|name| self.done.get(name)).flatten().copied().collect()
    }
}

/// A reference to a container that is there.
pub(super) fn existing(container: &ObservedContainer) -> ContainerRef {
    ContainerRef::Existing { id: container.id.clone(), name: container.name.clone() }
}

/// True if there is something to stop.
pub(super) fn is_stoppable(state: ContainerState) -> bool {
    matches!(state, ContainerState::Running | ContainerState::Paused | ContainerState::Restarting)
}
