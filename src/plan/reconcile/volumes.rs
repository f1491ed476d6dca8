//! Volumes: which are there, which come, which the user wants made anew.

use super::instances::Fate;
use super::networks::left_over;
use super::planner::Planner;
use crate::plan::{Action, Cause, InUse, Question, Step, StepId};
use crate::resource::{
    Fault, Kind, ObservedContainer, ObservedVolume, ResourceId, VolumeSpec, Warning, labels,
};

/// A volume while the plan is made.
pub(super) struct Volume<'a> {
    pub(super) spec: &'a VolumeSpec,
    pub(super) change: Change,
    /// The step after which it is there.
    pub(super) ready: Option<StepId>,
}

/// What becomes of a volume.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It is there and stays.
    Kept,
    /// It is not there.
    Missing,
    /// It is removed with its data, and made anew: the user said so.
    Remade,
}

impl<'a> Planner<'a> {
    pub(super) fn decide_volumes(&mut self) {
        let desired = self.desired;
        let used = |spec: &&VolumeSpec| {
            self.scope.order.iter().any(|service| service.volumes.iter().any(|(key, _)| *key == spec.key))
        };
        let specs: Vec<&'a VolumeSpec> = desired.volumes.iter().filter(used).collect();
        for spec in specs {
            self.faults.extend(spec.faults.iter().cloned());
            let change = if spec.external { self.external_volume(spec) } else { self.own_volume(spec) };
            self.volumes.insert(&spec.key, Volume { spec, change, ready: None });
        }
    }

    fn external_volume(&mut self, spec: &VolumeSpec) -> Change {
        if !self.observed.volumes.iter().any(|volume| volume.name == spec.name) {
            self.faults.push(
                Fault::new("missing-volume", format!("external volume `{}` could not be found", spec.name))
                    .at(spec.blame.clone())
                    .help(format!("create it with `docker volume create {}`", spec.name)),
            );
        }
        Change::Kept
    }

    fn own_volume(&mut self, spec: &VolumeSpec) -> Change {
        let project = self.project();
        let label =
            |volume: &'a ObservedVolume, name: &str| volume.labels.get(name).map_or("", String::as_str);
        let marked = |volume: &&'a ObservedVolume| {
            label(volume, labels::PROJECT) == project && label(volume, labels::VOLUME) == spec.key
        };
        let volumes = &self.observed.volumes;
        let others = volumes.iter().filter(marked).filter(|volume| volume.name != spec.name);
        let others: Vec<&str> = others.map(|volume| volume.name.as_str()).collect();
        for other in others {
            self.warn(left_over("volume", other, &spec.key, &spec.name).at(spec.blame.clone()));
        }
        let Some(volume) = volumes.iter().find(|volume| volume.name == spec.name) else {
            return Change::Missing;
        };
        if !marked(&volume) {
            let owner =
                Some(label(volume, labels::PROJECT)).filter(|owner| !owner.is_empty() && *owner != project);
            let text = match owner {
                Some(owner) => format!("volume `{}` exists but belongs to project `{owner}`", spec.name),
                None => format!("volume `{}` exists but was not made for this project", spec.name),
            };
            let text = format!("{text}; set `external: true` to say that this is meant");
            self.warn(Warning::new("foreign-volume", text).at(spec.blame.clone()));
            return Change::Kept;
        }
        let hash = label(volume, labels::CONFIG_HASH);
        if hash.is_empty() || hash == spec.hash {
            return Change::Kept;
        }
        let question = Question::RecreateVolume { volume: spec.name.clone(), blame: spec.blame.clone() };
        let answer = self.policy.answers.iter().find(|answer| answer.question == question);
        match answer.map(|answer| answer.yes) {
            Some(true) => Change::Remade,
            None if self.policy.assume_yes => Change::Remade,
            Some(false) => Change::Kept,
            None => {
                self.plan.questions.push(question);
                Change::Kept
            }
        }
    }

    pub(super) fn add_volumes(&mut self) {
        let keys: Vec<&'a str> = self.volumes.keys().copied().collect();
        for key in keys {
            let Volume { spec, change, .. } = self.volumes[key];
            let (cause, after) = match change {
                Change::Kept => continue,
                Change::Missing => (Cause::Missing, None),
                Change::Remade => {
                    (Cause::ConfigChanged { fields: Vec::new() }, Some(self.remove_volume(spec)))
                }
            };
            let action = Action::CreateVolume(Box::new(spec.clone()));
            let create = self.add(Step::new(action, cause, id(&spec.name)), after);
            if let Some(volume) = self.volumes.get_mut(key) {
                volume.ready = Some(create);
            }
        }
    }

    /// Removes the containers that use volumes which are made anew, before anything else is done to them.
    pub(super) fn clear_volumes(&mut self) {
        let remade = self.volumes.values().filter(|volume| volume.change == Change::Remade);
        let specs: Vec<&'a VolumeSpec> = remade.map(|volume| volume.spec).collect();
        for spec in specs {
            let cause = Cause::VolumeChanged { volume: spec.name.clone() };
            let users: Vec<_> = self
                .scope
                .order
                .iter()
                .rev()
                .filter_map(|service| self.instances.get(service.name.as_str()))
                .flatten()
                .filter(|instance| matches!(instance.fate, Fate::Create(_)))
                .filter_map(|instance| instance.old)
                .filter(|old| mounts(old, spec))
                .collect();
            for user in users {
                self.remove(user, &cause, &[]);
            }
        }
    }

    /// Removes a volume once all that have it mounted have gone.
    fn remove_volume(&mut self, spec: &VolumeSpec) -> StepId {
        let gone: Vec<StepId> = self
            .containers()
            .filter(|container| mounts(container, spec))
            .filter_map(|container| self.removed.get(container.id.as_str()).copied())
            .collect();
        let action = Action::RemoveVolume { name: spec.name.clone(), in_use: InUse::Fails };
        let changed = Cause::ConfigChanged { fields: Vec::new() };
        self.add(Step::new(action, changed, id(&spec.name)), gone)
    }
}

fn mounts(container: &ObservedContainer, spec: &VolumeSpec) -> bool {
    container.mounts.iter().any(|mount| mount.kind == "volume" && mount.name == spec.name)
}

fn id(name: &str) -> ResourceId {
    ResourceId::new(Kind::Volume, name)
}
