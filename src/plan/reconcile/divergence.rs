//! Whether a container is still as the files say, and if not, what is otherwise.

use std::collections::BTreeMap;

use super::instances::{Need, number};
use super::planner::Planner;
use super::volumes::Change;
use crate::plan::{Cause, FieldChange, Recreate};
use crate::resource::{ContainerSpec, ContainerState, ObservedContainer, ServiceSpec, fields, labels};

impl<'a> Planner<'a> {
    /// Why a container has to be made anew, if it has to. The order of the checks is the peer's.
    pub(super) fn divergence(
        &self,
        service: &'a ServiceSpec,
        container: &'a ObservedContainer,
    ) -> Option<Need> {
        if matches!(container.state, ContainerState::Dead | ContainerState::Removing) {
            return Some(Need::new(Cause::NotRunning { state: container.state }));
        }
        if self.loses_volume(service, container) {
            let volume = self.lost_volume(container).unwrap_or_default().to_owned();
            return Some(Need::new(Cause::VolumeChanged { volume }));
        }
        match self.recreate(service) {
            Recreate::Never => return None,
            Recreate::Always => return Some(Need::new(Cause::Forced)),
            Recreate::Diverged => {}
        }
        let parents = self.parents_changed(service);
        if let Some(need) = parents.as_ref().filter(|need| need.guard.is_empty()) {
            return Some(need.clone());
        }
        let certain = self
            .configuration_changed(service, container)
            .or_else(|| self.image_changed(service, container))
            .or_else(|| self.network_missing(service, container))
            .or_else(|| self.volume_missing(service, container));
        if let Some(cause) = certain {
            return Some(Need::new(cause));
        }
        match (parents, self.image_may_change(service, container)) {
            (Some(one), Some(other)) => Some(one.or(other)),
            (one, other) => one.or(other),
        }
    }

    /// Which containers of a service the user wants made anew.
    fn recreate(&self, service: &ServiceSpec) -> Recreate {
        if self.scope.is_targeted(&service.name) {
            if self.policy.renew_anonymous_volumes { Recreate::Always } else { self.policy.recreate }
        } else if self.policy.always_recreate_dependencies {
            Recreate::Always
        } else {
            Recreate::Diverged
        }
    }

    /// A container cannot stay in the namespace of one that is gone.
    fn parents_changed(&self, service: &ServiceSpec) -> Option<Need> {
        let change = |parent: &String| {
            let first = self.instances.get(parent.as_str())?.first()?;
            let need = first.fate.change()?;
            Some(Need { cause: Cause::DependencyRecreated { service: parent.clone() }, ..need })
        };
        service.shares.iter().filter_map(change).reduce(Need::or)
    }

    fn configuration_changed(&self, service: &ServiceSpec, container: &ObservedContainer) -> Option<Cause> {
        let expected = self.bound(self.expected(service, number(container)));
        if container.label(labels::CONFIG_HASH) == expected.hash() {
            return None;
        }
        Some(Cause::ConfigChanged { fields: changed_fields(&expected, container) })
    }

    fn image_changed(&self, service: &ServiceSpec, container: &ObservedContainer) -> Option<Cause> {
        let id = |reference: &str| {
            let state = self.images.get(reference)?;
            state.ready.is_none().then_some(state.id.as_deref()).flatten()
        };
        if let Some(now) = id(&service.template.body.image)
            && container.label(labels::IMAGE) != now
        {
            return Some(Cause::ImageChanged {
                from: container.label(labels::IMAGE).to_owned(),
                to: now.to_owned(),
            });
        }
        let mounted: BTreeMap<&str, &str> = container
            .label(labels::IMAGE_MOUNTS)
            .split(',')
            .filter_map(|entry| entry.split_once('='))
            .collect();
        service.image_mounts.iter().find_map(|(target, reference)| {
            let now = id(reference)?;
            let from = mounted.get(target.as_str()).copied().unwrap_or_default();
            (from != now).then(|| Cause::ImageChanged { from: from.to_owned(), to: now.to_owned() })
        })
    }

    /// An image that is pulled or built may turn out to be another one; then the container has to be, too.
    fn image_may_change(&self, service: &ServiceSpec, container: &ObservedContainer) -> Option<Need> {
        let reference = &service.template.body.image;
        let from = match container.label(labels::IMAGE) {
            "" => &container.image_id,
            label => label,
        };
        let guard = self.images.get(reference.as_str())?.guard(reference, from)?;
        let cause = Cause::ImageChanged { from: guard.from.clone(), to: String::new() };
        Some(Need { cause, guard: vec![guard] })
    }

    /// A container is in all its networks; one that does not run may also hang on one that is no more.
    fn network_missing(&self, service: &ServiceSpec, container: &ObservedContainer) -> Option<Cause> {
        let missing = service.template.networks.iter().find(|attachment| {
            let Some(network) = self.networks.get(attachment.key.as_str()) else { return false };
            if network.is_remade() {
                return false;
            }
            match (container.networks.get(&attachment.network), network.id) {
                (Some(endpoint), Some(id)) => !endpoint.network_id.is_empty() && endpoint.network_id != id,
                (Some(endpoint), None) => {
                    !endpoint.network_id.is_empty() || container.state == ContainerState::Running
                }
                (None, _) => true,
            }
        })?;
        Some(Cause::NetworkChanged { network: missing.network.clone() })
    }

    fn volume_missing(&self, service: &ServiceSpec, container: &ObservedContainer) -> Option<Cause> {
        let missing = service.volumes.iter().find_map(|(key, _)| {
            let spec = self.volumes.get(key.as_str())?.spec;
            let mounted =
                container.mounts.iter().any(|mount| mount.kind == "volume" && mount.name == spec.name);
            (!mounted).then_some(spec)
        })?;
        Some(Cause::VolumeChanged { volume: missing.name.clone() })
    }

    /// True if a volume that the container has mounted is removed.
    pub(super) fn loses_volume(&self, service: &ServiceSpec, container: &ObservedContainer) -> bool {
        self.scope.contains(&service.name) && self.lost_volume(container).is_some()
    }

    fn lost_volume(&self, container: &ObservedContainer) -> Option<&'a str> {
        let remade = self.volumes.values().filter(|volume| volume.change == Change::Remade);
        remade
            .map(|volume| volume.spec.name.as_str())
            .find(|name| container.mounts.iter().any(|mount| mount.kind == "volume" && mount.name == *name))
    }
}

/// What is otherwise in a container's configuration, as far as our own label on it tells. The image is known anyway.
fn changed_fields(expected: &ContainerSpec, container: &ObservedContainer) -> Vec<FieldChange> {
    let label = container.label(fields::LABEL);
    let now = expected.body.labels.get(fields::LABEL).map_or("", String::as_str);
    if label.is_empty() {
        return Vec::new();
    }
    let changed = fields::changed(label, now).into_iter().map(|field| {
        let known = field == "image";
        FieldChange {
            from: known.then(|| container.image.clone()),
            to: known.then(|| expected.body.image.clone()),
            field,
        }
    });
    changed.collect()
}
