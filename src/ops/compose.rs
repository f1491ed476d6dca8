//! A project and the daemon it lives on: what every verb starts from.

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Error;
use crate::engine::{Engine, Query};
use crate::event::Sink;
use crate::load::Loaded;
use crate::model::Project;
use crate::plan::UpPolicy;
use crate::resource::lease::Lease;
use crate::resource::{Desired, Observed, Provision, Target, translate};
use crate::run::{Context, Gates, Limits};

/// Where a project is known from.
#[derive(Clone, Debug)]
pub enum Scope {
    /// From its files.
    Files(Box<Loaded>),
    /// By its name alone: what the daemon holds tells the rest.
    Name(String),
}

/// The ways a user can break in.
#[derive(Clone, Debug, Default)]
pub struct Interrupts {
    /// The first: end gracefully.
    pub stop: CancellationToken,
    /// The second: kill what is being stopped, and leave what is being done.
    pub kill: CancellationToken,
}

/// How verbs work, whatever the project.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to tell what happens.
    pub sink: Sink,
    /// How much at once (`--parallel`); `None` for as much as gains something.
    pub parallel: Option<usize>,
    /// The `--env-file` list, if given: it goes into labels.
    pub environment_files: Vec<String>,
    /// Names are joined by `_` instead of `-` (`--compatibility`).
    pub compatibility: bool,
    /// While something waits for a container's health, its test is run by us too, at short intervals.
    pub fast_gates: bool,
    /// The user's ways to break in.
    pub interrupts: Interrupts,
    /// Whose everything is that is made, and how long it may stay.
    pub lease: Option<Lease>,
}

/// A project and the daemon it lives on. Each verb is a method, one file a verb.
#[derive(Clone, Debug)]
pub struct Compose {
    engine: Engine,
    scope: Scope,
    settings: Settings,
    model_endpoint: Arc<OnceCell<String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sink: Sink::silent(),
            parallel: None,
            environment_files: Vec::new(),
            compatibility: false,
            fast_gates: true,
            interrupts: Interrupts::default(),
            lease: None,
        }
    }
}

impl Compose {
    /// A project on a daemon.
    #[must_use]
    pub fn new(engine: Engine, scope: Scope, settings: Settings) -> Self {
        Self { engine, scope, settings, model_endpoint: Arc::default() }
    }

    /// The same daemon and settings with another project, or the same one as it is written now.
    #[must_use]
    pub fn with_scope(&self, scope: Scope) -> Self {
        Self { scope, ..self.clone() }
    }

    /// The project's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.scope {
            Scope::Files(loaded) => &loaded.name,
            Scope::Name(name) => name,
        }
    }

    /// What was loaded, if it is known from files.
    #[must_use]
    pub fn loaded(&self) -> Option<&Loaded> {
        match &self.scope {
            Scope::Files(loaded) => Some(loaded),
            Scope::Name(_) => None,
        }
    }

    /// The daemon.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The same with everything that is made on a lease.
    #[must_use]
    pub fn on_lease(&self, lease: Lease) -> Self {
        let settings = Settings { lease: Some(lease), ..self.settings.clone() };
        Self { settings, ..self.clone() }
    }

    /// Waits until everything that was told so far has been shown, so that others may write to the same terminal.
    pub async fn shown(&self) {
        self.settings.sink.flushed().await;
    }

    /// Names are joined by `_` instead of `-`.
    pub(super) fn compatibility(&self) -> bool {
        self.settings.compatibility
    }

    pub(super) fn sink(&self) -> &Sink {
        &self.settings.sink
    }

    /// The user's ways to break in.
    #[must_use]
    pub fn interrupts(&self) -> &Interrupts {
        &self.settings.interrupts
    }

    /// What the files ask of the daemon.
    pub(super) fn desired(&self) -> Result<Desired, Error> {
        Ok(self.desired_of(&self.files()?.project))
    }

    /// What the files ask of the daemon, with the variables of providers and models.
    pub(super) async fn desired_for(&self, policy: &UpPolicy) -> Result<Desired, Error> {
        let project = &self.files()?.project;
        self.default_platform_suits(&policy.services)?;
        if policy.provided.is_empty() && project.models.is_empty() {
            return self.desired();
        }
        let project = provision(project.clone(), &policy.provided);
        Ok(self.desired_of(&self.told_of_models(project, policy).await?))
    }

    /// Where language models are asked, once that is known.
    pub(super) fn model_endpoint(&self) -> &OnceCell<String> {
        &self.model_endpoint
    }

    /// What was loaded; an error if the project is known by its name alone.
    pub(super) fn files(&self) -> Result<&Loaded, Error> {
        self.loaded().ok_or_else(|| Error::request("no configuration file provided: not found"))
    }

    /// What a project asks of the daemon.
    pub(super) fn desired_of(&self, project: &Project) -> Desired {
        let mut desired = self.translated(project);
        desired.build_for_here();
        if let Some(lease) = &self.settings.lease {
            desired.lease(lease);
        }
        desired
    }

    /// What a project asks of the daemon, with images for all platforms that are named.
    pub(super) fn translated(&self, project: &Project) -> Desired {
        let target = Target {
            engine: self.engine.facts().api_version,
            environment_files: self.settings.environment_files.clone(),
            compatibility: self.settings.compatibility,
            proxies: self.engine.proxies(),
            credentials: self.engine.logins(),
            read: &|path| std::fs::read_to_string(path),
        };
        let Some(platform) = self.default_platform() else { return translate(project, &target) };
        // What is built is built for it and run on it; what is pulled is only pulled for it, as the peer does.
        let mut project = project.clone();
        for service in project.services.values_mut() {
            if service.workload.build.is_some() && service.container.platform.is_empty() {
                platform.clone_into(&mut service.container.platform);
            }
        }
        let mut desired = translate(&project, &target);
        for image in desired.images.iter_mut().filter(|image| image.platform.is_none()) {
            image.platform = Some(platform.to_owned());
        }
        desired
    }

    /// Everything that a decision about `desired` needs, by a handful of list calls.
    pub(super) async fn observe(&self, desired: &Desired) -> Result<Observed, Error> {
        let query = Query {
            networks: desired.networks.iter().map(|network| network.name.clone()).collect(),
            volumes: desired.volumes.iter().map(|volume| volume.name.clone()).collect(),
            images: desired.images.iter().map(|image| image.reference.clone()).collect(),
            ..Query::project(self.name())
        };
        self.look(&query).await
    }

    /// One look at the daemon, which an interrupt ends. One that comes after the interrupt is a part of ending in peace.
    pub(super) async fn look(&self, query: &Query) -> Result<Observed, Error> {
        let stop = &self.settings.interrupts.stop;
        if stop.is_cancelled() {
            return Ok(self.engine.observe(query).await?);
        }
        tokio::select! {
            observed = self.engine.observe(query) => Ok(observed?),
            () = stop.cancelled() => Err(Error::Interrupted),
        }
    }

    /// The variables of the process and of `.env`, which programs get that we run.
    pub(super) fn all_variables(&self) -> Arc<BTreeMap<String, String>> {
        let told = self.loaded().into_iter().flat_map(|loaded| loaded.environment.iter());
        Arc::new(told.map(|(name, variable)| (name.to_owned(), variable.value.clone())).collect())
    }

    fn variables_of_providers(&self) -> Arc<BTreeMap<String, String>> {
        let mut services = self.loaded().into_iter().flat_map(|loaded| loaded.project.services.values());
        if services.any(|service| service.provider.is_some()) { self.all_variables() } else { Arc::default() }
    }

    fn gates(&self) -> Gates {
        if self.settings.fast_gates {
            Gates::of(self.loaded().map(|loaded| &loaded.project))
        } else {
            Gates::default()
        }
    }

    /// What steps of a run have at hand.
    pub(super) fn context(&self) -> Context {
        Context {
            engine: self.engine.clone(),
            sink: self.settings.sink.clone(),
            project: self.name().to_owned(),
            limits: Limits::new(self.settings.parallel),
            gates: self.gates(),
            cancel: self.settings.interrupts.stop.clone(),
            kill: self.settings.interrupts.kill.clone(),
            keep_going: false,
            variables: self.variables_of_providers(),
            listener: None,
            follower: None,
        }
    }
}

/// A project whose services have the variables of the providers that they depend on.
pub(super) fn provision(mut project: Project, provided: &BTreeMap<String, Vec<Provision>>) -> Project {
    for service in project.services.values_mut() {
        for (_, provisions) in
            provided.iter().filter(|(name, _)| service.workload.depends_on.contains_key(*name))
        {
            for provision in provisions {
                service.container.environment.insert(provision.name.clone(), Some(provision.value.clone()));
            }
        }
    }
    project
}
