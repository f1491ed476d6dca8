//! Containers that are there change their state: the verbs that create nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::relations::{Relations, Stop, existing, on, runs};
use super::{Action, Await, Cause, HookPhase, Plan, StepId};
use crate::resource::{
    Condition, ContainerState, Desired, Fault, Health, Kind, Observed, ObservedContainer, ResourceId, labels,
};

/// What to do to containers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verb {
    /// Start what does not run, in the order of dependencies.
    Start,
    /// Stop what runs, in the reverse order.
    #[default]
    Stop,
    /// Stop and start.
    Restart,
    /// Send a signal.
    Kill {
        /// Its name or number.
        signal: String,
    },
    /// Freeze.
    Pause,
    /// Thaw.
    Unpause,
    /// Remove what does not run.
    Remove {
        /// Stop what runs first.
        stop: bool,
        /// Anonymous volumes too.
        volumes: bool,
    },
}

/// What to do to which containers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifecyclePolicy {
    /// What.
    pub verb: Verb,
    /// Only those of these services; empty for all.
    pub services: Vec<String>,
    /// Grace for stops; `None` leaves it to each container's own.
    pub timeout: Option<Duration>,
    /// Services that are to follow a restart are left alone (`--no-deps`).
    pub no_dependencies: bool,
    /// After a start, wait until all are running or healthy.
    pub wait: bool,
    /// How long to wait at most.
    pub wait_timeout: Option<Duration>,
}

/// The steps of a verb, or every reason why there can be none.
pub fn lifecycle(
    desired: Option<&Desired>,
    observed: &Observed,
    policy: &LifecyclePolicy,
) -> Result<Plan, Vec<Fault>> {
    let relations = Relations::new(desired, observed);
    let named: BTreeSet<&str> = if policy.services.is_empty() {
        match desired {
            Some(desired) => desired.services.iter().map(|service| service.name.as_str()).collect(),
            None => relations.containers.keys().copied().collect(),
        }
    } else {
        policy.services.iter().map(String::as_str).collect()
    };
    let mut work = Work { relations: &relations, policy, named, plan: Plan::default() };
    match &policy.verb {
        Verb::Start => work.start()?,
        Verb::Stop => work.stop(),
        Verb::Restart => work.restart(),
        Verb::Remove { stop, volumes } => work.remove(*stop, *volumes),
        Verb::Kill { .. } | Verb::Pause | Verb::Unpause => work.each(),
    }
    Ok(work.plan)
}

struct Work<'a> {
    relations: &'a Relations<'a>,
    policy: &'a LifecyclePolicy,
    named: BTreeSet<&'a str>,
    plan: Plan,
}

impl Work<'_> {
    /// Each service after all that hang on it.
    fn stop(&mut self) {
        let mut stopped: BTreeMap<&str, Vec<StepId>> = BTreeMap::new();
        for service in self.relations.order().into_iter().rev() {
            let after: Vec<StepId> = self
                .relations
                .graph
                .dependants(service)
                .flat_map(|(dependant, _)| stopped.get(dependant).cloned().unwrap_or_default())
                .collect();
            let mut steps = after.clone();
            if self.named.contains(service) {
                for container in self.relations.of(service) {
                    let stop = Stop { container, cause: &Cause::Requested, timeout: self.policy.timeout };
                    steps.extend(self.relations.stop(&mut self.plan, &stop, &after));
                }
            }
            stopped.insert(service, steps);
        }
    }

    /// Each service after what it waits for; services that are to follow a restart do so.
    fn restart(&mut self) {
        let mut done: BTreeMap<&str, Vec<StepId>> = BTreeMap::new();
        let mut restarted: BTreeSet<&str> = BTreeSet::new();
        for service in self.relations.order() {
            let dependencies: Vec<_> = self.relations.graph.dependencies(service).collect();
            let follows = !self.policy.no_dependencies
                && dependencies.iter().any(|one| one.restart && restarted.contains(one.service.as_str()));
            let after: Vec<StepId> = dependencies
                .iter()
                .flat_map(|one| done.get(one.service.as_str()).cloned().unwrap_or_default())
                .collect();
            let mut steps = after.clone();
            if self.named.contains(service) || follows {
                restarted.insert(service);
                for container in self.relations.of(service) {
                    steps.push(self.restart_one(container, &after));
                }
            }
            done.insert(service, steps);
        }
    }

    fn restart_one(&mut self, container: &ObservedContainer, after: &[StepId]) -> StepId {
        let hooks = self.hooks(container).map(|hooks| hooks.pre_stop.clone()).unwrap_or_default();
        let mut last = after.to_vec();
        for hook in hooks.into_iter().filter(|_| runs(container)) {
            let action = Action::RunHook {
                container: existing(container),
                phase: HookPhase::PreStop,
                hook: Box::new(hook),
            };
            last = vec![self.plan.add(on(container, action, &Cause::Requested), last)];
        }
        let action =
            Action::RestartContainer { container: existing(container), timeout: self.policy.timeout };
        let restarted = self.plan.add(on(container, action, &Cause::Requested), last);
        self.post_start(container, restarted)
    }

    fn hooks(&self, container: &ObservedContainer) -> Option<&crate::resource::Hooks> {
        let service = container.label(labels::SERVICE);
        self.relations.desired.and_then(|desired| desired.service(service)).map(|service| &service.hooks)
    }

    fn post_start(&mut self, container: &ObservedContainer, started: StepId) -> StepId {
        let hooks = self.hooks(container).map(|hooks| hooks.post_start.clone()).unwrap_or_default();
        let mut last = started;
        for hook in hooks {
            let action = Action::RunHook {
                container: existing(container),
                phase: HookPhase::PostStart,
                hook: Box::new(hook),
            };
            last = self.plan.add(on(container, action, &Cause::Requested), [last]);
        }
        last
    }

    /// What does not run, after what it waits for is as it is to be.
    fn start(&mut self) -> Result<(), Vec<Fault>> {
        let empty: Vec<Fault> = self
            .named
            .iter()
            .filter(|service| self.relations.of(service).is_empty() && self.wants_containers(service))
            .map(|service| {
                Fault::new("no-container", format!("service \"{service}\" has no container to start"))
                    .help("`up` creates what is missing")
            })
            .collect();
        if !empty.is_empty() {
            return Err(empty);
        }
        let mut started: BTreeMap<&str, Vec<StepId>> = BTreeMap::new();
        for service in self.relations.order() {
            if !self.named.contains(service) {
                continue;
            }
            let after = self.awaited(service, &started);
            let mut steps = Vec::new();
            for container in self.relations.of(service) {
                steps.extend(self.start_one(container, &after));
            }
            started.insert(service, steps);
        }
        if self.policy.wait {
            self.wait_for_all(&started);
        }
        Ok(())
    }

    fn wants_containers(&self, service: &str) -> bool {
        let spec = self.relations.desired.and_then(|desired| desired.service(service));
        spec.is_none_or(|spec| spec.replicas > 0 && spec.provider.is_none())
    }

    fn start_one(&mut self, container: &ObservedContainer, after: &[StepId]) -> Option<StepId> {
        if runs(container) && container.state != ContainerState::Paused {
            return None;
        }
        let mut after = after.to_vec();
        let service = container.label(labels::SERVICE);
        let spec = self.relations.desired.and_then(|desired| desired.service(service));
        if let Some(files) = spec.map(|spec| &spec.template.files).filter(|files| !files.is_empty()) {
            let action = Action::UploadFiles { container: existing(container), files: files.clone() };
            after = vec![self.plan.add(on(container, action, &Cause::Requested), after)];
        }
        let cause = Cause::NotRunning { state: container.state };
        let action = Action::StartContainer { container: existing(container) };
        let started = self.plan.add(on(container, action, &cause), after);
        Some(self.post_start(container, started))
    }

    /// The steps after which all that a service waits for is as it is to be.
    fn awaited(&mut self, service: &str, started: &BTreeMap<&str, Vec<StepId>>) -> Vec<StepId> {
        let mut after = Vec::new();
        let dependencies: Vec<_> = self.relations.graph.dependencies(service).cloned().collect();
        for dependency in dependencies {
            let name = dependency.service.as_str();
            let mine = started.get(name).cloned().unwrap_or_default();
            let containers = self.relations.of(name);
            if dependency.condition == Condition::Started || containers.is_empty() {
                after.extend(mine);
                continue;
            }
            if mine.is_empty() && settled(dependency.condition, containers) {
                continue;
            }
            let wait = Await {
                service: name.to_owned(),
                containers: containers.iter().map(|container| existing(container)).collect(),
                condition: dependency.condition,
                required: dependency.required,
                waiting: vec![service.to_owned()],
                timeout: None,
            };
            after.push(self.await_step(wait, mine));
        }
        after
    }

    fn await_step(&mut self, wait: Await, after: Vec<StepId>) -> StepId {
        let service = wait.service.clone();
        let resource = ResourceId::new(Kind::Service, &service);
        let step = super::Step::new(Action::Await(Box::new(wait)), Cause::Requested, resource).of(service);
        self.plan.add(step, after)
    }

    fn wait_for_all(&mut self, started: &BTreeMap<&str, Vec<StepId>>) {
        for (service, steps) in started {
            let containers = self.relations.of(service);
            if containers.is_empty() {
                continue;
            }
            let wait = Await {
                service: (*service).to_owned(),
                containers: containers.iter().map(|container| existing(container)).collect(),
                condition: Condition::RunningOrHealthy,
                required: true,
                waiting: Vec::new(),
                timeout: self.policy.wait_timeout,
            };
            self.await_step(wait, steps.clone());
        }
    }

    fn remove(&mut self, stop: bool, volumes: bool) {
        if stop {
            self.stop();
        }
        let stopped: BTreeMap<String, StepId> = self
            .plan
            .steps()
            .filter(|(_, step)| matches!(step.action, Action::StopContainer { .. }))
            .map(|(id, step)| (step.resource.name.clone(), id))
            .collect();
        let extras = self.relations.extras.iter().copied();
        let mine = self.named.iter().flat_map(|service| self.relations.of(service)).copied();
        for container in mine.chain(extras) {
            let named = self.named.contains(container.label(labels::SERVICE));
            let after = stopped.get(&container.name);
            if !named || (runs(container) && after.is_none()) {
                continue;
            }
            let action = Action::RemoveContainer { container: existing(container), volumes };
            self.plan.add(on(container, action, &Cause::Requested), after.copied());
        }
    }

    /// What is done to each container without regard to the others.
    fn each(&mut self) {
        for service in &self.named {
            for container in self.relations.of(service) {
                let target = existing(container);
                let (fits, action) = match &self.policy.verb {
                    Verb::Kill { signal } => {
                        (runs(container), Action::KillContainer { container: target, signal: signal.clone() })
                    }
                    Verb::Pause => (
                        container.state == ContainerState::Running,
                        Action::PauseContainer { container: target },
                    ),
                    _ => (
                        container.state == ContainerState::Paused,
                        Action::UnpauseContainer { container: target },
                    ),
                };
                if fits {
                    self.plan.add(on(container, action, &Cause::Requested), []);
                }
            }
        }
    }
}

/// True if what is observed satisfies a condition already: nothing to wait for.
fn settled(condition: Condition, containers: &[&ObservedContainer]) -> bool {
    containers.iter().all(|container| match condition {
        Condition::Started => container.state == ContainerState::Running,
        Condition::Healthy => container.health == Health::Healthy,
        Condition::Completed => container.state == ContainerState::Exited && container.exit_code == Some(0),
        Condition::RunningOrHealthy => {
            container.state == ContainerState::Running
                && matches!(container.health, Health::None | Health::Healthy)
        }
    })
}
