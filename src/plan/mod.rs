//! What is to be done: a graph of single daemon calls, each with its cause.
//!
//! In: what is wanted (`resource::Desired`), what is there (`resource::Observed`), and a policy. Out: a [`Plan`], which
//! can be printed, tested and walked. This room never waits, never asks the daemon, and never looks at a clock.

mod action;
mod build;
mod cause;
mod creation;
mod graph;
mod images;
mod lifecycle;
#[expect(clippy::module_inception, reason = "the room is named after its one noun")]
mod plan;
mod policy;
mod question;
mod reconcile;
mod report;
mod text;
mod transfer;

pub use action::{
    Action, Await, ContainerRef, HookPhase, ImageGuard, InUse, ProviderVerb, PullFailure, Stage, Step,
};
pub use build::build;
pub use cause::{Cause, FieldChange};
pub use creation::{ContainerCreate, InheritedVolume, Resolved};
pub use graph::{Cycle, ServiceGraph};
pub use lifecycle::{DownPolicy, ImageRemoval, LifecyclePolicy, Verb, down, lifecycle, remove_images};
pub use plan::{Plan, StepId};
pub use policy::{BuildChoice, Jobs, PullChoice, Recreate, UpPolicy};
pub use question::{Answer, Question};
pub use reconcile::{oneoff, reconcile};
pub use report::{Report, ReportedQuestion, ReportedStep, ReportedWarning};
pub use text::Listing;
pub use transfer::{PullRequest, pull, push};
