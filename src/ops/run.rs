//! `run`: a command in a container of its own, made after a service.

use std::io::Read as _;

use super::compose::provision;
use super::{Compose, Error};
use crate::event::{Event, Level};
use crate::plan::{BuildChoice, HookPhase, Plan, PullChoice, UpPolicy, oneoff};
use crate::resource::hash::hex;
use crate::resource::{ContainerState, Fault, HookSpec, OneOff, ProjectFacts, names};
use crate::run::{Attendance, Attended, Console, Ended, attend, hook};

/// What to run, beyond what the files say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunOptions {
    /// How the container differs from those of its service. Without a name it gets one, and without a slug too.
    pub container: OneOff,
    /// Building.
    pub build: BuildChoice,
    /// Containers of services that are in no file are removed.
    pub remove_orphans: bool,
    /// Pulling.
    pub pull: PullChoice,
    /// Nothing is said about orphans.
    pub ignore_orphans: bool,
}

/// A one-off container to be made, and what has to be there before.
#[derive(Clone, Debug)]
pub struct PreparedRun {
    /// What is to be done before its start; its creation comes last.
    pub plan: Plan,
    /// The container.
    pub container: OneOff,
    policy: UpPolicy,
    hooks: Vec<HookSpec>,
}

impl Compose {
    /// Looks at the daemon and decides what has to be done before the container can be started.
    pub async fn prepare_run(&self, options: &RunOptions) -> Result<PreparedRun, Error> {
        let mut container = options.container.clone();
        if container.slug.is_empty() {
            container.slug = slug()?;
        }
        if container.name.is_empty() {
            container.name = names::oneoff(&self.facts(), &container.service, &container.slug);
        }
        let policy = UpPolicy {
            services: vec![container.service.clone()],
            no_dependencies: container.no_dependencies,
            pull: options.pull,
            build: options.build,
            remove_orphans: options.remove_orphans,
            ignore_orphans: options.ignore_orphans,
            ..UpPolicy::default()
        };
        self.plan_run(container, policy).await
    }

    async fn plan_run(&self, container: OneOff, policy: UpPolicy) -> Result<PreparedRun, Error> {
        self.default_platform_suits(&policy.services)?;
        let project = container.apply(&self.files()?.project).map_err(misused)?;
        let project = provision(project, &policy.provided);
        let desired = self.desired_of(&self.told_of_models(project, &policy).await?);
        let service = desired.service(&container.service);
        let spec = service.map(|service| service.oneoff(&container)).unwrap_or_default();
        let observed = self.observe(&desired).await?;
        let plan = oneoff(&desired, &observed, &policy, &spec)?;
        let hooks = service.cloned().unwrap_or_default().hooks.post_start;
        Ok(PreparedRun { plan, container, policy, hooks })
    }

    /// Makes the container of [`Compose::prepare_run`], and what it needs.
    pub async fn create_for_run(&self, prepared: &PreparedRun) -> Result<(), Error> {
        let mut prepared = prepared.clone();
        self.ensure_models(&prepared.policy).await?;
        loop {
            self.warn(&prepared.plan);
            let mut outcome = self.told("run", &prepared.plan, &self.context()).await;
            let PreparedRun { plan, container, mut policy, .. } = prepared.clone();
            self.take_provisions(&mut policy, std::mem::take(&mut outcome.provided));
            if let Err(error) = self.finished("run", &plan, outcome) {
                self.drop_unstarted(&prepared).await;
                return Err(error);
            }
            if plan.postponed.is_empty() {
                return Ok(());
            }
            let services = self.files()?.project.services.keys();
            policy.settled.extend(services.filter(|name| !plan.postponed.contains(*name)).cloned());
            prepared = self.plan_run(container, policy).await?;
        }
    }

    /// Starts the container with `console` at its other end, until it ends or the user lets go.
    pub async fn run(&self, prepared: &PreparedRun, console: Console) -> Result<Ended, Error> {
        let container = &prepared.container;
        let state = Attendance::Created { removed: container.remove };
        let at = Attended { container: &container.name, tty: container.tty, state };
        let attended = attend(self.engine(), at, console);
        let hooks = async {
            if prepared.hooks.is_empty() {
                return;
            }
            self.wait_for_start(&container.name).await;
            if let Err(error) = self.post_start(prepared).await {
                self.sink().send(Event::Notice { level: Level::Warning, text: error.to_string() });
            }
        };
        let (mut attended, mut hooks) = (std::pin::pin!(attended), std::pin::pin!(hooks));
        let mut hooked = false;
        let ended = loop {
            tokio::select! {
                ended = &mut attended => break ended,
                () = &mut hooks, if !hooked => hooked = true,
            }
        };
        if ended.is_err() {
            self.drop_unstarted(prepared).await;
        }
        Ok(ended?)
    }

    /// Starts the container and leaves it alone; its id.
    pub async fn run_detached(&self, prepared: &PreparedRun) -> Result<String, Error> {
        let name = &prepared.container.name;
        let details = self.engine().inspect_container(name).await?;
        if let Err(error) = self.engine().start_container(name).await {
            self.drop_unstarted(prepared).await;
            return Err(error.into());
        }
        self.post_start(prepared).await.map_err(|error| Error::request(error.to_string()))?;
        Ok(details.id)
    }

    async fn post_start(&self, prepared: &PreparedRun) -> Result<(), crate::run::StepError> {
        let container = &prepared.container;
        for spec in &prepared.hooks {
            let names = (container.name.as_str(), container.service.as_str());
            hook(self.engine(), names, (HookPhase::PostStart, spec), None).await?;
        }
        Ok(())
    }

    /// Hooks are run in a container that runs, or has run.
    async fn wait_for_start(&self, container: &str) {
        while let Ok(details) = self.engine().inspect_container(container).await
            && details.state == ContainerState::Created
        {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Removes a container that never ran and that nobody will look at.
    async fn drop_unstarted(&self, prepared: &PreparedRun) {
        if !prepared.container.remove {
            return;
        }
        let name = &prepared.container.name;
        if let Ok(details) = self.engine().inspect_container(name).await
            && details.state == ContainerState::Created
        {
            // It was to be gone in the end; the first fault is the one to tell.
            let _ = self.engine().remove_container(&details.id, true).await;
        }
    }

    fn facts(&self) -> ProjectFacts {
        ProjectFacts {
            name: self.name().to_owned(),
            compatibility: self.compatibility(),
            ..ProjectFacts::default()
        }
    }
}

/// A fault of the command line, unless it has a place in the files.
fn misused(fault: Fault) -> Error {
    match fault.blame {
        Some(_) => Error::from(vec![fault]),
        None => Error::Request { message: fault.message, help: fault.help },
    }
}

/// 64 random hex digits.
fn slug() -> Result<String, Error> {
    let path = "/dev/urandom";
    let mut bytes = [0; 32];
    std::fs::File::open(path)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|cause| Error::File { path: path.to_owned(), cause })?;
    Ok(hex(&bytes))
}
