//! Stopping and removing containers.

use super::instances::Need;
use super::planner::{Planner, Stopped, existing};
use crate::plan::{Action, Cause, HookPhase, Stage, Step, StepId};
use crate::resource::{ContainerState, Kind, ObservedContainer, ResourceId, labels};

impl<'a> Planner<'a> {
    /// Stops a container as a change of its own, and notes that it is to be started again. `None` if it does not run.
    pub(super) fn stop_whole(
        &mut self,
        container: &'a ObservedContainer,
        need: &Need,
        after: &[StepId],
    ) -> Option<StepId> {
        let step = self.stop(container, (need, Stage::Whole), after)?;
        let again = match self.restarts.remove(container.id.as_str()) {
            Some(other) => other.or(need.clone()),
            None => need.clone(),
        };
        self.restarts.insert(&container.id, again);
        Some(step)
    }

    /// Stops a container unless that is in the plan already, its hooks before. `None` if it does not run.
    pub(super) fn stop(
        &mut self,
        container: &'a ObservedContainer,
        (need, stage): (&Need, Stage),
        after: &[StepId],
    ) -> Option<StepId> {
        if !matches!(
            container.state,
            ContainerState::Running | ContainerState::Paused | ContainerState::Restarting
        ) {
            return None;
        }
        let mut after = after.to_vec();
        if let Some(earlier) = self.stopped.get(container.id.as_str()) {
            if earlier.guard.is_empty() || earlier.guard == need.guard {
                return Some(earlier.step);
            }
            after.push(earlier.step);
        }
        let service = container.label(labels::SERVICE);
        let step = |action| {
            Step::new(action, need.cause.clone(), ResourceId::new(Kind::Container, &container.name))
                .of(service)
                .stage(stage)
                .only_if(&need.guard)
        };
        let hooks = self.desired.service(service).map(|service| &service.hooks.pre_stop);
        if container.state == ContainerState::Running {
            for hook in hooks.into_iter().flatten() {
                let action = Action::RunHook {
                    container: existing(container),
                    phase: HookPhase::PreStop,
                    hook: Box::new(hook.clone()),
                };
                after = vec![self.add(step(action), after)];
            }
        }
        let action = Action::StopContainer { container: existing(container), timeout: self.policy.timeout };
        let stopped = self.add(step(action), after);
        let entry = Stopped { container, step: stopped, guard: need.guard.clone() };
        self.stopped.insert(&container.id, entry);
        Some(stopped)
    }

    /// Stops and removes a container for good.
    pub(super) fn remove(
        &mut self,
        container: &'a ObservedContainer,
        cause: &Cause,
        after: &[StepId],
    ) -> StepId {
        if let Some(step) = self.removed.get(container.id.as_str()) {
            return *step;
        }
        let need = Need::new(cause.clone());
        let stopped = self.stop(container, (&need, Stage::Whole), after);
        let resource = ResourceId::new(Kind::Container, &container.name);
        let action = Action::RemoveContainer { container: existing(container), volumes: false };
        let step = Step::new(action, cause.clone(), resource).of(container.label(labels::SERVICE));
        let removed = self.add(step, stopped.map_or_else(|| after.to_vec(), |step| vec![step]));
        self.removed.insert(&container.id, removed);
        removed
    }
}
