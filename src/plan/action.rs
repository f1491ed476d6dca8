//! The steps of a plan: one daemon call each, or none.

use std::time::Duration;

use super::{Cause, ContainerCreate, StepId};
use crate::resource::body::Endpoint;
use crate::resource::{
    Condition, HookSpec, ImageSpec, InjectedFile, NetworkSpec, ProviderSpec, ResourceId, VolumeSpec,
};

/// A node of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What to do.
    pub action: Action,
    /// Why.
    pub cause: Cause,
    /// What it is done to, as people know it: all steps of a recreation name the container that comes of it.
    pub resource: ResourceId,
    /// The service that it is done for.
    pub service: Option<String>,
    /// Its place in a change that people see as one.
    pub stage: Stage,
    /// If there are any: the step is done only if one of these images turned out to be another one. Else it is skipped
    /// without a word, and what it would have created is what was there: a skipped creation stands for the container
    /// that it [replaces](ContainerCreate::replaces).
    pub guard: Vec<ImageGuard>,
}

/// Whether a pulled or built image is another one than before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageGuard {
    /// The step that pulls or builds it; it is done by then.
    pub step: StepId,
    /// The reference.
    pub reference: String,
    /// Id of the image that the container was made from.
    pub from: String,
}

impl Step {
    /// A step that stands for itself.
    #[must_use]
    pub fn new(action: Action, cause: Cause, resource: ResourceId) -> Self {
        Self { action, cause, resource, service: None, stage: Stage::Whole, guard: Vec::new() }
    }

    /// For a service.
    #[must_use]
    pub fn of(mut self, service: impl Into<String>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// At a place in a larger change.
    #[must_use]
    pub fn stage(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }

    /// Only if an image turns out to be another one.
    #[must_use]
    pub fn only_if(mut self, guard: &[ImageGuard]) -> Self {
        self.guard = guard.to_vec();
        self
    }
}

/// A step's place in a change that people see as one, such as the recreation of a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// It is a change of its own.
    #[default]
    Whole,
    /// It opens the change.
    First,
    /// It goes unsaid.
    Middle,
    /// It completes the change.
    Last,
}

/// A container that a step works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerRef {
    /// One that is there already.
    Existing {
        /// Id.
        id: String,
        /// Name.
        name: String,
    },
    /// What another step creates.
    Created(StepId),
}

/// What to do. Each is one daemon call, but for `Await`, `Note`, and those that say otherwise.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Pulls an image.
    PullImage {
        /// The image.
        image: Box<ImageSpec>,
        /// How a failure is taken.
        on_failure: PullFailure,
    },
    /// Builds an image.
    BuildImage {
        /// The image; its `build` is there.
        image: Box<ImageSpec>,
        /// Build only if this pull failed.
        only_if_failed: Option<StepId>,
    },
    /// Pushes an image to its registry.
    PushImage {
        /// Reference.
        reference: String,
    },
    /// Removes an image; a refusal because it is in use is told and forgotten.
    RemoveImage {
        /// Reference.
        reference: String,
    },
    /// Creates a network. That it exists already (made by someone else in the meantime) is no failure.
    CreateNetwork(Box<NetworkSpec>),
    /// Removes a network.
    RemoveNetwork {
        /// Id.
        id: String,
        /// Name.
        name: String,
        /// How a refusal because it is in use is taken.
        in_use: InUse,
    },
    /// Joins a container to a network.
    ConnectNetwork {
        /// Real name of the network.
        network: String,
        /// The container.
        container: ContainerRef,
        /// How.
        endpoint: Box<Endpoint>,
    },
    /// Takes a container out of a network, by force.
    DisconnectNetwork {
        /// Real name of the network.
        network: String,
        /// The container.
        container: ContainerRef,
    },
    /// Creates a volume.
    CreateVolume(Box<VolumeSpec>),
    /// Removes a volume.
    RemoveVolume {
        /// Real name.
        name: String,
        /// How a refusal because it is in use is taken.
        in_use: InUse,
    },
    /// Creates a container; the result is its id.
    CreateContainer(Box<ContainerCreate>),
    /// Puts files into a container.
    UploadFiles {
        /// The container.
        container: ContainerRef,
        /// The files.
        files: Vec<InjectedFile>,
    },
    /// Starts a container.
    StartContainer {
        /// The container.
        container: ContainerRef,
    },
    /// Runs a command in a container and waits for its end (several calls).
    RunHook {
        /// The container.
        container: ContainerRef,
        /// `post_start` or `pre_stop`.
        phase: HookPhase,
        /// The command.
        hook: Box<HookSpec>,
    },
    /// Stops a container.
    StopContainer {
        /// The container.
        container: ContainerRef,
        /// Grace; `None` leaves it to the container's own.
        timeout: Option<Duration>,
    },
    /// Restarts a container.
    RestartContainer {
        /// The container.
        container: ContainerRef,
        /// Grace; `None` leaves it to the container's own.
        timeout: Option<Duration>,
    },
    /// Sends a signal.
    KillContainer {
        /// The container.
        container: ContainerRef,
        /// Its name or number.
        signal: String,
    },
    /// Freezes.
    PauseContainer {
        /// The container.
        container: ContainerRef,
    },
    /// Thaws.
    UnpauseContainer {
        /// The container.
        container: ContainerRef,
    },
    /// Removes a container, by force.
    RemoveContainer {
        /// The container.
        container: ContainerRef,
        /// Its anonymous volumes too.
        volumes: bool,
    },
    /// Gives a container another name.
    RenameContainer {
        /// The container.
        container: ContainerRef,
        /// The name.
        name: String,
    },
    /// Waits until the containers of a service satisfy a condition.
    Await(Box<Await>),
    /// Runs a service's external program (no daemon call).
    RunProvider {
        /// The program.
        provider: Box<ProviderSpec>,
        /// What it is to do.
        verb: ProviderVerb,
    },
    /// Nothing: what was asked for is left out, and the user is told.
    Skip {
        /// Why; may be empty.
        why: String,
    },
    /// Nothing; there is only a word to say, such as `Running` for a container that stays as it is.
    Note {
        /// The word.
        text: String,
    },
}

/// Waiting until the containers of a service satisfy a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Await {
    /// Service.
    pub service: String,
    /// Its containers.
    pub containers: Vec<ContainerRef>,
    /// For what.
    pub condition: Condition,
    /// If not, a failure is only a warning.
    pub required: bool,
    /// The services that wait; empty when the user does (`--wait`).
    pub waiting: Vec<String>,
    /// How long at most.
    pub timeout: Option<Duration>,
}

/// How the failure of a pull is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PullFailure {
    /// What needs the image fails.
    #[default]
    Fails,
    /// The image is built instead.
    Builds,
    /// It is told and forgotten (`--ignore-pull-failures`).
    Ignored,
}

/// How a refusal to remove what is in use is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InUse {
    /// As a failure.
    #[default]
    Fails,
    /// It stays, with a warning.
    Warns,
}

/// When a hook is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookPhase {
    /// After a start.
    PostStart,
    /// Before a stop.
    PreStop,
}

/// What an external program is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderVerb {
    /// Make it run.
    Up,
    /// Take it away.
    Down,
    /// Stop it.
    Stop,
}

impl ContainerRef {
    /// The id, if the container is there already.
    #[must_use]
    pub fn existing(&self) -> Option<&str> {
        match self {
            Self::Existing { id, .. } => Some(id),
            Self::Created(_) => None,
        }
    }
}

impl Action {
    /// The containers that it names: the one that it works on, all that it waits for, or those that a creation refers
    /// to (its predecessor first, then its references in the order of their services).
    #[must_use]
    pub fn containers(&self) -> Vec<&ContainerRef> {
        match self {
            Self::ConnectNetwork { container, .. }
            | Self::DisconnectNetwork { container, .. }
            | Self::UploadFiles { container, .. }
            | Self::StartContainer { container }
            | Self::RunHook { container, .. }
            | Self::StopContainer { container, .. }
            | Self::RestartContainer { container, .. }
            | Self::KillContainer { container, .. }
            | Self::PauseContainer { container }
            | Self::UnpauseContainer { container }
            | Self::RemoveContainer { container, .. }
            | Self::RenameContainer { container, .. } => vec![container],
            Self::CreateContainer(create) => {
                create.replaces.iter().chain(create.references.values()).collect()
            }
            Self::Await(wait) => wait.containers.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// True if it changes something: waits and notes do not.
    #[must_use]
    pub fn changes(&self) -> bool {
        !matches!(self, Self::Await(_) | Self::Skip { .. } | Self::Note { .. })
    }
}
