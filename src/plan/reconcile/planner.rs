//! What the parts of the reconciliation share, and the order in which they work.

use std::collections::BTreeMap;

use super::instances::{Instance, Need};
use super::networks::Network;
use super::scope::Scope;
use super::volumes::Volume;
use crate::plan::images::{self, ImageRules, Images};
use crate::plan::{Cause, ContainerRef, ImageGuard, Plan, Step, StepId, UpPolicy};
use crate::resource::{Condition, Desired, Fault, Observed, ObservedContainer, Warning, labels};

/// The steps from what is there to what is wanted, or every reason why there can be none.
pub fn reconcile(desired: &Desired, observed: &Observed, policy: &UpPolicy) -> Result<Plan, Vec<Fault>> {
    let scope = Scope::new(desired, policy)?;
    let mut planner = Planner::new((desired, observed, policy), scope);
    planner.prepare()?;
    if policy.no_start {
        planner.add_providers();
    } else {
        planner.add_starts();
        if policy.wait {
            planner.add_waits_for_all();
        }
    }
    if planner.faults.is_empty() { Ok(planner.plan) } else { Err(planner.faults) }
}

/// The work in hand.
pub(super) struct Planner<'a> {
    pub(super) desired: &'a Desired,
    pub(super) observed: &'a Observed,
    pub(super) policy: &'a UpPolicy,
    pub(super) scope: Scope<'a>,
    pub(super) plan: Plan,
    pub(super) faults: Vec<Fault>,
    pub(super) images: Images<'a>,
    /// By key in the file.
    pub(super) networks: BTreeMap<&'a str, Network<'a>>,
    /// By key in the file.
    pub(super) volumes: BTreeMap<&'a str, Volume<'a>>,
    /// By service.
    pub(super) instances: BTreeMap<&'a str, Vec<Instance<'a>>>,
    /// Containers to be removed, with the cause, by service.
    pub(super) removals: BTreeMap<&'a str, Vec<(&'a ObservedContainer, Cause)>>,
    /// Containers that are stopped, by id, with the last step that does it.
    pub(super) stopped: BTreeMap<&'a str, Stopped<'a>>,
    /// Steps that remove containers, by id.
    pub(super) removed: BTreeMap<&'a str, StepId>,
    /// Containers that run and are to be started again, by id.
    pub(super) restarts: BTreeMap<&'a str, Need>,
    /// Steps that take containers out of networks, by container id: the container must not be gone by then.
    pub(super) disconnections: BTreeMap<&'a str, Vec<StepId>>,
    /// Steps that a container that stays has to wait for before it is started, by id.
    pub(super) reconnections: BTreeMap<&'a str, Vec<StepId>>,
    /// Steps after which a service has been started, by service.
    pub(super) started: BTreeMap<&'a str, Vec<StepId>>,
    /// Waits that several services can share.
    pub(super) awaits: BTreeMap<(String, Condition, bool), StepId>,
}

/// A container that a step stops.
pub(super) struct Stopped<'a> {
    pub(super) container: &'a ObservedContainer,
    pub(super) step: StepId,
    pub(super) guard: Vec<ImageGuard>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        (desired, observed, policy): (&'a Desired, &'a Observed, &'a UpPolicy),
        scope: Scope<'a>,
    ) -> Self {
        Self {
            desired,
            observed,
            policy,
            scope,
            plan: Plan::default(),
            faults: Vec::new(),
            images: Images::new(),
            networks: BTreeMap::new(),
            volumes: BTreeMap::new(),
            instances: BTreeMap::new(),
            removals: BTreeMap::new(),
            stopped: BTreeMap::new(),
            removed: BTreeMap::new(),
            restarts: BTreeMap::new(),
            disconnections: BTreeMap::new(),
            reconnections: BTreeMap::new(),
            started: BTreeMap::new(),
            awaits: BTreeMap::new(),
        }
    }

    /// Everything but the starts.
    pub(super) fn prepare(&mut self) -> Result<(), Vec<Fault>> {
        self.plan.postponed = self.scope.postponed.clone();
        self.plan.warnings.extend(self.desired.warnings.iter().cloned());
        self.decide_networks();
        self.decide_volumes();
        if !self.faults.is_empty() {
            return Err(std::mem::take(&mut self.faults));
        }
        self.add_images();
        self.decide_instances();
        self.add_orphans();
        self.add_removals();
        self.clear_volumes();
        self.add_networks();
        self.add_volumes();
        self.add_containers();
        self.drop_old_networks();
        Ok(())
    }

    fn add_images(&mut self) {
        let rules =
            ImageRules { pull: self.policy.pull, build: self.policy.build, stale: &self.policy.stale_images };
        let mut services = self.scope.names();
        services.retain(|service| !self.policy.settled.contains(*service));
        self.images = images::plan(&mut self.plan, self.desired, self.observed, (&services, rules));
    }

    pub(super) fn project(&self) -> &'a str {
        &self.desired.project.name
    }

    pub(super) fn add(&mut self, step: Step, after: impl IntoIterator<Item = StepId>) -> StepId {
        self.plan.add(step, after)
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        self.plan.warnings.push(warning);
    }

    /// All containers of the project, but for those of hooks.
    pub(super) fn containers(&self) -> impl Iterator<Item = &'a ObservedContainer> + use<'a> {
        let project = self.project();
        self.observed.containers.iter().filter(move |container| {
            container.label(labels::PROJECT) == project
                && container.labels.contains_key(labels::CONFIG_HASH)
                && container.label(labels::HOOK).is_empty()
        })
    }
}

/// A reference to a container that is there.
pub(super) fn existing(container: &ObservedContainer) -> ContainerRef {
    ContainerRef::Existing { id: container.id.clone(), name: container.name.clone() }
}
