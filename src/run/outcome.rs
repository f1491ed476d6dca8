//! What became of a plan.

use std::collections::BTreeMap;

use crate::engine::{self, Reason, Thing};
use crate::plan::StepId;
use crate::resource::{Condition, ContainerDetails, Provision, ResourceId};

use super::{ProviderFault, Unmet};

/// What became of a plan.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Steps that were done.
    pub done: Vec<StepId>,
    /// Steps that failed, in the order in which they did.
    pub failures: Vec<StepFailure>,
    /// Steps that were not begun, because of a failure or an interrupt.
    pub skipped: Vec<StepId>,
    /// What providers have said, by service.
    pub provided: BTreeMap<String, Vec<Provision>>,
    /// True if an interrupt ended it.
    pub interrupted: bool,
}

/// A step that failed.
#[derive(Debug)]
pub struct StepFailure {
    /// The step.
    pub step: StepId,
    /// What it was done to.
    pub resource: ResourceId,
    /// The service that it was done for.
    pub service: Option<String>,
    /// Why.
    pub error: StepError,
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The daemon refused, or is not there.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// What was waited for cannot come true any more.
    #[error("{0}")]
    Wait(Box<WaitFailure>),
    /// A hook ended with another code than 0.
    #[error("`{phase}` hook of `{service}` exited with status {code}")]
    Hook {
        /// Service.
        service: String,
        /// `post_start`, `pre_stop` or `pre_start`.
        phase: &'static str,
        /// Exit code.
        code: i64,
        /// The last lines that it printed.
        output: Vec<String>,
    },
    /// An external program that stands for a service failed.
    #[error(transparent)]
    Provider(#[from] ProviderFault),
    /// A container with the wanted name is there, and is another one.
    #[error("container name `{name}` is taken by a container of {owner}")]
    NameTaken {
        /// The name.
        name: String,
        /// Whose it is, in words.
        owner: String,
        /// It is of the same project.
        own: bool,
    },
    /// An interrupt came first.
    #[error("interrupted")]
    Interrupted,
    /// A fault of ours.
    #[error("internal error: {0}")]
    Internal(String),
}

impl StepError {
    /// Another command on the same project was faster, or is at work: what is there wants to be looked at again.
    #[must_use]
    pub fn is_contested(&self) -> bool {
        let error = match self {
            Self::NameTaken { own, .. } => return *own,
            Self::Engine(error) => error,
            _ => return false,
        };
        let gone = |thing: Thing| matches!(thing, Thing::Container | Thing::Network | Thing::Volume);
        match error.reason() {
            Some(Reason::NotFound { thing, .. }) => gone(*thing),
            Some(
                Reason::NameTaken { .. }
                | Reason::NetworkExists { .. }
                | Reason::Ambiguous
                | Reason::RemovalInProgress
                | Reason::EndpointExists,
            ) => true,
            _ => false,
        }
    }
}

/// A wait that ended without what was waited for.
#[derive(Debug)]
pub struct WaitFailure {
    /// The service that was waited for.
    pub service: String,
    /// For what.
    pub condition: Condition,
    /// Who waited; empty if the user did.
    pub waiting: Vec<String>,
    /// Why it ended.
    pub reason: WaitReason,
    /// The container that decided it, looked at closely.
    pub details: Option<Box<ContainerDetails>>,
    /// The last lines of its log.
    pub log: Vec<String>,
}

/// Why a wait ended without what was waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// It cannot come true any more.
    Unmet(Unmet),
    /// It took longer than allowed.
    TimedOut {
        /// Seconds that were allowed.
        seconds: u64,
    },
}

impl Outcome {
    /// True if all was done.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.failures.is_empty() && !self.interrupted
    }
}

impl std::fmt::Display for WaitFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let prefix = if self.waiting.is_empty() { "" } else { "dependency failed to start: " };
        match &self.reason {
            WaitReason::Unmet(Unmet::Exited { code, .. }) if self.condition == Condition::Completed => {
                write!(f, "service \"{}\" didn't complete successfully: exit {code}", self.service)
            }
            WaitReason::Unmet(Unmet::Exited { container, code, .. }) => {
                write!(f, "{prefix}container {container} exited ({code})")
            }
            WaitReason::Unmet(Unmet::Unhealthy { container }) => {
                write!(f, "{prefix}container {container} is unhealthy")
            }
            WaitReason::Unmet(Unmet::NoHealthcheck { container }) => {
                write!(f, "{prefix}container {container} has no healthcheck configured")
            }
            WaitReason::Unmet(Unmet::Missing) => {
                write!(f, "{prefix}service \"{}\" has no container", self.service)
            }
            WaitReason::TimedOut { seconds } => write!(f, "application not healthy after {seconds}s"),
        }
    }
}

impl std::error::Error for WaitFailure {}
