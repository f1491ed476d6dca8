//! The steps that bring each service's containers to what they should be.

use super::create::Making;
use super::instances::{Fate, Instance, Need, is_up, number};
use super::planner::{Planner, existing};
use crate::plan::{Action, Cause, ContainerRef, Jobs, Stage, Step, StepId};
use crate::resource::{
    Condition, ContainerState, Dependency, Kind, ObservedContainer, ResourceId, ServiceSpec, names,
};

/// The change from a container to its successor.
struct Handover<'n> {
    need: Need,
    /// The creation of the successor.
    create: StepId,
    /// What has to be stopped before.
    after: &'n [StepId],
}

impl<'a> Planner<'a> {
    /// What is too many or left over goes first, so that whatever is done to networks and volumes need not touch it.
    pub(super) fn add_removals(&mut self) {
        for service in self.scope.order.clone().into_iter().rev() {
            for (container, cause) in self.removals.remove(service.name.as_str()).unwrap_or_default() {
                self.remove(container, &cause, &[]);
            }
        }
    }

    pub(super) fn add_containers(&mut self) {
        for service in self.scope.order.clone() {
            // What a later service sees of this one while it is at work is what is settled already.
            let mut instances = self.instances.remove(service.name.as_str()).unwrap_or_default();
            self.add_service(service, &mut instances);
            self.instances.insert(&service.name, instances);
        }
    }

    fn add_service(&mut self, service: &'a ServiceSpec, instances: &mut [Instance<'a>]) {
        let mut creates = Vec::new();
        for instance in &mut *instances {
            match instance.fate.clone() {
                Fate::Create(cause) => self.create_missing(service, instance, &cause),
                Fate::Replace(need) => creates.push(self.create_replacement(service, instance, &need)),
                Fate::Keep | Fate::Rename => {}
            }
        }
        let change = instances.iter().filter_map(|instance| instance.fate.change()).reduce(Need::or);
        let dependants = match change {
            Some(change) => self.stop_dependants(service, &change, &creates),
            None => Vec::new(),
        };
        let mut creates = creates.into_iter();
        for instance in &mut *instances {
            match instance.fate.clone() {
                Fate::Create(_) => {}
                Fate::Replace(need) => {
                    let create = creates.next().expect("each replacement was created above");
                    self.take_place(service, instance, &Handover { need, create, after: &dependants });
                }
                Fate::Rename => self.rename(service, instance),
                Fate::Keep => {
                    instance.container = instance.old.map(existing);
                    if !self.policy.settled.contains(&service.name) {
                        self.settle(service, instance);
                    }
                }
            }
        }
    }

    fn create_missing(&mut self, service: &'a ServiceSpec, instance: &mut Instance<'a>, cause: &Cause) {
        let need = Need::new(cause.clone());
        let name = service.instance(&self.desired.project, instance.number).name;
        let (create, connected) =
            self.create(service, instance, Making { need: &need, stage: Stage::Whole, name: &name });
        instance.container = Some(ContainerRef::Created(create));
        instance.ready = connected;
        instance.start = Some(need);
    }

    /// Creates the successor under another name, while its predecessor still runs.
    fn create_replacement(
        &mut self,
        service: &'a ServiceSpec,
        instance: &mut Instance<'a>,
        need: &Need,
    ) -> StepId {
        let old = instance.old.expect("only what is there is replaced");
        let name = service.instance(&self.desired.project, instance.number).name;
        let name = names::replacement(&old.id, &name);
        let (create, connected) =
            self.create(service, instance, Making { need, stage: Stage::First, name: &name });
        instance.container = Some(ContainerRef::Created(create));
        instance.ready = connected;
        create
    }

    /// Takes the predecessor away and gives its name to the successor.
    fn take_place(
        &mut self,
        service: &'a ServiceSpec,
        instance: &mut Instance<'a>,
        Handover { need, create, after: dependants }: &Handover<'_>,
    ) {
        let old = instance.old.expect("only what is there is replaced");
        let name = service.instance(&self.desired.project, instance.number).name;
        let resource = ResourceId::new(Kind::Container, &name);
        let mut after = vec![*create];
        after.extend(*dependants);
        after.extend(self.stop(old, (need, Stage::Middle), &after.clone()));
        after.extend(self.disconnections.get(old.id.as_str()).into_iter().flatten());
        let stays = self.reconnections.remove(old.id.as_str()).unwrap_or_default();
        after.extend(&stays);
        let step = |action, stage| {
            Step::new(action, need.cause.clone(), resource.clone())
                .of(&service.name)
                .stage(stage)
                .only_if(&need.guard)
        };
        let action = Action::RemoveContainer { container: existing(old), volumes: false };
        let removed = self.add(step(action, Stage::Middle), after);
        if need.guard.is_empty() {
            self.removed.insert(&old.id, removed);
        }
        let freed = self.freed(&name);
        let action = Action::RenameContainer { container: ContainerRef::Created(*create), name };
        let renamed = self.add(step(action, Stage::Last), [Some(removed), freed].into_iter().flatten());
        instance.ready.push(renamed);
        instance.ready.extend(stays);
        // Under a guard the old one may stay: then it is started again only for the reasons that it has itself.
        let own = self.restarts.get(old.id.as_str()).cloned().or_else(|| not_running(old));
        instance.start = Some(match own {
            Some(own) => need.clone().or(own),
            None => need.clone(),
        });
    }

    /// Gives a successor whose predecessor is gone the name that it was made for.
    fn rename(&mut self, service: &'a ServiceSpec, instance: &mut Instance<'a>) {
        let old = instance.old.expect("only what is there is renamed");
        let name = service.instance(&self.desired.project, number(old)).name;
        let resource = ResourceId::new(Kind::Container, &name);
        let action = Action::RenameContainer { container: existing(old), name: name.clone() };
        let renamed = self.add(Step::new(action, Cause::Unfinished, resource).of(&service.name), []);
        instance.container = Some(ContainerRef::Existing { id: old.id.clone(), name });
        instance.ready.push(renamed);
        self.settle(service, instance);
    }

    /// A container that stays: is it to be started?
    fn settle(&mut self, service: &'a ServiceSpec, instance: &mut Instance<'a>) {
        let Some(old) = instance.old else { return };
        instance.ready.extend(self.reconnections.remove(old.id.as_str()).unwrap_or_default());
        instance.ready.extend(self.stopped.get(old.id.as_str()).map(|stopped| stopped.step));
        let done = self.is_done(service, old);
        let stopped = || if done { None } else { not_running(old) };
        instance.start = self.restarts.get(old.id.as_str()).cloned().or_else(stopped);
        if instance.start.is_none() {
            let action = Action::Note { text: if done { "Exited" } else { "Running" }.to_owned() };
            let resource = ResourceId::new(Kind::Container, &old.name);
            self.add(Step::new(action, Cause::UpToDate, resource).of(&service.name), []);
        }
    }

    /// True for a job that has done its work: others wait for its success, it ended with 0, and nothing about it changed.
    /// It is not run again unless the user names it or asks for it.
    fn is_done(&self, service: &ServiceSpec, container: &ObservedContainer) -> bool {
        let awaited = |(_, edge): (&str, &Dependency)| edge.condition == Condition::Completed;
        succeeded(container)
            && self.policy.jobs == Jobs::StayDone
            && !self.policy.services.contains(&service.name)
            && self.scope.graph.dependants(&service.name).any(awaited)
    }

    /// Stops what asked to be restarted with a service (`depends_on` with `restart: true`).
    fn stop_dependants(&mut self, service: &ServiceSpec, change: &Need, after: &[StepId]) -> Vec<StepId> {
        let names: Vec<String> = self
            .scope
            .graph
            .dependants(&service.name)
            .filter(|(name, edge)| edge.restart && self.scope.contains(name))
            .map(|(name, _)| name.to_owned())
            .collect();
        let need = Need {
            cause: Cause::DependencyRecreated { service: service.name.clone() },
            guard: change.guard.clone(),
        };
        let mut stopped = Vec::new();
        for name in names {
            let running: Vec<&'a ObservedContainer> = self
                .instances
                .get(name.as_str())
                .into_iter()
                .flatten()
                .filter_map(|instance| instance.old)
                .filter(|old| !self.removed.contains_key(old.id.as_str()))
                .collect();
            for container in running {
                stopped.extend(self.stop_whole(container, &need, after));
            }
        }
        stopped
    }
}

/// True if it ran to its end with exit code 0.
pub(super) fn succeeded(container: &ObservedContainer) -> bool {
    container.state == ContainerState::Exited && container.exit_code == Some(0)
}

/// Why a container is to be started, if it does not run.
pub(super) fn not_running(container: &ObservedContainer) -> Option<Need> {
    let state: ContainerState = container.state;
    (!is_up(state)).then(|| Need::new(Cause::NotRunning { state }))
}
