//! The creation of a container.

use std::collections::BTreeMap;

use super::instances::{Instance, Need};
use super::planner::{Planner, existing};
use crate::plan::{Action, ContainerCreate, ContainerRef, Stage, Step, StepId};
use crate::resource::{ContainerSpec, Fault, Kind, ResourceId, ServiceSpec, labels};

/// How a container is created.
#[derive(Clone, Copy)]
pub(super) struct Making<'n> {
    /// Why.
    pub(super) need: &'n Need,
    /// As a part of what.
    pub(super) stage: Stage,
    /// Under which name.
    pub(super) name: &'n str,
}

/// What is about to be done to a container.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// It is made.
    Making,
    /// It is there, and started.
    Starting,
}

impl<'a> Planner<'a> {
    /// Adds the creation of a service's container, and on engines that do not take all networks at once the joining of
    /// the others. Returns the creation, and the steps after which the container is whole.
    pub(super) fn create(
        &mut self,
        service: &'a ServiceSpec,
        instance: &Instance<'a>,
        making: Making<'_>,
    ) -> (StepId, Vec<StepId>) {
        let Making { need, stage, name } = making;
        self.hindered(service, Doing::Making);
        let mut spec = self.bound_for_good(self.expected(service, instance.number));
        self.require_image(&spec.body.image, service);
        self.label_images(&mut spec, service);
        let inherit = instance.old.map(|old| self.inherited(service, old, &spec)).unwrap_or_default();
        if instance.old.is_some() && !self.policy.renew_anonymous_volumes {
            let replaced = match &service.container_name {
                Some(name) => name.clone(),
                None => format!("{}-{}", service.name, instance.number),
            };
            spec.body.labels.insert(labels::REPLACE.to_owned(), replaced);
        }
        let (references, mut after) = self.references(&spec);
        after.extend(self.requirements(service, &spec));
        after.extend(self.freed(name));
        let resource = ResourceId::new(Kind::Container, &spec.name);
        let create = ContainerCreate {
            name: name.to_owned(),
            replaces: instance.old.filter(|_| stage == Stage::First).map(existing),
            inherit,
            references,
            image_mounts: service.image_mounts.clone(),
            spec: spec.clone(),
        };
        let action = Action::CreateContainer(Box::new(create));
        let step = Step::new(action, need.cause.clone(), resource.clone())
            .of(&service.name)
            .stage(stage)
            .only_if(&need.guard);
        let created = self.add(step, after);
        let joined = self.join_other_networks(&spec, created, making);
        (created, if joined.is_empty() { vec![created] } else { joined })
    }

    /// Notes what keeps a service's containers from being made or started, once: it is about to be planned.
    pub(super) fn hindered(&mut self, service: &ServiceSpec, doing: Doing) {
        let making = if doing == Doing::Making { service.hindrances.making.as_slice() } else { &[] };
        for fault in making.iter().chain(&service.hindrances.starting) {
            if !self.faults.contains(fault) {
                self.faults.push(fault.clone());
            }
        }
    }

    /// The step that removes the container that has a name now.
    pub(super) fn freed(&self, name: &str) -> Option<StepId> {
        let holder = self.observed.containers.iter().find(|container| container.name == name)?;
        self.removed.get(holder.id.as_str()).copied()
    }

    /// Nothing can be created from an image that is not there and will not be.
    pub(super) fn require_image(&mut self, reference: &str, service: &ServiceSpec) {
        let absent =
            self.images.get(reference).is_some_and(|image| image.id.is_none() && image.ready.is_none());
        if !absent || self.faults.iter().any(|fault| fault.message.contains(&format!("`{reference}`"))) {
            return;
        }
        let buildable = self.desired.image(reference).is_some_and(|image| image.build.is_some());
        let (why, help) = if buildable {
            ("it is not to be built", "build it without `--no-build`")
        } else {
            ("it is never pulled", "pull it, or give the service another `pull_policy`")
        };
        let message = format!("there is no image `{reference}`, and {why}");
        let place = service.blame.key(if buildable { "build" } else { "image" });
        self.faults.push(Fault::new("missing-image", message).at(place).help(help));
    }

    /// Connects a new container to the networks that were not part of its creation.
    pub(super) fn join_other_networks(
        &mut self,
        spec: &ContainerSpec,
        created: StepId,
        Making { need, stage, .. }: Making<'_>,
    ) -> Vec<StepId> {
        let at_creation = &spec.body.networking_config.endpoints_config;
        let others = spec.networks.iter().filter(|attachment| !at_creation.contains_key(&attachment.network));
        let mut joined = Vec::new();
        for attachment in others {
            let action = Action::ConnectNetwork {
                network: attachment.network.clone(),
                container: ContainerRef::Created(created),
                endpoint: Box::new(attachment.endpoint.clone()),
            };
            // It is a part of the creation, whatever that is a part of.
            let stage = if stage == Stage::Whole { Stage::Whole } else { Stage::Middle };
            let step = Step::new(action, need.cause.clone(), ResourceId::new(Kind::Container, &spec.name))
                .of(&spec.service)
                .stage(stage)
                .only_if(&need.guard);
            joined.push(self.add(step, [created]));
        }
        joined
    }

    /// The spec with the ids of containers that stay in any case.
    pub(super) fn bound_for_good(&self, spec: ContainerSpec) -> ContainerSpec {
        let id = |service: &str| {
            let first = self.instances.get(service)?.first()?;
            match (&first.container, first.fate.change()) {
                (Some(ContainerRef::Existing { id, .. }), None) => Some(id.clone()),
                _ => None,
            }
        };
        let ids: BTreeMap<String, String> = spec
            .pending
            .iter()
            .filter_map(|reference| Some((reference.service.clone(), id(&reference.service)?)))
            .collect();
        spec.bind(&ids)
    }

    /// The containers that the references which are still open lead to, and the steps that make those.
    pub(super) fn references(&self, spec: &ContainerSpec) -> (BTreeMap<String, ContainerRef>, Vec<StepId>) {
        let mut references = BTreeMap::new();
        let mut after = Vec::new();
        for pending in &spec.pending {
            let first = self.instances.get(pending.service.as_str()).and_then(|list| list.first());
            let Some(container) = first.and_then(|first| first.container.clone()) else { continue };
            if let ContainerRef::Created(step) = container {
                after.push(step);
            }
            references.insert(pending.service.clone(), container);
        }
        (references, after)
    }

    /// Everything that has to be there before a container can be created.
    pub(super) fn requirements(&self, service: &ServiceSpec, spec: &ContainerSpec) -> Vec<StepId> {
        let references = service.image_mounts.iter().map(|(_, reference)| reference.as_str());
        let images = references
            .chain([spec.body.image.as_str()])
            .filter_map(|reference| self.images.get(reference)?.ready);
        let networks =
            spec.networks.iter().filter_map(|attachment| self.networks.get(attachment.key.as_str())?.ready);
        let volumes = service.volumes.iter().filter_map(|(key, _)| self.volumes.get(key.as_str())?.ready);
        let linked = service
            .links
            .iter()
            .flat_map(|(name, _)| self.instances.get(name.as_str()).into_iter().flatten())
            .flat_map(|instance| instance.ready.iter().copied());
        let mut steps: Vec<StepId> = images.chain(networks).chain(volumes).chain(linked).collect();
        // The name is free once whoever has it is gone.
        let holders = self.observed.containers.iter().filter(|container| container.name == spec.name);
        steps.extend(holders.filter_map(|holder| self.removed.get(holder.id.as_str()).copied()));
        steps
    }

    /// Writes down the ids of images that are there and stay; the others are written down when they are known.
    pub(super) fn label_images(&self, spec: &mut ContainerSpec, service: &ServiceSpec) {
        let id = |reference: &str| {
            let state = self.images.get(reference)?;
            state.ready.is_none().then_some(state.id.as_deref()).flatten()
        };
        if let Some(id) = id(&spec.body.image) {
            spec.body.labels.insert(labels::IMAGE.to_owned(), id.to_owned());
        }
        let mounted: Option<BTreeMap<&str, &str>> = service
            .image_mounts
            .iter()
            .map(|(target, reference)| Some((target.as_str(), id(reference)?)))
            .collect();
        if let Some(mounted) = mounted.filter(|mounted| !mounted.is_empty()) {
            spec.body.labels.insert(labels::IMAGE_MOUNTS.to_owned(), labels::image_mounts(&mounted));
        }
    }
}
