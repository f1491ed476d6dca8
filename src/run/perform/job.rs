//! A step with all that it needs.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::{build, container, hook, image, provider, storage};
use crate::event::Status;
use crate::plan::{Action, Step};
use crate::resource::Provision;
use crate::run::{Context, Listener, StepError, wait};

/// A step with all that it needs, so that it can run as a task of its own.
#[derive(Debug)]
pub(in crate::run) struct Job {
    pub(in crate::run) step: Arc<Step>,
    pub(in crate::run) context: Context,
    /// There if the plan has waits.
    pub(in crate::run) listener: Option<Listener>,
    /// Ends what may be ended when nothing new is begun any more.
    pub(in crate::run) halt: CancellationToken,
    /// The containers that the action names, in the order of [`Action::containers`].
    pub(in crate::run) targets: Vec<Target>,
    /// Whether the container has a terminal, where the plan tells.
    pub(in crate::run) tty: Option<bool>,
    /// Whether the engine chooses a port of the host for the container, where the plan tells.
    pub(in crate::run) any_port: Option<bool>,
    /// True if other steps wait for it.
    pub(in crate::run) awaited: bool,
    /// False if the step depends on a failed pull and the pull did not fail.
    pub(in crate::run) pull_failed: bool,
}

/// A container that a step works on.
#[derive(Clone, Debug)]
pub(in crate::run) struct Target {
    pub(in crate::run) id: String,
    pub(in crate::run) name: String,
}

impl Target {
    /// True if an event tells of it.
    pub(in crate::run) fn is(&self, id: &str) -> bool {
        // Before its creation was answered, a container is known by name alone.
        self.id == id || self.name == id
    }
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run) enum Done {
    /// It is done.
    Nothing,
    /// A container is there, by this id.
    Container(String),
    /// An image is there, by this id.
    Image(String),
    /// What a provider has for those that depend on it.
    Provided(Vec<Provision>),
    /// A pull failed, and the plan says how to go on.
    PullFailed,
    /// There was nothing to do, or what there was has been told.
    Skipped,
}

/// What a step holds while it works.
struct Permits {
    _call: Option<OwnedSemaphorePermit>,
    _port: Option<OwnedSemaphorePermit>,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Job {
    /// Does it, as soon as the limits allow.
    pub(in crate::run) async fn run(self) -> Result<Done, StepError> {
        let halt = self.halt.clone();
        let cancel = self.context.cancel.clone();
        if self.ends_on_halt() {
            tokio::select! {
                done = self.admitted() => done,
                () = halt.cancelled() => Err(StepError::Interrupted),
            }
        } else if self.ends_on_interrupt() {
            tokio::select! {
                done = self.admitted() => done,
                () = cancel.cancelled() => Err(StepError::Interrupted),
            }
        } else {
            self.admitted().await
        }
    }

    /// Waits and long transfers leave nothing half done behind.
    fn ends_on_halt(&self) -> bool {
        matches!(
            self.step.action,
            Action::Await(_)
                | Action::PullImage { .. }
                | Action::BuildImage { .. }
                | Action::PushImage { .. }
                | Action::RunHook { .. }
                | Action::RunProvider { .. }
        )
    }

    /// A stop goes on in the daemon whether somebody waits for it or not.
    fn ends_on_interrupt(&self) -> bool {
        matches!(self.step.action, Action::StopContainer { .. } | Action::RestartContainer { .. })
    }

    async fn admitted(&self) -> Result<Done, StepError> {
        let _permits = self.permits().await;
        // Made only now: what waits for its turn is small.
        Box::pin(self.perform()).await
    }

    async fn permits(&self) -> Permits {
        if matches!(self.step.action, Action::Await(_) | Action::Skip { .. } | Action::Note { .. }) {
            return Permits { _call: None, _port: None, _turn: None };
        }
        // A closed semaphore would mean that the limits are gone; nobody closes them.
        let call = match self.context.limits.calls() {
            Some(calls) => calls.acquire_owned().await.ok(),
            None => None,
        };
        // Before the place among the starts, which others can use meanwhile.
        let port = if self.chooses_port().await {
            self.context.limits.ports().acquire_owned().await.ok()
        } else {
            None
        };
        let turn = match self.step.action {
            Action::CreateContainer(_) => self.context.limits.creates().acquire_owned().await.ok(),
            Action::StartContainer { .. } | Action::RestartContainer { .. } => {
                self.context.limits.starts().acquire_owned().await.ok()
            }
            _ => None,
        };
        Permits { _call: call, _port: port, _turn: turn }
    }

    /// True for a start at which the engine chooses a port, if two at once could make it choose the same.
    async fn chooses_port(&self) -> bool {
        let starts =
            matches!(self.step.action, Action::StartContainer { .. } | Action::RestartContainer { .. });
        if !starts || !self.context.engine.races_for_ports() {
            return false;
        }
        match (self.any_port, self.targets.first()) {
            (Some(known), _) => known,
            // Best effort: the start itself tells what is wrong.
            (None, Some(target)) => self.context.engine.chooses_port(&target.id).await.unwrap_or(false),
            (None, None) => false,
        }
    }

    async fn perform(&self) -> Result<Done, StepError> {
        match &self.step.action {
            Action::CreateContainer(create) => container::create(self, create).await,
            Action::UploadFiles { files, .. } => container::upload(self, files).await,
            Action::StartContainer { .. } => container::start(self).await,
            Action::StopContainer { timeout, .. } => container::stop(self, *timeout).await,
            Action::RestartContainer { timeout, .. } => container::restart(self, *timeout).await,
            Action::KillContainer { signal, .. } => container::kill(self, signal).await,
            Action::PauseContainer { .. } => container::pause(self).await,
            Action::UnpauseContainer { .. } => container::unpause(self).await,
            Action::RemoveContainer { volumes, .. } => container::remove(self, *volumes).await,
            Action::RenameContainer { name, .. } => container::rename(self, name).await,
            Action::RunHook { phase, hook, .. } => hook::run(self, (*phase, hook)).await,
            Action::RunProvider { provider, verb } => provider::run(self, provider, *verb).await,
            Action::Await(wait) => wait::wait(self, wait).await,
            Action::PullImage { image, on_failure } => image::pull(self, (image, *on_failure)).await,
            Action::BuildImage { .. } if !self.pull_failed => Ok(Done::Skipped),
            Action::BuildImage { image, .. } => build::build(self, image).await,
            Action::PushImage { reference } => image::push(self, reference).await,
            Action::RemoveImage { reference } => image::remove(self, reference).await,
            Action::Skip { why } => {
                self.context.tell_why(&self.step.resource, Status::Done, ("Skipped", why.clone()));
                Ok(Done::Skipped)
            }
            Action::Note { text } => {
                self.context.tell(&self.step.resource, Status::Done, text);
                Ok(Done::Skipped)
            }
            other => storage::perform(self, other).await,
        }
    }

    /// The container that the action works on.
    pub(super) fn target(&self) -> Result<&Target, StepError> {
        self.targets.first().ok_or_else(|| StepError::Internal("a step without its container".to_owned()))
    }
}
