//! One case: files, what the daemon holds, what the user asks for; and the plan in words.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rcompose::model::Project;
use rcompose::plan::{
    Answer, BuildChoice, DownPolicy, ImageRemoval, Jobs, LifecyclePolicy, Listing, Plan, PullChoice,
    Question, Recreate, Report, UpPolicy, Verb, down, lifecycle, reconcile,
};
use rcompose::resource::{
    ApiVersion, ContainerState, Desired, Fault, Health, Observed, ObservedContainer, ObservedImage,
    ObservedNetwork, ObservedVolume, Target, translate,
};
use serde::Deserialize;

use crate::world::{World, image_id};

/// `world.yaml`: how the daemon's holdings differ from what `before.yaml` (or else nothing) would leave.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// Minor API version, 51 unless said.
    api: Option<u32>,
    /// Images that are not there.
    absent: Vec<String>,
    /// Ids of images that are there.
    images: BTreeMap<String, String>,
    /// What a pull or build brings.
    registry: BTreeMap<String, String>,
    /// Volumes that images declare.
    declared: BTreeMap<String, Vec<String>>,
    /// Whether the daemon was asked for the volumes that images declare.
    inspected: bool,
    /// States of containers.
    states: BTreeMap<String, ContainerState>,
    /// Exit codes of containers.
    exit_codes: BTreeMap<String, i64>,
    /// Health of containers.
    health: BTreeMap<String, Health>,
    /// Containers that are gone.
    gone: Vec<String>,
    /// Other names of containers.
    renamed: BTreeMap<String, String>,
    /// Labels that are otherwise.
    labels: BTreeMap<String, BTreeMap<String, String>>,
    /// Networks and volumes that are gone.
    gone_networks: Vec<String>,
    gone_volumes: Vec<String>,
    /// Copies of containers under other names: a change that was not finished.
    copies: BTreeMap<String, String>,
    /// What else is there.
    containers: Vec<ObservedContainer>,
    networks: Vec<ObservedNetwork>,
    volumes: Vec<ObservedVolume>,
}

/// `options.yaml`: what the user asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
struct Asked {
    services: Vec<String>,
    no_deps: bool,
    force_recreate: bool,
    no_recreate: bool,
    always_recreate_deps: bool,
    renew_anon_volumes: bool,
    no_start: bool,
    rerun_jobs: bool,
    wait: bool,
    wait_timeout: Option<u64>,
    timeout: Option<u64>,
    pull: String,
    build: bool,
    no_build: bool,
    scale: BTreeMap<String, u32>,
    remove_orphans: bool,
    ignore_orphans: bool,
    yes: bool,
    /// Volumes for which the user said no.
    no: Vec<String>,
    stale: Vec<String>,
    /// `up` unless said.
    command: String,
    /// There are no files.
    no_files: bool,
    signal: String,
    stop: bool,
    volumes: bool,
    rmi: String,
    /// Containers are killed.
    now: bool,
    /// Providers that have spoken.
    provided: Vec<String>,
    /// Services that were brought up before that.
    settled: Vec<String>,
    /// Tags of images that carry the label of the project.
    labelled: Vec<String>,
    /// Why planning again after the plan was carried out still finds something to do.
    unsettled: Option<String>,
}

impl Asked {
    fn policy(&self, desired: &Desired) -> UpPolicy {
        let question = |name: &String| {
            let spec = desired.volumes.iter().find(|volume| volume.name == *name).expect("a volume");
            Question::RecreateVolume { volume: name.clone(), blame: spec.blame.clone() }
        };
        UpPolicy {
            services: self.services.clone(),
            no_dependencies: self.no_deps,
            recreate: match (self.force_recreate, self.no_recreate) {
                (true, _) => Recreate::Always,
                (_, true) => Recreate::Never,
                _ => Recreate::Diverged,
            },
            always_recreate_dependencies: self.always_recreate_deps,
            jobs: if self.rerun_jobs { Jobs::RunAgain } else { Jobs::StayDone },
            renew_anonymous_volumes: self.renew_anon_volumes,
            no_start: self.no_start,
            wait: self.wait,
            wait_timeout: self.wait_timeout.map(Duration::from_secs),
            timeout: self.timeout.map(Duration::from_secs),
            pull: match self.pull.as_str() {
                "" => PullChoice::AsDeclared,
                "always" => PullChoice::Always,
                "missing" => PullChoice::Missing,
                "never" => PullChoice::Never,
                other => panic!("no such choice: {other}"),
            },
            build: match (self.build, self.no_build) {
                (true, _) => BuildChoice::Always,
                (_, true) => BuildChoice::Never,
                _ => BuildChoice::Missing,
            },
            scale: self.scale.clone(),
            remove_orphans: self.remove_orphans,
            ignore_orphans: self.ignore_orphans,
            answers: self.no.iter().map(|name| Answer { question: question(name), yes: false }).collect(),
            assume_yes: self.yes,
            stale_images: self.stale.iter().cloned().collect(),
            provided: self.provided.iter().map(|name| (name.clone(), Vec::new())).collect(),
            settled: self.settled.iter().cloned().collect(),
        }
    }

    /// What to ask for after that, for which there should be nothing to do.
    fn again(&self) -> Self {
        Self {
            force_recreate: false,
            always_recreate_deps: false,
            renew_anon_volumes: false,
            build: false,
            pull: String::new(),
            stale: Vec::new(),
            ignore_orphans: true,
            ..self.clone()
        }
    }

    /// The plan of the command.
    fn plan(&self, desired: &Desired, observed: &Observed) -> Result<Plan, Vec<Fault>> {
        let files = (!self.no_files).then_some(desired);
        let verb = match self.command.as_str() {
            "" | "up" => return reconcile(desired, observed, &self.policy(desired)),
            "down" => return Ok(self.down(files, (&desired.project.name, observed))),
            "start" => Verb::Start,
            "stop" => Verb::Stop,
            "restart" => Verb::Restart,
            "kill" => Verb::Kill { signal: self.signal.clone(), orphans: self.remove_orphans },
            "pause" => Verb::Pause,
            "unpause" => Verb::Unpause,
            "rm" => Verb::Remove { stop: self.stop, volumes: self.volumes },
            other => panic!("no such command: {other}"),
        };
        let policy = LifecyclePolicy {
            verb,
            services: self.services.clone(),
            timeout: self.timeout.map(Duration::from_secs),
            no_dependencies: self.no_deps,
            wait: self.wait,
            wait_timeout: self.wait_timeout.map(Duration::from_secs),
        };
        lifecycle((&desired.project.name, files), observed, &policy)
    }

    fn down(&self, files: Option<&Desired>, (project, observed): (&str, &Observed)) -> Plan {
        let policy = DownPolicy {
            services: self.services.clone(),
            volumes: self.volumes,
            images: match self.rmi.as_str() {
                "" => ImageRemoval::None,
                "local" => ImageRemoval::Local,
                "all" => ImageRemoval::All,
                other => panic!("no such choice: {other}"),
            },
            remove_orphans: self.remove_orphans,
            timeout: self.timeout.map(Duration::from_secs),
            now: self.now,
        };
        let labelled = self.labelled.iter();
        let labelled: Vec<ObservedImage> = labelled
            .map(|tag| ObservedImage { tags: vec![tag.clone()], ..ObservedImage::default() })
            .collect();
        down((project, files), (observed, &labelled), &policy)
    }
}

/// A case that was read and planned.
pub(crate) struct Case {
    /// The plan in words, or the faults.
    pub(crate) text: String,
    /// The plan as data, if there is one.
    pub(crate) report: Option<Report>,
    /// The containers before and after it was carried out.
    pub(crate) containers: (Vec<ObservedContainer>, Vec<ObservedContainer>),
    /// What is still to be done after it was carried out, if anything should not be.
    pub(crate) unsettled: Option<String>,
}

impl Case {
    /// Reads a folder, plans, carries the plan out, and plans again.
    pub(crate) fn run(folder: &Path) -> Self {
        let setting: Setting = read(&folder.join("world.yaml"));
        let asked: Asked = read(&folder.join("options.yaml"));
        let api = setting.api.unwrap_or(51);
        let wanted = load(&folder.join("compose.yaml"));
        let before = folder.join("before.yaml");
        let earlier = before.exists().then(|| load(&before));
        let mut world = World::default();
        for project in earlier.iter().chain([&wanted]) {
            supply(&mut world, project, api);
        }
        world.declared.clone_from(&setting.declared);
        if let Some(project) = &earlier {
            let desired = desired(project, api);
            let providers = desired.services.iter().filter(|service| service.provider.is_some());
            let provided = providers.map(|service| (service.name.clone(), Vec::new())).collect();
            let policy = UpPolicy { provided, ..UpPolicy::default() };
            let plan = reconcile(&desired, &world.observed, &policy).expect("a plan");
            world.apply(&plan);
        }
        world.observed.engine.api_version = ApiVersion::new(1, api);
        disturb(&mut world, setting);
        let desired = desired(&wanted, api);
        let plan = match asked.plan(&desired, &world.observed) {
            Ok(plan) => plan,
            Err(faults) => return Self::failed(&faults),
        };
        let text = words(&plan);
        let before = world.observed.containers.clone();
        world.apply(&plan);
        let containers = (before, world.observed.containers.clone());
        let rest = asked.again().plan(&desired, &world.observed).expect("a plan");
        let left = (!rest.changes_nothing()).then(|| Listing { plan: &rest, edges: true }.to_string());
        let unsettled = match (left, asked.unsettled) {
            (Some(left), None) => Some(format!("planned again, there is still something to do:\n{left}")),
            (None, Some(reason)) => Some(format!("it is settled after all, although {reason}")),
            _ => None,
        };
        Self { text, report: Some(Report::from(&plan)), containers, unsettled }
    }

    fn failed(faults: &[Fault]) -> Self {
        let mut text = String::new();
        for fault in faults {
            let place = fault.blame.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
            let help = fault.help.as_ref().map(|help| format!(" (help: {help})")).unwrap_or_default();
            let _ = writeln!(text, "fault {}{place}: {}{help}", fault.code, fault.message);
        }
        Self { text, report: None, containers: Default::default(), unsettled: None }
    }
}

fn words(plan: &Plan) -> String {
    let mut text = Listing { plan, edges: true }.to_string();
    for warning in &plan.warnings {
        let place = warning.blame.as_ref().map(|path| format!(" at {path}")).unwrap_or_default();
        let _ = writeln!(text, "warning {}{place}: {}", warning.code, warning.message);
    }
    for question in &plan.questions {
        let _ = writeln!(text, "question: {}", question.text());
    }
    text
}

fn read<T: Default + for<'de> Deserialize<'de>>(path: &PathBuf) -> T {
    match fs::read_to_string(path) {
        Ok(text) => serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        Err(_) => T::default(),
    }
}

fn load(path: &Path) -> Project {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    complete(serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// A project with what every project has without saying so.
pub(crate) fn complete(mut project: Project) -> Project {
    if project.name.is_empty() {
        "p".clone_into(&mut project.name);
    }
    project.working_dir = PathBuf::from("/srv/p");
    project.compose_files = vec!["/srv/p/compose.yaml".to_owned()];
    let mut uses_default = false;
    for service in project.services.values_mut() {
        let container = &mut service.container;
        if container.networks.is_empty() && container.network_mode.is_empty() && service.provider.is_none() {
            container.networks.insert("default".to_owned(), None);
        }
        uses_default |= container.networks.contains_key("default");
    }
    if uses_default {
        project.networks.entry("default".to_owned()).or_default();
    }
    let name = project.name.clone();
    let named = |key: &str, own: &str| if own.is_empty() { format!("{name}_{key}") } else { own.to_owned() };
    for (key, network) in &mut project.networks {
        network.name = named(key, &network.name);
    }
    for (key, volume) in &mut project.volumes {
        volume.name = named(key, &volume.name);
    }
    project
}

pub(crate) fn desired(project: &Project, api: u32) -> Desired {
    translate(
        project,
        &Target {
            engine: ApiVersion::new(1, api),
            environment_files: Vec::new(),
            compatibility: false,
            proxies: BTreeMap::new(),
            credentials: String::new(),
            read: &|_| Err(std::io::ErrorKind::NotFound.into()),
        },
    )
}

/// All images are there unless it is said that they are not.
pub(crate) fn supply(world: &mut World, project: &Project, api: u32) {
    let desired = desired(project, api);
    for image in &desired.images {
        let id = image_id(&image.reference);
        let known = ObservedImage { id, ..ObservedImage::default() };
        world.observed.images.entry(image.reference.clone()).or_insert(known);
    }
    let checked = desired.services.iter().filter(|service| service.has_healthcheck);
    world.checked.extend(checked.map(|service| service.name.clone()));
}

fn disturb(world: &mut World, setting: Setting) {
    for (reference, id) in setting.images {
        world.observed.images.insert(reference, ObservedImage { id, ..ObservedImage::default() });
    }
    for reference in setting.absent {
        world.observed.images.remove(&reference);
    }
    if setting.inspected {
        for (reference, image) in &mut world.observed.images {
            image.volumes = Some(world.declared.get(reference).cloned().unwrap_or_default());
        }
    }
    world.registry = setting.registry;
    for (copy, original) in setting.copies {
        let mut container = world.named(&original).clone();
        container.id = format!("{:0<64}", "c0ffee");
        container.name = copy;
        container.state = ContainerState::Created;
        world.observed.containers.push(container);
    }
    for (name, code) in setting.exit_codes {
        world.named(&name).exit_code = Some(code);
    }
    for (name, state) in setting.states {
        world.named(&name).state = state;
    }
    for (name, health) in setting.health {
        world.named(&name).health = health;
    }
    for (name, labels) in setting.labels {
        world.named(&name).labels.extend(labels);
    }
    let Observed { containers, networks, volumes, .. } = &mut world.observed;
    containers.retain(|container| !setting.gone.contains(&container.name));
    networks.retain(|network| !setting.gone_networks.contains(&network.name));
    volumes.retain(|volume| !setting.gone_volumes.contains(&volume.name));
    containers.extend(setting.containers);
    networks.extend(setting.networks);
    volumes.extend(setting.volumes);
    for (name, new) in setting.renamed {
        world.named(&name).name = new;
    }
}
