//! A daemon's holdings as plain data, and what becomes of them when a plan is carried out to the letter.

use std::collections::{BTreeMap, BTreeSet};

use rcompose::plan::{Action, ContainerCreate, ContainerRef, Plan, Resolved, StepId};
use rcompose::resource::body::CreateBody;
use rcompose::resource::{
    Condition, ContainerState, Health, ImageSpec, Observed, ObservedContainer, ObservedEndpoint,
    ObservedImage, ObservedMount, ObservedNetwork, ObservedPort, ObservedVolume,
};
use rcompose::syntax::Reference;

/// What the daemon holds.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) observed: Observed,
    /// What a pull or build brings, by reference; else the image stays what it is.
    pub(crate) registry: BTreeMap<String, String>,
    /// Paths that images declare as volumes, by reference.
    pub(crate) declared: BTreeMap<String, Vec<String>>,
    /// Services whose containers have a health check.
    pub(crate) checked: BTreeSet<String>,
    /// What services wait for before they are started.
    pub(crate) waits: BTreeMap<String, Vec<(String, Condition)>>,
    /// Containers that the plan in hand removes: nobody waits for them.
    doomed: BTreeSet<String>,
    made: usize,
}

impl World {
    /// Carries out every step of a plan, in order.
    pub(crate) fn apply(&mut self, plan: &Plan) {
        self.apply_by(plan, |_| 0);
    }

    /// Carries out every step of a plan, each after those that it waits for; `choose` says which of those that could be
    /// next is.
    pub(crate) fn apply_by(&mut self, plan: &Plan, mut choose: impl FnMut(usize) -> usize) {
        let removals = plan.steps().filter(|(_, step)| matches!(step.action, Action::RemoveContainer { .. }));
        let removed = removals.flat_map(|(_, step)| step.action.containers());
        self.doomed = removed.filter_map(|container| container.existing()).map(str::to_owned).collect();
        let mut created: BTreeMap<StepId, String> = BTreeMap::new();
        let mut done: BTreeSet<StepId> = BTreeSet::new();
        while done.len() < plan.len() {
            let ready: Vec<StepId> = plan
                .steps()
                .map(|(id, _)| id)
                .filter(|id| !done.contains(id))
                .filter(|id| plan.before(*id).iter().all(|earlier| done.contains(earlier)))
                .collect();
            let id = ready[choose(ready.len())];
            self.carry_out(plan, id, (&done, &mut created));
            done.insert(id);
        }
    }

    fn carry_out(
        &mut self,
        plan: &Plan,
        id: StepId,
        (done, created): (&BTreeSet<StepId>, &mut BTreeMap<StepId, String>),
    ) {
        let step = plan.step(id);
        let known = step.guard.iter().all(|guard| done.contains(&guard.step));
        assert!(known, "it is not known yet whether to {step}");
        let holds = step.guard.iter().any(|guard| self.image(&guard.reference) != guard.from);
        if step.guard.is_empty() || holds {
            if let Some(container) = self.perform(&step.action, created) {
                created.insert(id, container);
            }
        } else if let Action::CreateContainer(create) = &step.action
            && let Some(ContainerRef::Existing { id: old, .. }) = &create.replaces
        {
            created.insert(id, old.clone());
        }
    }

    fn perform(&mut self, action: &Action, created: &BTreeMap<StepId, String>) -> Option<String> {
        let id = |container: &ContainerRef| match container {
            ContainerRef::Existing { id, .. } => id.clone(),
            ContainerRef::Created(step) => created[step].clone(),
        };
        match action {
            Action::PullImage { image, .. } | Action::BuildImage { image, .. } => self.bring(image),
            Action::CreateNetwork(spec) => {
                let id = self.fresh("net");
                let (name, labels) = (spec.name.clone(), spec.body.labels.clone());
                let network = ObservedNetwork { id, name, labels, ..ObservedNetwork::default() };
                self.observed.networks.push(network);
            }
            Action::RemoveNetwork { id, name, .. } => {
                let joined = |endpoint: &ObservedEndpoint| {
                    endpoint.network_id.is_empty() || endpoint.network_id == *id
                };
                let used = |container: &ObservedContainer| container.networks.get(name).is_some_and(joined);
                assert!(!self.observed.containers.iter().any(used), "network {name} is in use");
                self.observed.networks.retain(|network| network.id != *id);
            }
            Action::ConnectNetwork { network, container, .. } => {
                let endpoint =
                    ObservedEndpoint { network_id: self.network(network), ..ObservedEndpoint::default() };
                self.container(&id(container)).networks.insert(network.clone(), endpoint);
            }
            Action::DisconnectNetwork { network, container } => {
                self.container(&id(container)).networks.remove(network).expect("it is in the network");
            }
            Action::CreateVolume(spec) => self.observed.volumes.push(ObservedVolume {
                name: spec.name.clone(),
                labels: spec.body.labels.clone(),
                ..ObservedVolume::default()
            }),
            Action::RemoveVolume { name, .. } => {
                let used =
                    |container: &ObservedContainer| container.mounts.iter().any(|mount| mount.name == *name);
                assert!(!self.observed.containers.iter().any(used), "volume {name} is in use");
                self.observed.volumes.retain(|volume| volume.name != *name);
            }
            Action::RemoveImage { reference } => {
                self.observed.images.remove(reference);
            }
            Action::CreateContainer(create) => return Some(self.create(create, id)),
            _ => self.handle(action, id),
        }
        None
    }

    /// What is done to containers that are there.
    fn handle(&mut self, action: &Action, id: impl Fn(&ContainerRef) -> String) {
        match action {
            Action::StartContainer { container } | Action::RestartContainer { container, .. } => {
                self.start(&id(container));
            }
            Action::StopContainer { container, .. } | Action::KillContainer { container, .. } => {
                let container = self.container(&id(container));
                container.state = ContainerState::Exited;
                container.health = Health::None;
            }
            Action::PauseContainer { container } => {
                self.container(&id(container)).state = ContainerState::Paused;
            }
            Action::UnpauseContainer { container } => {
                self.container(&id(container)).state = ContainerState::Running;
            }
            Action::RemoveContainer { container, .. } => {
                let id = id(container);
                self.container(&id);
                self.observed.containers.retain(|container| container.id != id);
            }
            Action::RenameContainer { container, name } => {
                let taken = self.observed.containers.iter().any(|container| container.name == *name);
                assert!(!taken, "the name {name} is taken");
                self.container(&id(container)).name.clone_from(name);
            }
            Action::Await(wait) if wait.condition == Condition::Completed => {
                for container in &wait.containers {
                    let container = self.container(&id(container));
                    container.state = ContainerState::Exited;
                    container.exit_code = Some(0);
                }
            }
            _ => {}
        }
    }

    fn bring(&mut self, image: &ImageSpec) {
        let reference = &image.reference;
        let known = self.observed.images.get(reference).map(|image| image.id.clone());
        let id = self.registry.get(reference).cloned().or(known).unwrap_or_else(|| image_id(reference));
        let shared = image.build.iter().flat_map(|build| build.shared.clone());
        for name in spellings(reference).into_iter().chain(shared) {
            self.observed.images.insert(name, ObservedImage { id: id.clone(), ..ObservedImage::default() });
        }
    }

    fn image(&self, reference: &str) -> String {
        self.observed.images.get(reference).map(|image| image.id.clone()).unwrap_or_default()
    }

    fn network(&self, name: &str) -> String {
        let found = self.observed.networks.iter().find(|network| network.name == *name);
        found.unwrap_or_else(|| panic!("no network {name}")).id.clone()
    }

    /// The container with an id; it has to be there.
    pub(crate) fn container(&mut self, id: &str) -> &mut ObservedContainer {
        let found = self.observed.containers.iter_mut().find(|container| container.id == id);
        found.unwrap_or_else(|| panic!("no container {id}"))
    }

    /// The container with a name; it has to be there.
    pub(crate) fn named(&mut self, name: &str) -> &mut ObservedContainer {
        let found = self.observed.containers.iter_mut().find(|container| container.name == name);
        found.unwrap_or_else(|| panic!("no container {name}"))
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}{:02}", self.made)
    }

    fn create(&mut self, create: &ContainerCreate, id: impl Fn(&ContainerRef) -> String) -> String {
        let images =
            create.images_to_resolve().into_iter().map(|image| (image.to_owned(), self.image(image)));
        let resolved = Resolved {
            images: images.collect(),
            declared_volumes: self.declared.get(&create.spec.body.image).cloned().unwrap_or_default(),
            containers: create
                .references
                .iter()
                .map(|(name, container)| (name.clone(), id(container)))
                .collect(),
        };
        let spec = create.finish(&resolved);
        assert!(spec.pending.is_empty(), "{} refers to {:?}", create.name, spec.pending);
        let taken = self.observed.containers.iter().any(|container| container.name == create.name);
        assert!(!taken, "the name {} is taken", create.name);
        self.made += 1;
        let id = format!("{:0<64}", format!("{:06x}", 0xabc_000 + self.made));
        let joined = spec.body.networking_config.endpoints_config.keys();
        let mut networks = BTreeMap::new();
        for network in joined {
            self.network(network);
            networks.insert(network.clone(), ObservedEndpoint::default());
        }
        let image_id = self.image(&spec.body.image);
        assert!(!image_id.is_empty(), "no image {}", spec.body.image);
        let container = ObservedContainer {
            id: id.clone(),
            name: create.name.clone(),
            image: spec.body.image.clone(),
            image_id,
            labels: spec.body.labels.clone(),
            network_mode: spec.body.host_config.network_mode.clone(),
            mounts: self.mounts(&spec.body),
            ports: ports(&spec.body),
            networks,
            ..ObservedContainer::default()
        };
        self.observed.containers.push(container);
        id
    }

    fn start(&mut self, id: &str) {
        let networks: BTreeMap<String, String> = self
            .container(id)
            .networks
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .into_iter()
            .map(|name| (name.clone(), self.network(&name)))
            .collect();
        let checked = self.checked.clone();
        let container = self.container(id);
        for (name, endpoint) in &mut container.networks {
            let known = endpoint.network_id.as_str();
            assert!(
                known.is_empty() || known == networks[name],
                "network {name} of {} is gone",
                container.name
            );
            endpoint.network_id.clone_from(&networks[name]);
        }
        container.state = ContainerState::Running;
        let service = container.labels.get("com.docker.compose.service").cloned().unwrap_or_default();
        container.health = if checked.contains(&service) { Health::Healthy } else { Health::None };
        let mine: Vec<u16> =
            container.ports.iter().map(|port| port.published).filter(|port| *port != 0).collect();
        let name = container.name.clone();
        let parent = container.network_mode.strip_prefix("container:").map(str::to_owned);
        if let Some(parent) = parent {
            assert_eq!(
                self.container(&parent).state,
                ContainerState::Running,
                "the namespace of {name} is gone"
            );
        }
        for other in self.observed.containers.iter().filter(|other| other.id != id) {
            let taken = other.ports.iter().any(|port| mine.contains(&port.published));
            assert!(
                !taken || other.state != ContainerState::Running,
                "{} has the port of {name}",
                other.name
            );
        }
        self.satisfied(&service, &name);
    }

    /// What a service waits for is as it has to be.
    fn satisfied(&self, service: &str, name: &str) {
        for (awaited, condition) in self.waits.get(service).into_iter().flatten() {
            let of =
                |container: &&ObservedContainer| container.label("com.docker.compose.service") == awaited;
            let whole = |container: &&ObservedContainer| {
                !container.name.contains('_') && !self.doomed.contains(&container.id)
            };
            for container in self.observed.containers.iter().filter(of).filter(whole) {
                let (state, health) = (container.state, container.health);
                let fits = match condition {
                    Condition::Healthy => health == Health::Healthy,
                    Condition::Completed => state == ContainerState::Exited,
                    _ => state == ContainerState::Running,
                };
                assert!(fits, "{name} is started while {} is {state:?} and {health:?}", container.name);
            }
        }
    }

    fn mounts(&mut self, body: &CreateBody) -> Vec<ObservedMount> {
        let host = &body.host_config;
        let volume = |name: &str, destination: &str| ObservedMount {
            kind: "volume".to_owned(),
            name: name.to_owned(),
            destination: destination.to_owned(),
            writable: true,
            ..ObservedMount::default()
        };
        let mut mounts = Vec::new();
        for bind in host.binds.iter().filter(|bind| !bind.starts_with('/')) {
            let (name, rest) = bind.split_once(':').expect("a bind has a target");
            mounts.push(volume(name, rest.split(':').next().unwrap_or_default()));
        }
        for mount in host.mounts.iter().filter(|mount| mount.kind == "volume") {
            let anonymous = self.anonymous();
            let name = if mount.source.is_empty() { &anonymous } else { &mount.source };
            mounts.push(volume(name, &mount.target));
        }
        for path in self.declared.get(&body.image).cloned().unwrap_or_default() {
            if !mounts.iter().any(|mount| mount.destination == path) {
                let name = self.anonymous();
                mounts.push(volume(&name, &path));
            }
        }
        for from in &host.volumes_from {
            let id = from.split(':').next().unwrap_or_default();
            mounts.extend(self.container(id).mounts.clone());
        }
        mounts
    }

    fn anonymous(&mut self) -> String {
        self.made += 1;
        format!("{:0>64}", format!("a{:x}", self.made))
    }
}

/// The references by which a daemon knows one image.
fn spellings(reference: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::from([reference.to_owned()]);
    if let Ok(parsed) = Reference::parse(reference) {
        let parsed = parsed.with_default_tag();
        for name in [parsed.familiar(), parsed.to_string()] {
            all.extend(name.strip_suffix(":latest").map(str::to_owned));
            all.insert(name);
        }
    }
    all
}

/// What an image is that nobody said anything about.
pub(crate) fn image_id(reference: &str) -> String {
    let letters = reference.bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    format!("sha256:{letters:0<64.64}")
}

fn ports(body: &CreateBody) -> Vec<ObservedPort> {
    let bindings = body.host_config.port_bindings.iter();
    bindings
        .flat_map(|(key, bindings)| {
            let (target, protocol) = key.split_once('/').expect("a port has a protocol");
            bindings.iter().map(move |binding| ObservedPort {
                host_ip: binding.host_ip.clone(),
                published: binding.host_port.parse().unwrap_or(0),
                target: target.parse().expect("a port is a number"),
                protocol: protocol.to_owned(),
            })
        })
        .collect()
}
