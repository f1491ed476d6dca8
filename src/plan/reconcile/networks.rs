//! Networks: which are there, which come, which are made anew.

use std::cmp::Reverse;

use super::instances::{Fate, Need};
use super::planner::{Planner, existing};
use crate::plan::{Action, Cause, InUse, Step, StepId};
use crate::resource::{
    Fault, Kind, NetworkSpec, ObservedContainer, ObservedNetwork, ResourceId, Warning, labels,
};

/// A network while the plan is made.
pub(super) struct Network<'a> {
    pub(super) spec: &'a NetworkSpec,
    /// Its id, if it is there now and stays.
    pub(super) id: Option<&'a str>,
    /// One that it takes the place of: the same name and another configuration, or another name.
    pub(super) old: Option<&'a ObservedNetwork>,
    /// Others of the same name and mark, which engines before API 1.44 make when several commands ask at once. No
    /// container can be started in any of them.
    pub(super) twins: Vec<&'a ObservedNetwork>,
    /// The step after which it is there.
    pub(super) ready: Option<StepId>,
}

/// What is there of a network of the project.
#[derive(Default)]
struct Found<'a> {
    id: Option<&'a str>,
    old: Option<&'a ObservedNetwork>,
    twins: Vec<&'a ObservedNetwork>,
}

impl Network<'_> {
    /// It has the name of the one that it takes the place of: that one has to go first.
    pub(super) fn is_remade(&self) -> bool {
        self.id.is_none() && self.old.is_some_and(|old| old.name == self.spec.name)
    }
}

impl<'a> Planner<'a> {
    pub(super) fn decide_networks(&mut self) {
        let desired = self.desired;
        for spec in &desired.networks {
            if !self.uses_network(&spec.key) {
                continue;
            }
            self.faults.extend(spec.faults.iter().cloned());
            let decided =
                if spec.external { self.external_network(spec) } else { Some(self.own_network(spec)) };
            if let Some(Found { id, old, twins }) = decided {
                self.networks.insert(&spec.key, Network { spec, id, old, twins, ready: None });
            }
        }
    }

    fn uses_network(&self, key: &str) -> bool {
        self.scope.order.iter().any(|service| {
            let hooks = service.hooks.pre_start.iter().flat_map(|hook| &hook.networks);
            service.template.networks.iter().chain(hooks).any(|attachment| attachment.key == key)
        })
    }

    fn named(&self, name: &str) -> Vec<&'a ObservedNetwork> {
        self.observed.networks.iter().filter(|network| network.name == name).collect()
    }

    fn external_network(&mut self, spec: &'a NetworkSpec) -> Option<Found<'a>> {
        let by_id = self.observed.networks.iter().find(|network| network.id == spec.name);
        let mut found = self.named(&spec.name);
        found.extend(by_id.filter(|_| found.is_empty()));
        match found.as_slice() {
            [network] => Some(Found { id: Some(&network.id), ..Found::default() }),
            [] => {
                self.faults.push(
                    Fault::new(
                        "missing-network",
                        format!("network `{}` is declared as external, but could not be found", spec.name),
                    )
                    .at(spec.blame.clone())
                    .help(format!("create it with `docker network create {}`", spec.name)),
                );
                None
            }
            several => {
                self.faults.push(
                    Fault::new(
                        "ambiguous-network",
                        format!("there are {} networks with the name `{}`", several.len(), spec.name),
                    )
                    .at(spec.blame.key("name"))
                    .help(format!("give the id as `name`: {}", several[0].id)),
                );
                None
            }
        }
    }

    fn own_network(&mut self, spec: &'a NetworkSpec) -> Found<'a> {
        let project = self.project();
        let label =
            |network: &ObservedNetwork, name: &str| network.labels.get(name).cloned().unwrap_or_default();
        let mut marked: Vec<&'a ObservedNetwork> = self
            .observed
            .networks
            .iter()
            .filter(|network| label(network, labels::PROJECT) == project)
            .filter(|network| label(network, labels::NETWORK) == spec.key)
            .collect();
        marked.sort_by_cached_key(|network| {
            (network.name != spec.name, &network.name, Reverse(self.joined(network)), &network.id)
        });
        let Some(network) = marked.first().copied() else {
            return Found { id: self.foreign_network(spec), ..Found::default() };
        };
        let (twins, others): (Vec<_>, Vec<_>) =
            marked.into_iter().skip(1).partition(|other| other.name == spec.name);
        for other in others {
            self.warn(left_over("network", &other.name, &spec.key, &network.name).at(spec.blame.clone()));
        }
        let hash = label(network, labels::CONFIG_HASH);
        if network.name != spec.name {
            Found { id: self.foreign_network(spec), old: Some(network), twins }
        } else if hash.is_empty() || hash == spec.hash {
            Found { id: Some(&network.id), old: None, twins }
        } else {
            Found { id: None, old: Some(network), twins }
        }
    }

    /// How many containers of the project have joined this very network.
    fn joined(&self, network: &ObservedNetwork) -> usize {
        let joins = |container: &&ObservedContainer| {
            container.networks.get(&network.name).is_some_and(|endpoint| endpoint.network_id == network.id)
        };
        self.containers().filter(joins).count()
    }

    /// A network that has the name and is not marked as the one of this project: it is used as it is.
    fn foreign_network(&mut self, spec: &NetworkSpec) -> Option<&'a str> {
        let network = self.named(&spec.name).first().copied()?;
        let owner = network.labels.get(labels::PROJECT).filter(|owner| *owner != self.project());
        let text = match owner {
            Some(owner) => format!("network `{}` exists but belongs to project `{owner}`", spec.name),
            None => format!("network `{}` exists but was not made for this project", spec.name),
        };
        let text = format!("{text}; set `external: true` to say that this is meant");
        self.warn(Warning::new("foreign-network", text).at(spec.blame.clone()));
        Some(&network.id)
    }

    pub(super) fn add_networks(&mut self) {
        let keys: Vec<&'a str> = self.networks.keys().copied().collect();
        for key in keys {
            let mut cleared = self.drop_twins(key);
            let network = &self.networks[key];
            let (spec, remade) = (network.spec, network.is_remade());
            if network.id.is_some() {
                continue;
            }
            if let Some(old) = network.old.filter(|_| remade) {
                cleared.push(self.clear_network(spec, old));
            }
            let cause = if remade { Cause::ConfigChanged { fields: Vec::new() } } else { Cause::Missing };
            let action = Action::CreateNetwork(Box::new(spec.clone()));
            let create = self.add(Step::new(action, cause, id(&spec.name)), cleared);
            if let Some(network) = self.networks.get_mut(key) {
                network.ready = Some(create);
            }
            if remade {
                self.reconnect(spec, create);
            }
        }
    }

    /// Removes those of which there is one too many, and lets who joins the network wait for that.
    fn drop_twins(&mut self, key: &'a str) -> Vec<StepId> {
        let Network { spec, ref twins, .. } = self.networks[key];
        let mut gone = Vec::new();
        for twin in twins.clone() {
            let action =
                Action::RemoveNetwork { id: twin.id.clone(), name: twin.name.clone(), in_use: InUse::Warns };
            let step = self.add(Step::new(action, Cause::Surplus, id(&spec.name)), gone);
            gone = vec![step];
        }
        if let Some(last) = gone.last().copied() {
            if let Some(network) = self.networks.get_mut(key) {
                network.ready = Some(last);
            }
            for container in self.members(&spec.name) {
                self.reconnections.entry(&container.id).or_default().push(last);
            }
        }
        gone
    }

    /// Empties a network and removes it. Whatever is in it has to be stopped and taken out, services of others too.
    fn clear_network(&mut self, spec: &NetworkSpec, old: &'a ObservedNetwork) -> StepId {
        let mut out = Vec::new();
        for container in self.members(&old.name) {
            if let Some(step) = self.removed.get(container.id.as_str()) {
                out.push(*step);
                continue;
            }
            let cause = Cause::NetworkChanged { network: spec.name.clone() };
            let need = Need::new(cause.clone());
            let stopped: Vec<StepId> = self.stop_whole(container, &need, &[]).into_iter().collect();
            self.stop_sharers(container, &need);
            let action =
                Action::DisconnectNetwork { network: old.name.clone(), container: existing(container) };
            let step = Step::new(action, cause, id(&spec.name)).of(container.label(labels::SERVICE));
            let disconnected = self.add(step, stopped);
            self.disconnections.entry(&container.id).or_default().push(disconnected);
            out.push(disconnected);
        }
        let action =
            Action::RemoveNetwork { id: old.id.clone(), name: old.name.clone(), in_use: InUse::Fails };
        let cause = Cause::ConfigChanged { fields: Vec::new() };
        self.add(Step::new(action, cause, id(&spec.name)), out)
    }

    /// Puts the containers that stay into the network that was made anew.
    fn reconnect(&mut self, spec: &NetworkSpec, create: StepId) {
        for container in self.members(&spec.name) {
            if self.removed.contains_key(container.id.as_str()) || !self.may_stay(container) {
                continue;
            }
            let Some(endpoint) = self.endpoint(container, spec) else { continue };
            let action = Action::ConnectNetwork {
                network: spec.name.clone(),
                container: existing(container),
                endpoint: Box::new(endpoint),
            };
            let cause = Cause::NetworkChanged { network: spec.name.clone() };
            let step = Step::new(action, cause, id(&spec.name)).of(container.label(labels::SERVICE));
            let connected = self.add(step, [create]);
            self.reconnections.entry(&container.id).or_default().push(connected);
        }
    }

    fn endpoint(
        &self,
        container: &ObservedContainer,
        spec: &NetworkSpec,
    ) -> Option<crate::resource::body::Endpoint> {
        let service = self.desired.service(container.label(labels::SERVICE))?;
        let number = container.label(labels::CONTAINER_NUMBER).parse().ok()?;
        let instance = self.expected(service, number);
        instance
            .networks
            .into_iter()
            .find(|attachment| attachment.key == spec.key)
            .map(|found| found.endpoint)
    }

    /// The containers of the project that are in a network.
    fn members(&self, network: &str) -> Vec<&'a ObservedContainer> {
        self.containers().filter(|container| container.networks.contains_key(network)).collect()
    }

    /// Containers that live in the network namespace of one that is stopped have to be started again after it.
    fn stop_sharers(&mut self, container: &ObservedContainer, need: &Need) {
        let mode = format!("container:{}", container.id);
        let sharers: Vec<&'a ObservedContainer> =
            self.containers().filter(|other| other.network_mode == mode).collect();
        for sharer in sharers {
            self.stop_whole(sharer, need, &[]);
        }
    }

    /// True if a container is there after the plan, at least if its image stays as it is.
    fn may_stay(&self, container: &ObservedContainer) -> bool {
        let instances = self.instances.get(container.label(labels::SERVICE));
        instances.into_iter().flatten().any(|instance| {
            instance.old.is_some_and(|old| old.id == container.id)
                && match &instance.fate {
                    Fate::Keep | Fate::Rename => true,
                    Fate::Replace(need) => !need.guard.is_empty(),
                    Fate::Create(_) => false,
                }
        })
    }

    /// Removes what was renamed, as far as nobody uses it any more.
    pub(super) fn drop_old_networks(&mut self) {
        let old: Vec<&'a ObservedNetwork> = self
            .networks
            .values()
            .filter(|network| !network.is_remade())
            .filter_map(|network| network.old)
            .collect();
        for network in old {
            let gone: Vec<StepId> = self
                .members(&network.name)
                .into_iter()
                .filter_map(|container| self.removed.get(container.id.as_str()).copied())
                .collect();
            let action = Action::RemoveNetwork {
                id: network.id.clone(),
                name: network.name.clone(),
                in_use: InUse::Warns,
            };
            self.add(Step::new(action, Cause::Orphan, id(&network.name)), gone);
        }
    }
}

/// Something that carries a mark of the project and is not what the file means.
pub(super) fn left_over(what: &str, name: &str, key: &str, used: &str) -> Warning {
    Warning::new(
        "left-over",
        format!(
            "{what} `{name}` is marked as `{key}` but the files mean `{used}`; it is left untouched, remove it by hand \
             if it is no longer needed"
        ),
    )
}

fn id(name: &str) -> ResourceId {
    ResourceId::new(Kind::Network, name)
}
