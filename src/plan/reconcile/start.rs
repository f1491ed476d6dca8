//! The start of each service, after what it waits for.

use super::create::{Doing, Making};
use super::instances::{Instance, Need};
use super::planner::{Planner, existing};
use crate::plan::{
    Action, Await, Cause, ContainerCreate, ContainerRef, HookPhase, ImageGuard, ProviderVerb, Stage, Step,
    StepId,
};
use crate::resource::{
    Attachment, Condition, ContainerSpec, ContainerState, Kind, ObservedPort, ResourceId, ServiceSpec, labels,
};

/// A container that has to run to its end before a service is started.
struct BeforeStart<'n> {
    hook: &'n ContainerSpec,
    need: &'n Need,
    /// The service's container with the lowest number: its mounts are the hook's too.
    target: &'n ContainerRef,
    /// The steps after which that is there.
    ready: &'n [StepId],
}

impl<'a> Planner<'a> {
    pub(super) fn add_starts(&mut self) {
        for service in self.scope.order.clone() {
            let started = if self.scope.postponed.contains(&service.name) {
                Vec::new()
            } else if service.provider.is_some() {
                let waits = self.waits(service, &[]);
                self.run_provider(service, waits).into_iter().collect()
            } else {
                self.start_service(service)
            };
            self.started.insert(&service.name, started);
        }
    }

    /// What others need to be made, though nothing is started.
    pub(super) fn add_providers(&mut self) {
        for service in self.scope.order.clone() {
            if service.provider.is_some() && !self.scope.postponed.contains(&service.name) {
                self.run_provider(service, Vec::new());
            }
        }
    }

    fn run_provider(&mut self, service: &'a ServiceSpec, waits: Vec<StepId>) -> Option<StepId> {
        if self.policy.provided.contains_key(&service.name) {
            return None;
        }
        let provider = Box::new(service.provider.clone()?);
        let action = Action::RunProvider { provider, verb: ProviderVerb::Up };
        let resource = ResourceId::new(Kind::Service, &service.name);
        let step = Step::new(action, Cause::Requested, resource).of(&service.name);
        Some(self.add(step, waits))
    }

    fn start_service(&mut self, service: &'a ServiceSpec) -> Vec<StepId> {
        let instances = self.instances.get(service.name.as_str()).cloned().unwrap_or_default();
        let needs: Vec<&Need> = instances.iter().filter_map(|instance| instance.start.as_ref()).collect();
        let mut started = Vec::new();
        if !needs.is_empty() {
            let mut waits = self.waits(service, &common_guard(&needs));
            if needs.len() == instances.len() {
                waits = self.run_before_start(service, &instances, waits);
            }
            for instance in &instances {
                if let Some(need) = &instance.start {
                    started.push(self.start(service, (instance, need), &waits));
                }
            }
        }
        started
    }

    /// Puts files in, starts, runs hooks; returns the last of these.
    fn start(
        &mut self,
        service: &'a ServiceSpec,
        (instance, need): (&Instance<'a>, &Need),
        waits: &[StepId],
    ) -> StepId {
        let container = instance.container.clone().expect("what is to be started is there or is created");
        self.hindered(service, Doing::Starting);
        let spec = service.instance(&self.desired.project, instance.number);
        let step = |action| {
            Step::new(action, need.cause.clone(), ResourceId::new(Kind::Container, &spec.name))
                .of(&service.name)
                .only_if(&need.guard)
        };
        let mut ready = instance.ready.clone();
        if !service.template.files.is_empty() {
            let files = service.template.files.clone();
            let action = Action::UploadFiles { container: container.clone(), files };
            ready = vec![self.add(step(action).stage(Stage::Middle), ready)];
        }
        ready.extend(waits);
        ready.extend(self.released(&spec, instance));
        let paused = instance.old.is_some_and(|old| old.state == ContainerState::Paused);
        let action =
            if paused && matches!(container, ContainerRef::Existing { .. }) && !self.is_stopped(instance) {
                Action::UnpauseContainer { container: container.clone() }
            } else {
                Action::StartContainer { container: container.clone() }
            };
        let mut last = self.add(step(action), ready);
        for hook in &service.hooks.post_start {
            let action = Action::RunHook {
                container: container.clone(),
                phase: HookPhase::PostStart,
                hook: Box::new(hook.clone()),
            };
            last = self.add(step(action), [last]);
        }
        last
    }

    fn is_stopped(&self, instance: &Instance<'_>) -> bool {
        instance.old.is_some_and(|old| self.stopped.contains_key(old.id.as_str()))
    }

    /// The stops of other containers that still hold a port or an address that this one is to have.
    fn released(&self, spec: &ContainerSpec, instance: &Instance<'_>) -> Vec<StepId> {
        let holds = |port: &ObservedPort| {
            let target = format!("{}/{}", port.target, port.protocol);
            let bindings = spec.body.host_config.port_bindings.iter();
            port.published != 0
                && bindings.into_iter().any(|(own, bindings)| {
                    own.rsplit('/').next() == target.rsplit('/').next()
                        && bindings.iter().any(|binding| covers(&binding.host_port, port.published))
                })
        };
        let own = instance.old.map(|old| old.id.as_str());
        self.stopped
            .values()
            .filter(|stopped| Some(stopped.container.id.as_str()) != own)
            .filter(|stopped| {
                let fixed = |attachment: &Attachment| {
                    let endpoint = stopped.container.networks.get(&attachment.network);
                    let wanted =
                        attachment.endpoint.address.as_ref().map_or("", |address| address.ipv4.as_str());
                    !wanted.is_empty() && endpoint.is_some_and(|endpoint| endpoint.ip_address == wanted)
                };
                stopped.container.ports.iter().any(holds) || spec.networks.iter().any(fixed)
            })
            .map(|stopped| stopped.step)
            .collect()
    }

    /// Runs the containers that have to run to their end before a service is started, one after the other.
    fn run_before_start(
        &mut self,
        service: &'a ServiceSpec,
        instances: &[Instance<'a>],
        mut waits: Vec<StepId>,
    ) -> Vec<StepId> {
        let Some(first) = instances.first().filter(|_| !service.hooks.pre_start.is_empty()) else {
            return waits;
        };
        let Some(target) = first.container.clone() else { return waits };
        let needs: Vec<&Need> = instances.iter().filter_map(|instance| instance.start.as_ref()).collect();
        let need = Need { cause: needs[0].cause.clone(), guard: common_guard(&needs) };
        for hook in &service.hooks.pre_start {
            let before = BeforeStart { hook, need: &need, target: &target, ready: &first.ready };
            waits = self.run_hook_container(service, &before, waits);
        }
        waits
    }

    fn run_hook_container(
        &mut self,
        service: &'a ServiceSpec,
        BeforeStart { hook, need, target, ready }: &BeforeStart<'_>,
        waits: Vec<StepId>,
    ) -> Vec<StepId> {
        let mut spec = (*hook).clone();
        self.require_image(&spec.body.image, service);
        self.label_images(&mut spec, service);
        spec.body.labels.remove(labels::IMAGE_MOUNTS);
        let resource = ResourceId::new(Kind::Container, &spec.name);
        let mut after: Vec<StepId> = ready.to_vec();
        after.extend(self.images.get(spec.body.image.as_str()).and_then(|image| image.ready));
        let networks = spec.networks.iter();
        after.extend(networks.filter_map(|network| self.networks.get(network.key.as_str())?.ready));
        // One that failed was kept for a look at it.
        if let Some(old) = self.observed.containers.iter().find(|container| container.name == spec.name) {
            let action = Action::RemoveContainer { container: existing(old), volumes: true };
            let step = Step::new(action, Cause::Unfinished, resource.clone()).of(&service.name);
            after.push(self.add(step.only_if(&need.guard), []));
        }
        let step = |action| {
            Step::new(action, need.cause.clone(), resource.clone()).of(&service.name).only_if(&need.guard)
        };
        let create = ContainerCreate {
            name: spec.name.clone(),
            replaces: None,
            inherit: Vec::new(),
            references: [(service.name.clone(), (*target).clone())].into(),
            image_mounts: Vec::new(),
            spec: spec.clone(),
        };
        let created = self.add(step(Action::CreateContainer(Box::new(create))), after);
        let mut ready =
            self.join_other_networks(&spec, created, Making { need, stage: Stage::Whole, name: &spec.name });
        ready.push(created);
        let container = ContainerRef::Created(created);
        if !spec.files.is_empty() {
            let action = Action::UploadFiles { container: container.clone(), files: spec.files.clone() };
            ready = vec![self.add(step(action).stage(Stage::Middle), ready)];
        }
        ready.extend(waits);
        let started = self.add(step(Action::StartContainer { container: container.clone() }), ready);
        let ended = self.add(
            step(Action::Await(Box::new(Await {
                service: service.name.clone(),
                containers: vec![container.clone()],
                condition: Condition::Completed,
                required: true,
                waiting: vec![service.name.clone()],
                timeout: None,
            }))),
            [started],
        );
        vec![self.add(step(Action::RemoveContainer { container, volumes: true }), [ended])]
    }
}

/// What has to be found out before it is known whether anything of a service is started: nothing, if something is in
/// any case.
pub(super) fn common_guard(needs: &[&Need]) -> Vec<ImageGuard> {
    if needs.iter().any(|need| need.guard.is_empty()) {
        return Vec::new();
    }
    let mut guard: Vec<ImageGuard> = needs.iter().flat_map(|need| need.guard.iter().cloned()).collect();
    guard.sort();
    guard.dedup();
    guard
}

/// True if a wanted host port, or range of them, covers one that is taken.
fn covers(wanted: &str, taken: u16) -> bool {
    let (first, last) = wanted.split_once('-').unwrap_or((wanted, wanted));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) => (first..=last).contains(&taken),
        _ => false,
    }
}
