//! What has to be done before a one-off container can be started, and its creation.

use super::create::Doing;
use super::instances::{Fate, Instance, Need};
use super::planner::Planner;
use super::scope::Scope;
use crate::plan::{Action, Cause, ContainerCreate, ContainerRef, Plan, Stage, Step, UpPolicy};
use crate::resource::{ContainerSpec, Desired, Fault, Kind, Observed, ResourceId, ServiceSpec, labels};

/// The steps that bring up what a one-off container of a service needs, and that create it; it is not started. The
/// policy names the service; what its own containers do is left alone.
pub fn oneoff(
    desired: &Desired,
    observed: &Observed,
    policy: &UpPolicy,
    spec: &ContainerSpec,
) -> Result<Plan, Vec<Fault>> {
    let mut observed = observed.clone();
    observed.containers.retain(|container| {
        container.label(labels::SERVICE) != spec.service || container.label(labels::ONEOFF) == "True"
    });
    let mut policy = policy.clone();
    policy.scale.insert(spec.service.clone(), 0);
    let scope = Scope::new(desired, &policy)?;
    let mut planner = Planner::new((desired, &observed, &policy), scope);
    planner.prepare()?;
    planner.add_starts();
    if let Some(service) = desired.service(&spec.service)
        && !planner.scope.postponed.contains(&spec.service)
    {
        planner.add_oneoff(service, spec);
    }
    if planner.faults.is_empty() { Ok(planner.plan) } else { Err(planner.faults) }
}

impl<'a> Planner<'a> {
    fn add_oneoff(&mut self, service: &'a ServiceSpec, spec: &ContainerSpec) {
        self.hindered(service, Doing::Making);
        let need = Need::new(Cause::Requested);
        // So that what it waits for is told who waits.
        let mut waiting = Instance::new(0, None, Fate::Create(Cause::Requested));
        waiting.start = Some(need.clone());
        self.instances.insert(&service.name, vec![waiting]);
        let mut after = self.waits(service, &[]);
        let mut spec = spec.clone();
        let links = self.links(service);
        if !links.is_empty() {
            spec.link(&links);
        }
        let mut spec = self.bound_for_good(spec);
        self.require_image(&spec.body.image, service);
        self.label_images(&mut spec, service);
        let (references, made) = self.references(&spec);
        after.extend(made);
        after.extend(self.requirements(service, &spec));
        let resource = ResourceId::new(Kind::Container, &spec.name);
        let step = |action| Step::new(action, Cause::Requested, resource.clone()).of(&service.name);
        let create = ContainerCreate {
            name: spec.name.clone(),
            replaces: None,
            inherit: Vec::new(),
            references,
            image_mounts: service.image_mounts.clone(),
            spec: spec.clone(),
        };
        let created = self.add(step(Action::CreateContainer(Box::new(create))), after);
        let making = super::create::Making { need: &need, stage: Stage::Whole, name: &spec.name };
        let mut ready = self.join_other_networks(&spec, created, making);
        if !spec.files.is_empty() {
            ready.push(created);
            let action =
                Action::UploadFiles { container: ContainerRef::Created(created), files: spec.files.clone() };
            self.add(step(action).stage(Stage::Middle), ready);
        }
    }
}
