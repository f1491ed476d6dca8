//! Waiting for other services.

use super::containers::succeeded;
use super::instances::{Fate, Instance, Need};
use super::planner::Planner;
use super::start::common_guard;
use crate::plan::{Action, Await, Cause, ContainerRef, ImageGuard, Step, StepId};
use crate::resource::{Condition, Dependency, Health, Kind, ResourceId, ServiceSpec};

impl<'a> Planner<'a> {
    /// The steps that have to be done before a service can be started: the starts of what it waits for, and the waits
    /// themselves. Services that wait for the same share one.
    pub(super) fn waits(&mut self, service: &'a ServiceSpec, guard: &[ImageGuard]) -> Vec<StepId> {
        let edges: Vec<Dependency> = self.scope.graph.dependencies(&service.name).cloned().collect();
        let mut steps = Vec::new();
        for edge in edges {
            let Some(awaited) = self.desired.service(&edge.service) else { continue };
            if !self.scope.contains(&edge.service) {
                continue;
            }
            steps.extend(self.started.get(edge.service.as_str()).into_iter().flatten());
            let trivial = edge.condition == Condition::Started || awaited.provider.is_some();
            if trivial || self.is_satisfied(awaited, edge.condition) {
                continue;
            }
            steps.extend(self.wait_for(awaited, &edge, guard));
        }
        steps
    }

    /// The wait of all services that wait for the same of a service.
    fn wait_for(
        &mut self,
        awaited: &'a ServiceSpec,
        edge: &Dependency,
        guard: &[ImageGuard],
    ) -> Option<StepId> {
        let key = (awaited.name.clone(), edge.condition, edge.required);
        if let Some(step) = self.awaits.get(&key) {
            return Some(*step);
        }
        let containers = self.containers_of(awaited);
        if containers.is_empty() {
            return None;
        }
        let waiting = self.waiting(&awaited.name, edge);
        let needs: Vec<Need> = waiting.iter().flat_map(|name| self.start_needs(name)).collect();
        let needs: Vec<&Need> = needs.iter().collect();
        let guard = if needs.is_empty() { guard.to_vec() } else { common_guard(&needs) };
        let cause = match waiting.first() {
            Some(first) => Cause::NeededBy { service: first.clone() },
            None => Cause::Requested,
        };
        let action = Action::Await(Box::new(Await {
            service: awaited.name.clone(),
            containers,
            condition: edge.condition,
            required: edge.required,
            waiting,
            timeout: self.policy.wait_timeout,
        }));
        let step = Step::new(action, cause, ResourceId::new(Kind::Service, &awaited.name))
            .of(&awaited.name)
            .only_if(&guard);
        let after = self.started.get(awaited.name.as_str()).cloned().unwrap_or_default();
        let step = self.add(step, after);
        self.awaits.insert(key, step);
        Some(step)
    }

    /// The services with something to start that wait in the same way.
    fn waiting(&self, awaited: &str, edge: &Dependency) -> Vec<String> {
        let alike = |other: &Dependency| other.condition == edge.condition && other.required == edge.required;
        self.scope
            .graph
            .dependants(awaited)
            .filter(|(name, other)| alike(other) && self.scope.contains(name))
            .filter(|(name, _)| {
                let provided = self.desired.service(name).is_some_and(|service| service.provider.is_some());
                provided || !self.start_needs(name).is_empty()
            })
            .map(|(name, _)| name.to_owned())
            .collect()
    }

    fn start_needs(&self, service: &str) -> Vec<Need> {
        let instances = self.instances.get(service).into_iter().flatten();
        instances.filter_map(|instance| instance.start.clone()).collect()
    }

    fn containers_of(&self, service: &ServiceSpec) -> Vec<ContainerRef> {
        let instances = self.instances.get(service.name.as_str()).into_iter().flatten();
        instances.filter_map(|instance| instance.container.clone()).collect()
    }

    /// True if the snapshot shows that a condition is met, by containers that nobody touches.
    fn is_satisfied(&self, service: &ServiceSpec, condition: Condition) -> bool {
        let instances = self.instances.get(service.name.as_str()).into_iter().flatten();
        let met = |instance: &Instance<'_>| {
            let Some(old) = instance.old else { return false };
            let untouched = instance.start.is_none() && instance.fate == Fate::Keep;
            untouched
                && match condition {
                    Condition::Started => true,
                    Condition::Healthy => old.health == Health::Healthy,
                    Condition::RunningOrHealthy => match old.health {
                        Health::Healthy => true,
                        Health::None => !service.has_healthcheck,
                        Health::Starting | Health::Unhealthy => false,
                    },
                    Condition::Completed => succeeded(old),
                }
        };
        instances.into_iter().all(met)
    }

    /// `--wait`: the user waits until everything runs, or has ended well if that is what others wait for.
    pub(super) fn add_waits_for_all(&mut self) {
        for service in self.scope.order.clone() {
            let mut dependants = self.scope.graph.dependants(&service.name);
            let ends = dependants.any(|(_, edge)| edge.condition == Condition::Completed);
            drop(dependants);
            let condition = if ends { Condition::Completed } else { Condition::RunningOrHealthy };
            let containers = self.containers_of(service);
            if containers.is_empty() || self.is_satisfied(service, condition) {
                continue;
            }
            let action = Action::Await(Box::new(Await {
                service: service.name.clone(),
                containers,
                condition,
                required: true,
                waiting: Vec::new(),
                timeout: self.policy.wait_timeout,
            }));
            let resource = ResourceId::new(Kind::Service, &service.name);
            let step = Step::new(action, Cause::Requested, resource).of(&service.name);
            let after = self.started.get(service.name.as_str()).cloned().unwrap_or_default();
            self.add(step, after);
        }
    }
}
