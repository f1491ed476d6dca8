//! The words of progress, which are the peer's, so that what reads them keeps working.

use crate::plan::{Action, HookPhase, ProviderVerb, Stage, Step};

/// What is said of a step when it begins and when it is done; `None` goes unsaid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) begin: Option<&'static str>,
    pub(super) end: Option<&'static str>,
}

impl Words {
    fn pair(begin: &'static str, end: &'static str) -> Self {
        Self { begin: Some(begin), end: Some(end) }
    }
}

/// The words for a step. The steps of a recreation are told as one change.
pub(super) fn words(step: &Step) -> Words {
    match step.stage {
        Stage::Whole => whole(&step.action),
        Stage::First => Words { begin: Some("Recreate"), end: None },
        Stage::Middle => Words::default(),
        Stage::Last => Words { begin: None, end: Some("Recreated") },
    }
}

fn whole(action: &Action) -> Words {
    match action {
        Action::PullImage { .. } => Words::pair("Pulling", "Pulled"),
        Action::BuildImage { .. } => Words::pair("Building", "Built"),
        Action::PushImage { .. } => Words::pair("Pushing", "Pushed"),
        Action::CreateNetwork(_) | Action::CreateVolume(_) | Action::CreateContainer(_) => {
            Words::pair("Creating", "Created")
        }
        Action::RemoveImage { .. }
        | Action::RemoveNetwork { .. }
        | Action::RemoveVolume { .. }
        | Action::RemoveContainer { .. }
        | Action::RunProvider { verb: ProviderVerb::Down, .. } => Words::pair("Removing", "Removed"),
        Action::StartContainer { .. } => Words::pair("Starting", "Started"),
        Action::StopContainer { .. } => Words::pair("Stopping", "Stopped"),
        Action::RestartContainer { .. } => Words::pair("Restarting", "Started"),
        Action::KillContainer { .. } => Words::pair("Killing", "Killed"),
        Action::PauseContainer { .. } => Words { begin: None, end: Some("Paused") },
        Action::UnpauseContainer { .. } => Words { begin: None, end: Some("Unpaused") },
        Action::RunHook { phase: HookPhase::PostStart, .. } => {
            Words { begin: Some("Running post_start"), end: None }
        }
        Action::RunHook { phase: HookPhase::PreStop, .. } => {
            Words { begin: Some("Running pre_stop"), end: None }
        }
        Action::RunProvider { verb: ProviderVerb::Up, .. } => Words::pair("Creating", "Created"),
        // Waits tell about each container, notes have words of their own, the rest is part of a change told elsewhere.
        _ => Words::default(),
    }
}
