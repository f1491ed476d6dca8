//! The containers of each service: which stay, which go, which come.

use super::planner::Planner;
use crate::plan::{Cause, ContainerRef, ImageGuard, StepId};
use crate::resource::{ContainerState, ObservedContainer, ServiceSpec, labels};

/// A container that a service is to have.
#[derive(Clone)]
pub(super) struct Instance<'a> {
    /// Its number within the service.
    pub(super) number: u32,
    /// The container that has this number now.
    pub(super) old: Option<&'a ObservedContainer>,
    /// What becomes of that.
    pub(super) fate: Fate,
    /// The container, once the steps that make it are in the plan.
    pub(super) container: Option<ContainerRef>,
    /// The steps after which it can be started.
    pub(super) ready: Vec<StepId>,
    /// Why it is to be started, if it is.
    pub(super) start: Option<Need>,
}

/// What becomes of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays.
    Keep,
    /// It stays, and gets the name that it was made for.
    Rename,
    /// Another one is made, which takes its place; under a guard it may yet stay.
    Replace(Need),
    /// One is made where there is none, or where there will be none by then.
    Create(Cause),
}

/// Why something has to be done, and under which circumstances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) cause: Cause,
    /// Empty: in any case. Else: if one of these images turns out to be another one.
    pub(super) guard: Vec<ImageGuard>,
}

impl Need {
    pub(super) fn new(cause: Cause) -> Self {
        Self { cause, guard: Vec::new() }
    }

    /// What is to be done if either of two needs arises.
    pub(super) fn or(self, other: Self) -> Self {
        if self.guard.is_empty() {
            return self;
        }
        if other.guard.is_empty() {
            return other;
        }
        let mut guard = self.guard;
        guard.extend(other.guard);
        guard.sort();
        guard.dedup();
        Self { cause: self.cause, guard }
    }
}

impl Fate {
    /// Why the container is, or may be, another one afterwards.
    pub(super) fn change(&self) -> Option<Need> {
        match self {
            Self::Keep | Self::Rename => None,
            Self::Replace(need) => Some(need.clone()),
            Self::Create(cause) => Some(Need::new(cause.clone())),
        }
    }
}

impl<'a> Instance<'a> {
    pub(super) fn new(number: u32, old: Option<&'a ObservedContainer>, fate: Fate) -> Self {
        Self { number, old, fate, container: None, ready: Vec::new(), start: None }
    }
}

/// The number of a container, by its label; what has none comes last.
pub(super) fn number(container: &ObservedContainer) -> u32 {
    container.label(labels::CONTAINER_NUMBER).parse().unwrap_or(u32::MAX)
}

/// True while its first process runs, or will again.
pub(super) fn is_up(state: ContainerState) -> bool {
    matches!(state, ContainerState::Running | ContainerState::Restarting)
}

impl<'a> Planner<'a> {
    pub(super) fn decide_instances(&mut self) {
        for service in self.scope.order.clone() {
            let instances = if service.provider.is_some() || self.scope.postponed.contains(&service.name) {
                Vec::new()
            } else if self.policy.settled.contains(&service.name) {
                self.left_alone(service)
            } else {
                self.decide(service)
            };
            self.instances.insert(&service.name, instances);
        }
    }

    /// The containers of a service as they are.
    fn left_alone(&self, service: &'a ServiceSpec) -> Vec<Instance<'a>> {
        let (whole, _) = self.present(service);
        whole
            .into_iter()
            .map(|container| Instance::new(number(container), Some(container), Fate::Keep))
            .collect()
    }

    /// How many containers a service is to have.
    pub(super) fn replicas(&self, service: &ServiceSpec) -> usize {
        let count = self.policy.scale.get(&service.name).copied().unwrap_or(service.replicas);
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    fn decide(&mut self, service: &'a ServiceSpec) -> Vec<Instance<'a>> {
        let (whole, leftovers) = self.present(service);
        let next = whole.iter().map(|container| number(container)).filter(|number| *number != u32::MAX).max();
        let next = next.unwrap_or(0) + 1;
        let mut judged: Vec<(&'a ObservedContainer, Fate)> =
            whole.into_iter().map(|container| (container, self.fate(service, container))).collect();
        // What is as it should be stays first, then the lower numbers.
        judged.sort_by_key(|(container, fate)| {
            let obsolete = fate.change().is_some_and(|need| need.guard.is_empty());
            (obsolete, number(container), container.name.clone())
        });
        let wanted = self.replicas(service);
        let surplus = judged.split_off(wanted.min(judged.len()));
        let mut removals: Vec<(&'a ObservedContainer, Cause)> =
            leftovers.into_iter().map(|container| (container, Cause::Unfinished)).collect();
        removals.extend(surplus.into_iter().map(|(container, _)| (container, Cause::Surplus)));
        removals.sort_by_key(|(container, _)| std::cmp::Reverse(number(container)));
        self.removals.insert(&service.name, removals);

        let mut instances: Vec<Instance<'a>> = judged
            .into_iter()
            .map(|(container, fate)| Instance::new(number(container), Some(container), fate))
            .collect();
        instances.sort_by_key(|instance| instance.number);
        let missing = u32::try_from(wanted - instances.len()).unwrap_or(u32::MAX);
        instances.extend(
            (next..next.saturating_add(missing))
                .map(|number| Instance::new(number, None, Fate::Create(Cause::Missing))),
        );
        instances
    }

    /// The containers of a service, and apart from them those that an unfinished change left beside the one that they
    /// were to replace.
    fn present(&self, service: &ServiceSpec) -> (Vec<&'a ObservedContainer>, Vec<&'a ObservedContainer>) {
        let mut mine: Vec<&'a ObservedContainer> = self
            .containers()
            .filter(|container| container.label(labels::SERVICE) == service.name)
            .filter(|container| container.label(labels::ONEOFF) != "True")
            .collect();
        // One that lost its predecessor is the only one with its number: it is as good as finished.
        mine.sort_by_key(|container| {
            (number(container), self.is_replacement(service, container), container.name.clone())
        });
        let mut whole: Vec<&'a ObservedContainer> = Vec::new();
        let mut leftovers = Vec::new();
        for container in mine {
            let taken = whole.last().is_some_and(|last| number(last) == number(container));
            if taken && self.is_replacement(service, container) {
                leftovers.push(container);
            } else {
                whole.push(container);
            }
        }
        (whole, leftovers)
    }

    /// True if a container still has the name under which a replacement waits for its predecessor to go.
    fn is_replacement(&self, service: &ServiceSpec, container: &ObservedContainer) -> bool {
        let name = service.instance(&self.desired.project, number(container)).name;
        let prefix = container.name.strip_suffix(&name).and_then(|rest| rest.strip_suffix('_'));
        prefix.is_some_and(|prefix| prefix.len() == 12 && prefix.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }

    fn fate(&self, service: &'a ServiceSpec, container: &'a ObservedContainer) -> Fate {
        match self.divergence(service, container) {
            Some(need) if need.guard.is_empty() && self.loses_volume(service, container) => {
                Fate::Create(need.cause)
            }
            Some(need) => Fate::Replace(need),
            None if self.is_replacement(service, container) => Fate::Rename,
            None => Fate::Keep,
        }
    }
}
