//! Which containers of a project there are and how their services hang together, with or without files.

use std::collections::BTreeMap;

use super::{Action, Cause, ContainerRef, HookPhase, Plan, ServiceGraph, Step, StepId};
use crate::resource::{
    Condition, ContainerState, Dependency, Desired, Kind, Observed, ObservedContainer, ResourceId, labels,
};

/// The containers of a project by service, and the graph of the services.
pub(super) struct Relations<'a> {
    pub(super) desired: Option<&'a Desired>,
    pub(super) graph: ServiceGraph,
    /// By service, without one-offs and hook containers; by number within a service.
    pub(super) containers: BTreeMap<&'a str, Vec<&'a ObservedContainer>>,
    /// One-offs and hook containers.
    pub(super) extras: Vec<&'a ObservedContainer>,
}

impl<'a> Relations<'a> {
    /// With files, services and their order are the files'; without, they are what labels tell.
    pub(super) fn new(desired: Option<&'a Desired>, observed: &'a Observed) -> Self {
        let mut containers: BTreeMap<&str, Vec<&ObservedContainer>> = BTreeMap::new();
        let mut extras = Vec::new();
        for container in &observed.containers {
            if container.label(labels::ONEOFF) == "True" || container.labels.contains_key(labels::HOOK) {
                extras.push(container);
            } else {
                containers.entry(container.label(labels::SERVICE)).or_default().push(container);
            }
        }
        for list in containers.values_mut() {
            list.sort_by_key(|container| number(container));
        }
        let mut dependencies: BTreeMap<&str, Vec<Dependency>> = containers
            .iter()
            .map(|(service, list)| (*service, list.first().map(|first| labelled(first)).unwrap_or_default()))
            .collect();
        for service in desired.iter().flat_map(|desired| &desired.services) {
            dependencies.insert(&service.name, service.dependencies.clone());
        }
        let graph = ServiceGraph::new(dependencies.iter().map(|(name, list)| (*name, list.as_slice())));
        Self { desired, graph, containers, extras }
    }

    /// Services such that each comes after what it waits for. Labels of a project that somebody tampered with may go
    /// round in a circle: then the alphabet decides.
    pub(super) fn order(&self) -> Vec<&str> {
        self.graph.order().unwrap_or_else(|_| self.containers.keys().copied().collect())
    }

    /// The containers of a service.
    pub(super) fn of(&self, service: &str) -> &[&'a ObservedContainer] {
        self.containers.get(service).map_or(&[], Vec::as_slice)
    }

    /// Adds the stop of a container that runs, its `pre_stop` hooks before; the step after which it is stopped.
    pub(super) fn stop(&self, plan: &mut Plan, stop: &Stop<'_>, after: &[StepId]) -> Option<StepId> {
        let container = stop.container;
        if !runs(container) {
            return None;
        }
        let service = container.label(labels::SERVICE);
        let mut after = after.to_vec();
        if container.state == ContainerState::Running {
            let spec = self.desired.and_then(|desired| desired.service(service));
            for hook in spec.iter().flat_map(|service| &service.hooks.pre_stop) {
                let action = Action::RunHook {
                    container: existing(container),
                    phase: HookPhase::PreStop,
                    hook: Box::new(hook.clone()),
                };
                after = vec![plan.add(on(container, action, stop.cause), after)];
            }
        }
        let action = Action::StopContainer { container: existing(container), timeout: stop.timeout };
        Some(plan.add(on(container, action, stop.cause), after))
    }
}

/// A container to be stopped.
pub(super) struct Stop<'a> {
    pub(super) container: &'a ObservedContainer,
    pub(super) cause: &'a Cause,
    pub(super) timeout: Option<std::time::Duration>,
}

/// A step on a container.
pub(super) fn on(container: &ObservedContainer, action: Action, cause: &Cause) -> Step {
    Step::new(action, cause.clone(), ResourceId::new(Kind::Container, &container.name))
        .of(container.label(labels::SERVICE))
}

pub(super) fn existing(container: &ObservedContainer) -> ContainerRef {
    ContainerRef::Existing { id: container.id.clone(), name: container.name.clone() }
}

/// True if it can be stopped.
pub(super) fn runs(container: &ObservedContainer) -> bool {
    matches!(container.state, ContainerState::Running | ContainerState::Paused | ContainerState::Restarting)
}

fn number(container: &ObservedContainer) -> u32 {
    container.label(labels::CONTAINER_NUMBER).parse().unwrap_or(u32::MAX)
}

/// What a container's label tells of its service's dependencies: `service:condition:restart`, joined by commas.
fn labelled(container: &ObservedContainer) -> Vec<Dependency> {
    let entries = container.label(labels::DEPENDS_ON).split(',').filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let mut parts = entry.split(':');
            Dependency {
                service: parts.next().unwrap_or_default().to_owned(),
                condition: match parts.next() {
                    Some("service_healthy") => Condition::Healthy,
                    Some("service_completed_successfully") => Condition::Completed,
                    _ => Condition::Started,
                },
                required: true,
                restart: parts.next() == Some("true"),
            }
        })
        .collect()
}
