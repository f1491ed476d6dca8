//! A plan as data for programs: `rcompose plan --format json` (`schemas/plan.schema.json`).

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Action, Cause, Plan, Question, Step, StepId};
use crate::resource::{ResourceId, Warning};

/// A plan without the bodies of its calls: no value of a variable, no content of a secret.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// True if something is to be changed.
    pub changes: bool,
    /// The steps, in an order in which they can be done.
    pub steps: Vec<ReportedStep>,
    /// What is worth a word.
    pub warnings: Vec<ReportedWarning>,
    /// What only the user can decide.
    pub questions: Vec<ReportedQuestion>,
    /// Services that are decided once the providers of the plan have said what they provide.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub postponed: BTreeSet<String>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportedStep {
    /// Its number, from 1.
    pub id: u32,
    /// What is done.
    pub action: &'static str,
    /// What it is done to.
    pub resource: ResourceId,
    /// The service that it is done for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Why.
    pub cause: Cause,
    /// The steps that have to be done before.
    pub after: Vec<u32>,
    /// Images of which one has to turn out another one for the step to be done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only_if_image_changes: Vec<String>,
    /// The step in words.
    pub text: String,
}

/// A warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportedWarning {
    /// Stable name in kebab case.
    pub code: &'static str,
    /// The words.
    pub message: String,
    /// Where in the files that stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportedQuestion {
    /// The question in words.
    pub text: String,
}

impl From<&Plan> for Report {
    fn from(plan: &Plan) -> Self {
        Self {
            changes: !plan.changes_nothing(),
            steps: plan.steps().map(|(id, step)| reported(plan, id, step)).collect(),
            warnings: plan.warnings.iter().map(ReportedWarning::from).collect(),
            questions: plan.questions.iter().map(ReportedQuestion::from).collect(),
            postponed: plan.postponed.clone(),
        }
    }
}

impl From<&Warning> for ReportedWarning {
    fn from(warning: &Warning) -> Self {
        Self {
            code: warning.code,
            message: warning.message.clone(),
            path: warning.blame.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&Question> for ReportedQuestion {
    fn from(question: &Question) -> Self {
        Self { text: question.text() }
    }
}

fn reported(plan: &Plan, id: StepId, step: &Step) -> ReportedStep {
    let mut images: Vec<String> = step.guard.iter().map(|guard| guard.reference.clone()).collect();
    images.dedup();
    ReportedStep {
        id: id.number() + 1,
        action: word(&step.action),
        resource: step.resource.clone(),
        service: step.service.clone(),
        cause: step.cause.clone(),
        after: plan.directly_before(id).into_iter().map(|earlier| earlier.number() + 1).collect(),
        only_if_image_changes: images,
        text: step.to_string(),
    }
}

fn word(action: &Action) -> &'static str {
    match action {
        Action::PullImage { .. } => "pull_image",
        Action::BuildImage { .. } => "build_image",
        Action::PushImage { .. } => "push_image",
        Action::RemoveImage { .. } => "remove_image",
        Action::CreateNetwork(_) => "create_network",
        Action::RemoveNetwork { .. } => "remove_network",
        Action::ConnectNetwork { .. } => "connect_network",
        Action::DisconnectNetwork { .. } => "disconnect_network",
        Action::CreateVolume(_) => "create_volume",
        Action::RemoveVolume { .. } => "remove_volume",
        Action::CreateContainer(_) => "create_container",
        Action::UploadFiles { .. } => "upload_files",
        Action::StartContainer { .. } => "start_container",
        Action::RunHook { .. } => "run_hook",
        Action::StopContainer { .. } => "stop_container",
        Action::RestartContainer { .. } => "restart_container",
        Action::KillContainer { .. } => "kill_container",
        Action::PauseContainer { .. } => "pause_container",
        Action::UnpauseContainer { .. } => "unpause_container",
        Action::RemoveContainer { .. } => "remove_container",
        Action::RenameContainer { .. } => "rename_container",
        Action::Await(_) => "await",
        Action::RunProvider { .. } => "run_provider",
        Action::Skip { .. } => "skip",
        Action::Note { .. } => "note",
    }
}
