//! Taking a project away.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::LifecyclePolicy;
use super::work::{Work, existing};
use crate::plan::{Action, Cause, InUse, Plan, ProviderVerb, Step, StepId};
use crate::resource::{
    Desired, ImageSpec, Kind, Observed, ObservedContainer, ObservedImage, ResourceId, Warning, labels, recall,
};

/// What to take away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DownPolicy {
    /// Services; empty for all.
    pub services: Vec<String>,
    /// The volumes that the files declare, and anonymous ones (`--volumes`).
    pub volumes: bool,
    /// Images (`--rmi`).
    pub images: ImageRemoval,
    /// Containers that no service accounts for, and one-offs (`--remove-orphans`).
    pub remove_orphans: bool,
    /// Grace; `None` leaves it to each container's own.
    pub timeout: Option<Duration>,
    /// Containers are removed as they are: killed, without their `pre_stop` hooks.
    pub now: bool,
}

/// Which images go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImageRemoval {
    /// None.
    #[default]
    None,
    /// Those that were built and given no name (`local`).
    Local,
    /// All that services use (`all`).
    All,
}

/// Stops and removes containers, each after what waits for it, then their networks, and volumes and images if asked.
/// `labelled` are the images that carry the project's label; they count for `--rmi`.
#[must_use]
pub fn down(
    (name, desired): (&str, Option<&Desired>),
    (observed, labelled): (&Observed, &[ObservedImage]),
    policy: &DownPolicy,
) -> Plan {
    let recalled = if desired.is_none() { recall(name, observed) } else { Desired::default() };
    let desired = desired.unwrap_or(&recalled);
    let lifecycle = LifecyclePolicy { timeout: policy.timeout, ..LifecyclePolicy::default() };
    let work = Work::on_some(desired, (observed, &lifecycle), &policy.services);
    let mut down = Down { work, policy, gone: BTreeMap::new() };
    down.services();
    if policy.remove_orphans {
        down.orphans();
    }
    down.hook_containers();
    down.networks();
    if policy.volumes {
        down.volumes();
    }
    down.images(labelled);
    if down.work.plan.is_empty() {
        let text = format!("No resource found to remove for project {name:?}.");
        down.work.plan.warnings.push(Warning::new("nothing-to-remove", text));
    }
    down.work.plan
}

struct Down<'a> {
    work: Work<'a>,
    policy: &'a DownPolicy,
    /// Steps that remove containers, by id.
    gone: BTreeMap<&'a str, StepId>,
}

impl<'a> Down<'a> {
    fn services(&mut self) {
        for service in self.work.order().into_iter().rev() {
            let after = self.work.after_dependants(&service.name);
            let mut done = Vec::new();
            done.extend(self.work.run_provider(service, ProviderVerb::Down, &after));
            for container in self.work.of_service(&service.name) {
                // What it waits for may be stopped as soon as this one is; that it is removed is nobody's concern.
                done.extend(self.remove(container, &Cause::Requested, &after));
            }
            self.work.done.insert(&service.name, done);
        }
    }

    /// Stops and removes a container; returns the steps after which it does not run.
    fn remove(&mut self, container: &'a ObservedContainer, cause: &Cause, after: &[StepId]) -> Vec<StepId> {
        let stopped = if self.policy.now { Vec::new() } else { self.work.stop(container, cause, after) };
        let volumes = self.policy.volumes && *cause == Cause::Requested;
        let action = Action::RemoveContainer { container: existing(container), volumes };
        let removed = self.work.add(container, (action, cause.clone()), &stopped);
        self.gone.insert(&container.id, removed);
        stopped
    }

    /// What no service accounts for, and one-offs, whatever they do.
    fn orphans(&mut self) {
        let desired = self.work.desired;
        let is_orphan = |container: &&'a ObservedContainer| {
            let service = container.label(labels::SERVICE);
            let accounted =
                desired.service(service).is_some() || desired.disabled.iter().any(|name| name == service);
            container.label(labels::ONEOFF) == "True" || !accounted
        };
        let orphans: Vec<&'a ObservedContainer> = self.work.containers().filter(is_orphan).collect();
        for orphan in orphans {
            self.remove(orphan, &Cause::Orphan, &[]);
        }
    }

    /// Containers of hooks that failed and were kept for a look at them.
    fn hook_containers(&mut self) {
        let project = self.work.desired.project.name.as_str();
        let left: Vec<&'a ObservedContainer> = self
            .work
            .observed
            .containers
            .iter()
            .filter(|container| container.label(labels::PROJECT) == project)
            .filter(|container| !container.label(labels::HOOK).is_empty())
            .filter(|container| self.work.contains(container.label(labels::SERVICE)))
            .collect();
        for container in left {
            self.remove(container, &Cause::Unfinished, &[]);
        }
    }

    fn networks(&mut self) {
        let desired = self.work.desired;
        let keys: BTreeSet<&str> =
            desired.networks.iter().filter(|spec| !spec.external).map(|spec| spec.key.as_str()).collect();
        for network in &self.work.observed.networks {
            let label = |name: &str| network.labels.get(name).map_or("", String::as_str);
            if label(labels::PROJECT) != desired.project.name || !keys.contains(label(labels::NETWORK)) {
                continue;
            }
            let members = |container: &&ObservedContainer| container.networks.contains_key(&network.name);
            let Some(after) = self.freed(("network", &network.name), members) else { continue };
            let action = Action::RemoveNetwork {
                id: network.id.clone(),
                name: network.name.clone(),
                in_use: InUse::Warns,
            };
            let resource = ResourceId::new(Kind::Network, &network.name);
            self.work.plan.add(Step::new(action, Cause::Requested, resource), after);
        }
    }

    fn volumes(&mut self) {
        let desired = self.work.desired;
        for spec in desired.volumes.iter().filter(|spec| !spec.external) {
            let Some(volume) = self.work.observed.volumes.iter().find(|volume| volume.name == spec.name)
            else {
                continue;
            };
            if volume.labels.get(labels::PROJECT).is_none_or(|owner| *owner != desired.project.name) {
                let text = format!("volume `{}` stays: it was not made for this project", spec.name);
                self.work.plan.warnings.push(Warning::new("foreign-volume", text).at(spec.blame.clone()));
                continue;
            }
            let users = |container: &&ObservedContainer| {
                container.mounts.iter().any(|mount| mount.kind == "volume" && mount.name == volume.name)
            };
            let Some(after) = self.freed(("volume", &volume.name), users) else { continue };
            let action = Action::RemoveVolume { name: volume.name.clone(), in_use: InUse::Warns };
            let resource = ResourceId::new(Kind::Volume, &volume.name);
            self.work.plan.add(Step::new(action, Cause::Requested, resource), after);
        }
    }

    /// The removals after which nobody uses a thing any more; `None`, with a word about who does, if someone stays.
    fn freed(
        &mut self,
        (what, name): (&str, &str),
        is_user: impl Fn(&&ObservedContainer) -> bool,
    ) -> Option<Vec<StepId>> {
        let users: Vec<&ObservedContainer> = self.work.observed.containers.iter().filter(is_user).collect();
        let stays = |user: &&&ObservedContainer| !self.gone.contains_key(user.id.as_str());
        if let Some(user) = users.iter().find(stays) {
            let service = user.label(labels::SERVICE);
            let way = if user.label(labels::ONEOFF) == "True" {
                "; `--remove-orphans` takes one-off containers away too"
            } else if self.work.desired.disabled.iter().any(|disabled| disabled == service) {
                "; its service is not active: name its profile"
            } else if self.work.desired.service(service).is_none() {
                "; `--remove-orphans` takes away what is in no file"
            } else {
                ""
            };
            let text = format!("{what} `{name}` stays: container `{}` uses it{way}", user.name);
            self.work.plan.warnings.push(Warning::new("still-in-use", text));
            return None;
        }
        Some(users.into_iter().filter_map(|user| self.gone.get(user.id.as_str()).copied()).collect())
    }

    fn images(&mut self, labelled: &[ObservedImage]) {
        let (desired, observed) = (self.work.desired, self.work.observed);
        let local = |image: &ImageSpec| !image.named && image.build.is_some();
        let used = |image: &ImageSpec| image.services.iter().any(|service| self.work.contains(service));
        let mut references: BTreeSet<&str> = BTreeSet::new();
        if self.policy.images != ImageRemoval::None && self.policy.services.is_empty() {
            references.extend(labelled.iter().flat_map(|image| &image.tags).map(String::as_str));
            // What a rebuild left without a name.
            let nameless = labelled.iter().filter(|image| image.tags.is_empty() && image.digests.is_empty());
            references.extend(nameless.map(|image| image.id.as_str()));
        }
        let known: Vec<(&ImageSpec, &ObservedImage)> = desired
            .images
            .iter()
            .filter(|image| used(image))
            .filter_map(|image| Some((image, observed.images.get(&image.reference)?)))
            .collect();
        // The file's name for it stands for its tags; a label alone does not make an image with a name of its own a
        // local one.
        references.retain(|reference| {
            !known.iter().any(|(_, local)| local.tags.iter().any(|tag| tag == reference))
        });
        for (image, _) in known {
            let wanted = match self.policy.images {
                ImageRemoval::None => false,
                ImageRemoval::Local => local(image),
                ImageRemoval::All => true,
            };
            if wanted {
                references.insert(&image.reference);
            }
        }
        for reference in references {
            let users = observed
                .containers
                .iter()
                .filter(|container| container.image == reference || container.image_id == reference);
            let after: Vec<StepId> =
                users.filter_map(|user| self.gone.get(user.id.as_str()).copied()).collect();
            let action = Action::RemoveImage { reference: reference.to_owned() };
            let resource = ResourceId::new(Kind::Image, reference);
            self.work.plan.add(Step::new(action, Cause::Requested, resource), after);
        }
    }
}
