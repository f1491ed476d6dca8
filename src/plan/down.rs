//! Everything that belongs to a project is taken away.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::relations::{Relations, Stop, existing, on};
use super::{Action, Cause, InUse, Plan, Step, StepId};
use crate::resource::{
    Desired, Kind, Observed, ObservedContainer, ObservedImage, ResourceId, Warning, labels,
};

/// Which images go, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImageRemoval {
    /// None.
    #[default]
    None,
    /// Those that were built for the project and have no name of their own (`--rmi local`).
    Local,
    /// All that its services use (`--rmi all`).
    All,
}

/// What to take away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DownPolicy {
    /// Only these services; empty for all.
    pub services: Vec<String>,
    /// Named volumes of the project, and anonymous ones.
    pub volumes: bool,
    /// Images.
    pub images: ImageRemoval,
    /// Containers of services that are in no file, and one-offs.
    pub remove_orphans: bool,
    /// Grace for stops; `None` leaves it to each container's own.
    pub timeout: Option<Duration>,
}

/// The steps that take a project away. `labelled` are the images that carry its label; they count for `--rmi`.
#[must_use]
pub fn down(
    project: (&str, Option<&Desired>),
    observed: (&Observed, &[ObservedImage]),
    policy: &DownPolicy,
) -> Plan {
    let (name, desired) = project;
    let (observed, labelled) = observed;
    let relations = Relations::new(desired, observed);
    let mut work = Work {
        name,
        relations: &relations,
        observed,
        policy,
        plan: Plan::default(),
        removed: BTreeMap::new(),
    };
    work.containers();
    work.networks();
    if policy.volumes {
        work.volumes();
    }
    work.images(labelled);
    if work.plan.is_empty() {
        let words = format!("No resource found to remove for project \"{name}\".");
        work.plan.warnings.push(Warning::new("nothing-to-remove", words));
    }
    work.plan
}

struct Work<'a> {
    name: &'a str,
    relations: &'a Relations<'a>,
    observed: &'a Observed,
    policy: &'a DownPolicy,
    plan: Plan,
    /// The step after which a container is gone, by id.
    removed: BTreeMap<&'a str, StepId>,
}

impl<'a> Work<'a> {
    /// Each service is stopped after all that hang on it; removals wait for nothing but their own stop.
    fn containers(&mut self) {
        let mut stopped: BTreeMap<&str, Vec<StepId>> = BTreeMap::new();
        for service in self.relations.order().into_iter().rev() {
            let after: Vec<StepId> = self
                .relations
                .graph
                .dependants(service)
                .flat_map(|(dependant, _)| stopped.get(dependant).cloned().unwrap_or_default())
                .collect();
            let mut steps = after.clone();
            let cause = if self.is_known(service) { Cause::Requested } else { Cause::Orphan };
            if self.goes(service) {
                for container in self.relations.of(service).to_vec() {
                    steps.extend(self.take_away(container, &cause, &after));
                }
            }
            stopped.insert(service, steps);
        }
        for container in self.relations.extras.clone() {
            let hook = container.labels.contains_key(labels::HOOK);
            if hook || self.policy.remove_orphans || self.relations.desired.is_none() {
                self.take_away(container, &Cause::Orphan, &[]);
            }
        }
    }

    fn is_known(&self, service: &str) -> bool {
        self.relations.desired.is_none_or(|desired| {
            desired.service(service).is_some() || desired.disabled.iter().any(|name| name == service)
        })
    }

    fn goes(&self, service: &str) -> bool {
        if self.policy.services.is_empty() {
            self.is_known(service) || self.policy.remove_orphans
        } else {
            self.policy.services.iter().any(|name| name == service)
        }
    }

    /// Stops and removes a container; the step after which it is stopped.
    fn take_away(
        &mut self,
        container: &'a ObservedContainer,
        cause: &Cause,
        after: &[StepId],
    ) -> Option<StepId> {
        let stop = Stop { container, cause, timeout: self.policy.timeout };
        let stopped = self.relations.stop(&mut self.plan, &stop, after);
        let action = Action::RemoveContainer { container: existing(container), volumes: self.policy.volumes };
        let removed = self.plan.add(on(container, action, cause), stopped);
        self.removed.insert(&container.id, removed);
        stopped
    }

    /// Networks with the project's label, each as soon as its containers are gone. One that others still use stays.
    fn networks(&mut self) {
        for network in &self.observed.networks {
            if network.labels.get(labels::PROJECT).is_none_or(|project| project != self.name) {
                continue;
            }
            let users = self.users(|container| container.networks.contains_key(&network.name));
            let foreign =
                users.len() < self.using(|container| container.networks.contains_key(&network.name));
            if foreign && !self.policy.services.is_empty() {
                continue;
            }
            let action = Action::RemoveNetwork {
                id: network.id.clone(),
                name: network.name.clone(),
                in_use: InUse::Warns,
            };
            self.add(action, ResourceId::new(Kind::Network, &network.name), users);
        }
    }

    /// Volumes with the project's label, each as soon as its containers are gone.
    fn volumes(&mut self) {
        for volume in &self.observed.volumes {
            if volume.labels.get(labels::PROJECT).is_none_or(|project| project != self.name) {
                continue;
            }
            let mounts = |container: &ObservedContainer| {
                container.mounts.iter().any(|mount| mount.name == volume.name)
            };
            let users = self.users(mounts);
            if users.len() < self.using(mounts) && !self.policy.services.is_empty() {
                continue;
            }
            let action = Action::RemoveVolume { name: volume.name.clone(), in_use: InUse::Warns };
            self.add(action, ResourceId::new(Kind::Volume, &volume.name), users);
        }
    }

    fn images(&mut self, labelled: &[ObservedImage]) {
        if self.policy.images == ImageRemoval::None {
            return;
        }
        let mut references: BTreeSet<String> = BTreeSet::new();
        for image in labelled {
            references.extend(image.tags.iter().cloned());
        }
        for image in self.relations.desired.iter().flat_map(|desired| &desired.images) {
            let wanted = self.policy.images == ImageRemoval::All || !image.named;
            if wanted && self.observed.images.contains_key(&image.reference) {
                references.insert(image.reference.clone());
            }
            // A label alone does not make an image with a name of its own a local one.
            if !wanted {
                let known = self.observed.images.get(&image.reference);
                let tags = known.map(|known| known.tags.as_slice()).unwrap_or_default();
                references.retain(|reference| !tags.contains(reference) && *reference != image.reference);
            }
        }
        let all: Vec<StepId> = self.removed.values().copied().collect();
        for reference in references {
            let resource = ResourceId::new(Kind::Image, &reference);
            self.add(Action::RemoveImage { reference }, resource, all.clone());
        }
    }

    /// The steps after which the containers that use something are gone.
    fn users(&self, uses: impl Fn(&ObservedContainer) -> bool) -> Vec<StepId> {
        let containers = self.observed.containers.iter().filter(|container| uses(container));
        containers.filter_map(|container| self.removed.get(container.id.as_str()).copied()).collect()
    }

    fn using(&self, uses: impl Fn(&ObservedContainer) -> bool) -> usize {
        self.observed.containers.iter().filter(|container| uses(container)).count()
    }

    fn add(&mut self, action: Action, resource: ResourceId, after: Vec<StepId>) {
        self.plan.add(Step::new(action, Cause::Requested, resource), after);
    }
}
