//! `up`: the files become containers.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::{Either, select};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use super::attached::Watching;
use super::report::RunReport;
use super::watch::{Requests, Session, WatchOptions, WatchRequest};
use super::{Compose, Error, Menu, UpRequest};
use crate::diag::did_you_mean;
use crate::event::{Event, Level};
use crate::plan::{Action, Answer, Plan, UpPolicy, reconcile};
use crate::resource::{ContainerState, Desired, Observed, ObservedContainer, Warning, labels};
use crate::run::{Abort, Context, End, Follower, Listener, Monitor, Outcome, execute};

/// How `up` shows its containers when it stays attached.
#[derive(Debug, Default)]
pub struct AttachOptions {
    /// Only these services (`--attach`); empty for those that are brought up.
    pub services: Vec<String>,
    /// Not these (`--no-attach`).
    pub hidden: Vec<String>,
    /// Services that the named ones hang on, too (`--attach-dependencies`).
    pub dependencies: bool,
    /// When the end of one container ends it all.
    pub abort: Abort,
    /// The service whose exit code is ours (`--exit-code-from`).
    pub exit_code_from: Option<String>,
    /// Lines are shown with the time of their arrival (`--timestamps`).
    pub timestamps: bool,
    /// Files are watched meanwhile (`--watch`).
    pub watch: Option<WatchOptions>,
    /// What the user can ask for meanwhile.
    pub menu: Option<Menu>,
}

/// A plan with what it was made from.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What is to be done; its questions want answers, if there are any.
    pub plan: Plan,
    pub(super) policy: UpPolicy,
    desired: Arc<Desired>,
    observed: Arc<Observed>,
}

impl Prepared {
    /// The services that the plan is about, with those that they need.
    pub(super) fn services(&self) -> impl Iterator<Item = &str> {
        self.desired.services.iter().map(|service| service.name.as_str())
    }
}

/// How an `up` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpEnd {
    /// All is done; containers run on by themselves.
    Done,
    /// It was attached, and its containers have ended; with the exit code for us.
    Ended {
        /// The exit code.
        code: i64,
    },
    /// An interrupt ended it, and the containers were stopped.
    Interrupted,
    /// The user left, and the containers run on.
    Detached,
}

/// A watch that is about to begin, and where to ask it for something.
type Begun = (Session, Option<UnboundedSender<WatchRequest>>);

impl Compose {
    /// Looks at the daemon and decides what to do.
    pub async fn prepare_up(&self, mut policy: UpPolicy) -> Result<Prepared, Error> {
        let desired = self.desired_for(&policy).await?;
        let mut observed = self.observe(&desired).await?;
        let stale = self.look_closer(&desired, &mut observed).await?;
        policy.stale_images.extend(stale);
        let plan = reconcile(&desired, &observed, &policy)?;
        Ok(Prepared { plan, policy, desired: Arc::new(desired), observed: Arc::new(observed) })
    }

    /// Decides again, with answers to the questions of the first plan.
    pub fn answer(&self, prepared: Prepared, answers: Vec<Answer>) -> Result<Prepared, Error> {
        let policy = UpPolicy { answers, ..prepared.policy };
        let plan = reconcile(&prepared.desired, &prepared.observed, &policy)?;
        Ok(Prepared { plan, policy, ..prepared })
    }

    /// Carries a prepared plan out. With `attach`, shows what the containers write until they end.
    pub async fn up(&self, prepared: &Prepared, attach: Option<AttachOptions>) -> Result<UpEnd, Error> {
        if let Some(options) = attach {
            self.warn(&prepared.plan);
            return Box::pin(self.up_attached(prepared, options)).await;
        }
        self.bring("up", prepared).await?;
        Ok(UpEnd::Done)
    }

    /// Carries a prepared plan out under another verb (`create`, `scale`), and shows nothing of what containers write.
    pub async fn bring(&self, operation: &'static str, prepared: &Prepared) -> Result<(), Error> {
        self.warn(&prepared.plan);
        self.ensure_models(&prepared.policy).await?;
        let (prepared, outcome) = self.settle(operation, prepared, &self.context()).await?;
        self.finished(operation, &prepared.plan, outcome)
    }

    /// What a plan has to say besides its steps, each with its place in the files.
    #[must_use]
    pub fn warnings(&self, plan: &Plan) -> Vec<String> {
        let worded = |warning: &Warning| {
            let place = warning.blame.as_ref().zip(self.loaded()).and_then(|(path, loaded)| {
                loaded.blame(path).map(|span| format!("{}: ", loaded.sources.locate(span)))
            });
            format!("{}{}", place.unwrap_or_default(), warning.message)
        };
        plan.warnings.iter().map(worded).collect()
    }

    /// Tells what a plan has to say besides its steps.
    pub(super) fn warn(&self, plan: &Plan) {
        for text in self.warnings(plan) {
            self.sink().send(Event::Notice { level: Level::Warning, text });
        }
    }

    /// Carries a plan out between a headline and a last word.
    pub(super) async fn told(&self, operation: &'static str, plan: &Plan, context: &Context) -> Outcome {
        let total = plan.steps().map(|(_, step)| &step.resource).collect::<BTreeSet<_>>().len();
        self.sink().send(Event::Started { operation, total });
        let outcome = execute(plan, context).await;
        self.sink().send(Event::Finished { operation, success: outcome.is_success() });
        outcome
    }

    /// An outcome as a result.
    pub(super) fn finished(&self, operation: &str, plan: &Plan, outcome: Outcome) -> Result<(), Error> {
        if !outcome.failures.is_empty() {
            let project = self.name();
            let next = match operation {
                "images" => format!("`rcompose -p {project} images --rm` goes on from here"),
                "build" => format!("`rcompose -p {project} build` goes on with what is missing"),
                _ => format!(
                    "`rcompose -p {project} ps -a` shows what is there, `{operation}` goes on from here"
                ),
            };
            return Err(Error::Run(Box::new(RunReport::new(plan, outcome, next))));
        }
        if outcome.interrupted { Err(Error::Interrupted) } else { Ok(()) }
    }

    async fn up_attached(&self, prepared: &Prepared, mut options: AttachOptions) -> Result<UpEnd, Error> {
        let shown = shown(prepared, &options)?;
        self.ensure_models(&prepared.policy).await?;
        // Whatever is wrong with the rules is told before anything is done, and what is saved meanwhile is not missed.
        let mut watch =
            options.watch.take().map(|watch| self.watch_from_start(watch, &options)).transpose()?;
        let follow = if options.timestamps { Follower::stamping } else { Follower::new };
        let follower = follow(self.engine().clone(), self.sink().clone(), (self.name(), shown));
        let listener = Listener::open(self.engine(), self.name()).await?;
        let mut monitor = Monitor {
            engine: self.engine().clone(),
            sink: self.sink().clone(),
            project: self.name().to_owned(),
            follower: follower.clone(),
            events: listener.subscribe(),
            abort: options.abort,
            tells_ends: true,
            busy: watch.as_mut().map(|(session, _)| session.busy()),
            interrupt: self.interrupts().stop.clone(),
            ended: BTreeSet::new(),
        };
        let services = &prepared.policy.services;
        self.sink().send(Event::Attached { containers: names(prepared, &follower) });
        self.attach_running(prepared, &follower).await?;
        let context =
            Context { follower: Some(follower.clone()), listener: Some(listener.clone()), ..self.context() };
        let (prepared, outcome) = Box::pin(self.settle("up", prepared, &context)).await?;
        if outcome.interrupted && outcome.failures.is_empty() {
            return self.stop_gracefully(monitor, services).await;
        }
        self.finished("up", &prepared.plan, outcome)?;
        let Some(end) = self.follow(&mut monitor, watch, options.menu.as_mut()).await? else {
            return Ok(UpEnd::Detached);
        };
        match end {
            End::AllExited => {
                follower.drained().await;
                Ok(UpEnd::Ended { code: 0 })
            }
            End::Interrupted => self.stop_gracefully(monitor, services).await,
            End::Aborted { code, .. } => {
                self.abort(monitor, services, options.abort).await?;
                let code = match &options.exit_code_from {
                    Some(service) => self.exit_code(service).await?,
                    None => code,
                };
                Ok(UpEnd::Ended { code })
            }
        }
    }

    /// Follows the containers and does what the user wishes meanwhile, to the end; `None` if it is that he leaves.
    async fn follow(
        &self,
        monitor: &mut Monitor,
        watch: Option<Begun>,
        mut menu: Option<&mut Menu>,
    ) -> Result<Option<End>, Error> {
        let stop = &self.interrupts().stop;
        let mut watching = watch.map(|(session, requests)| Watching::begin(session, requests, stop));
        let end = loop {
            let request = tokio::select! {
                biased;
                end = monitor.run() => break Some(end),
                request = Menu::next(menu.as_deref_mut()) => request,
            };
            match (request, watching.take()) {
                (UpRequest::Detach, now) => {
                    watching = now;
                    break None;
                }
                (UpRequest::Watch(request), now) => {
                    if let Some(now) = &now {
                        now.ask(request);
                    }
                    watching = now;
                }
                (UpRequest::ToggleWatch, Some(now)) => {
                    monitor.busy = None;
                    now.end().await?;
                }
                (UpRequest::ToggleWatch, None) => {
                    if let Some((mut session, requests)) =
                        menu.as_ref().and_then(|menu| self.watch_on_wish(&menu.watch))
                    {
                        monitor.busy = Some(session.busy());
                        watching = Some(Watching::begin(session, Some(requests), stop));
                    }
                }
            }
        };
        if let Some(watching) = watching {
            watching.end().await?;
        }
        Ok(end.transpose()?)
    }

    /// Stops the services that were named, or all, as one of them has ended.
    async fn abort(&self, mut monitor: Monitor, services: &[String], on: Abort) -> Result<(), Error> {
        let text = if on == Abort::OnFailure {
            "Aborting on container failure..."
        } else {
            "Aborting on container exit..."
        };
        self.sink().send(Event::Notice { level: Level::Info, text: text.to_owned() });
        let stop = self.stop_all(services, self.interrupts().stop.clone());
        ending(&mut monitor, Box::pin(stop)).await?;
        monitor.drained().await;
        Ok(())
    }

    /// A watch that begins with the `up`; with a menu, that is where its user asks it for something.
    fn watch_from_start(&self, watch: WatchOptions, options: &AttachOptions) -> Result<Begun, Error> {
        if options.menu.is_none() {
            return Ok((Session::locked(self, &watch)?, None));
        }
        let (sender, requests) = Requests::channel();
        Ok((Session::locked(self, &WatchOptions { requests, ..watch })?, Some(sender)))
    }

    /// Shows containers that run already and stay.
    async fn attach_running(&self, prepared: &Prepared, follower: &Follower) -> Result<(), Error> {
        for container in staying(prepared) {
            let service = container.label(labels::SERVICE);
            follower.attach(&container.id, (&container.name, service), None).await?;
        }
        Ok(())
    }

    /// Stops the services that were named, or all; what they depend on goes on, as it may be others' too.
    async fn stop_gracefully(&self, mut monitor: Monitor, services: &[String]) -> Result<UpEnd, Error> {
        let text = "Gracefully Stopping... press Ctrl+C again to force".to_owned();
        self.sink().send(Event::Notice { level: Level::Info, text });
        let stop = async {
            tokio::select! {
                stopped = self.stop_all(services, CancellationToken::new()) => stopped,
                () = self.interrupts().kill.cancelled() => self.kill_all(services).await,
            }
        };
        ending(&mut monitor, Box::pin(stop)).await?;
        monitor.drained().await;
        Ok(UpEnd::Interrupted)
    }

    /// The exit code of the first container of a service.
    async fn exit_code(&self, service: &str) -> Result<i64, Error> {
        let observed = self.observe_containers().await?;
        let first = observed.containers.iter().find(|container| container.label(labels::SERVICE) == service);
        Ok(first.and_then(|container| container.exit_code).unwrap_or_default())
    }
}

/// Ends containers by `stop`, and tells meanwhile of those that have ended.
async fn ending(
    monitor: &mut Monitor,
    stop: impl Future<Output = Result<(), Error>> + Unpin,
) -> Result<(), Error> {
    monitor.abort = Abort::Never;
    monitor.interrupt = CancellationToken::new();
    let stopped = match select(stop, Box::pin(monitor.run())).await {
        Either::Left((stopped, _)) => stopped,
        Either::Right((_, stop)) => stop.await,
    };
    monitor.catch_up().await?;
    stopped
}

/// Containers that run and are not taken away by the plan.
fn staying(prepared: &Prepared) -> impl Iterator<Item = &ObservedContainer> {
    let removed: BTreeSet<&str> = prepared
        .plan
        .steps()
        .filter(|(_, step)| matches!(step.action, Action::RemoveContainer { .. }))
        .flat_map(|(_, step)| step.action.containers())
        .filter_map(|reference| reference.existing())
        .collect();
    prepared.observed.containers.iter().filter(move |container| {
        container.state == ContainerState::Running
            && container.label(labels::ONEOFF) != "True"
            && !removed.contains(container.id.as_str())
    })
}

/// The services whose output is shown.
fn shown(prepared: &Prepared, options: &AttachOptions) -> Result<BTreeSet<String>, Error> {
    let planned: BTreeSet<&str> =
        prepared.desired.services.iter().map(|service| service.name.as_str()).collect();
    let unknown: Vec<&str> =
        options.services.iter().map(String::as_str).filter(|name| !planned.contains(name)).collect();
    if !unknown.is_empty() {
        return Err(Error::request(format!(
            "cannot attach to services not included in up: {}",
            unknown.join(", ")
        )));
    }
    if let Some(from) = options.exit_code_from.as_deref().filter(|name| !planned.contains(name)) {
        return Err(Error::Request {
            message: format!("no such service: {from}"),
            help: did_you_mean(from, planned.iter().copied()),
        });
    }
    let named = |name: &str| {
        prepared.policy.services.is_empty() || prepared.policy.services.iter().any(|one| one == name)
    };
    let wanted = |name: &str| {
        if options.services.is_empty() {
            options.dependencies || named(name)
        } else {
            options.services.iter().any(|one| one == name)
        }
    };
    let services = prepared.desired.services.iter().filter(|service| {
        let explicit = options.services.contains(&service.name);
        (service.attach || explicit) && wanted(&service.name) && !options.hidden.contains(&service.name)
    });
    Ok(services.map(|service| service.name.clone()).collect())
}

/// The containers that will be shown, without the project, sorted.
fn names(prepared: &Prepared, follower: &Follower) -> Vec<String> {
    let started = prepared.plan.steps().filter(|(_, step)| {
        matches!(step.action, Action::StartContainer { .. })
            && step.service.as_deref().is_some_and(|service| follower.shows(service))
    });
    let running = staying(prepared).filter(|container| follower.shows(container.label(labels::SERVICE)));
    let names: BTreeSet<String> = started
        .map(|(_, step)| follower.short_name(&step.resource.name))
        .chain(running.map(|container| follower.short_name(&container.name)))
        .collect();
    names.into_iter().collect()
}
