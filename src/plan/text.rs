//! A plan in words: one line a step.

use std::fmt;

use super::{Action, Await, Cause, ContainerRef, HookPhase, Plan, ProviderVerb, Stage, Step, StepId};
use crate::diag::harmless;
use crate::resource::{Condition, ContainerState, PullPolicy};

/// A plan as lines, in an order in which they can be done: what `rcompose plan` and `--dry-run` print.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Number the steps, and say which of them each waits for.
    pub edges: bool,
}

impl fmt::Display for Listing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, step) in self.plan.steps() {
            if !self.edges {
                writeln!(f, "{step}")?;
                continue;
            }
            write!(f, "{}. {step}", number(id))?;
            let before = self.plan.directly_before(id);
            if !before.is_empty() {
                let numbers: Vec<String> = before.into_iter().map(number).collect();
                write!(f, " [after {}]", numbers.join(", "))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// People count from one.
fn number(id: StepId) -> String {
    (id.number() + 1).to_string()
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}: {}", self.sentence(), self.cause);
        f.write_str(&harmless(&text).replace(['\n', '\t'], " "))?;
        if !self.guard.is_empty() {
            let mut images: Vec<&str> = self.guard.iter().map(|guard| guard.reference.as_str()).collect();
            images.dedup();
            write!(f, " (only if image {} changes)", harmless(&images.join(" or ")))?;
        }
        Ok(())
    }
}

impl Step {
    /// What is done, to what.
    fn sentence(&self) -> String {
        let name = self.resource.name.as_str();
        match &self.action {
            Action::PullImage { .. }
            | Action::BuildImage { .. }
            | Action::PushImage { .. }
            | Action::RemoveImage { .. } => self.on_image(),
            Action::CreateNetwork(_) => format!("create network {name}"),
            Action::RemoveNetwork { name, .. } => format!("remove network {name}"),
            Action::ConnectNetwork { network, container, .. } => {
                format!("connect {} to network {network}", self.container(container))
            }
            Action::DisconnectNetwork { network, container } => {
                format!("disconnect {} from network {network}", self.container(container))
            }
            Action::CreateVolume(_) => format!("create volume {name}"),
            Action::RemoveVolume { name, .. } => format!("remove volume {name}"),
            Action::CreateContainer(create) if create.name == create.spec.name => {
                format!("create container {name}")
            }
            Action::CreateContainer(create) => format!("create container {name} as {}", create.name),
            Action::UploadFiles { container, files } => {
                let plural = if files.len() == 1 { "" } else { "s" };
                format!("put {} file{plural} into {}", files.len(), self.container(container))
            }
            Action::StartContainer { container } => format!("start {}", self.container(container)),
            Action::RunHook { container, phase, .. } => {
                let phase = match phase {
                    HookPhase::PostStart => "post_start",
                    HookPhase::PreStop => "pre_stop",
                };
                format!("run {phase} hook in {}", self.leaving(container))
            }
            Action::StopContainer { container, .. } => format!("stop {}", self.leaving(container)),
            Action::RestartContainer { container, .. } => format!("restart {}", self.container(container)),
            Action::KillContainer { container, signal } => {
                format!("send {signal} to {}", self.container(container))
            }
            Action::PauseContainer { container } => format!("pause {}", self.container(container)),
            Action::UnpauseContainer { container } => format!("unpause {}", self.container(container)),
            Action::RemoveContainer { container, .. } => format!("remove {}", self.leaving(container)),
            Action::RenameContainer { name, .. } => format!("rename container to {name}"),
            Action::Await(wait) => self.awaited(wait),
            Action::RunProvider { provider, verb } => {
                let verb = match verb {
                    ProviderVerb::Up => "up",
                    ProviderVerb::Down => "down",
                    ProviderVerb::Stop => "stop",
                };
                format!("run provider {} {verb} for service {name}", provider.kind)
            }
            Action::Skip { why } => self.skipped(why),
            Action::Note { text } => {
                format!("keep {} {name} ({text})", self.resource.kind.to_string().to_lowercase())
            }
        }
    }

    /// What is done to an image.
    fn on_image(&self) -> String {
        let name = self.resource.name.as_str();
        match &self.action {
            Action::PullImage { .. } => format!("pull image {name}"),
            Action::PushImage { .. } => format!("push image {name}"),
            Action::BuildImage { only_if_failed: Some(_), .. } => {
                format!("build image {name} if it cannot be pulled")
            }
            Action::BuildImage { image, .. } => {
                let shared = image.build.as_ref().map(|build| build.shared.join(", ")).unwrap_or_default();
                let also = if shared.is_empty() { shared } else { format!(" (also {shared})") };
                format!("build image {name}{also}")
            }
            _ => format!("remove image {name}"),
        }
    }

    fn skipped(&self, why: &str) -> String {
        let kind = self.resource.kind.to_string().to_lowercase();
        let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
        format!("skip {kind} {}{why}", self.resource.name)
    }

    /// The container that is worked on.
    fn container(&self, container: &ContainerRef) -> String {
        match container {
            ContainerRef::Existing { name, .. } => format!("container {name}"),
            ContainerRef::Created(_) => format!("container {}", self.resource.name),
        }
    }

    /// A container that has to go; in the middle of a recreation it is the predecessor.
    fn leaving(&self, container: &ContainerRef) -> String {
        let old = if self.stage == Stage::Middle { "old " } else { "" };
        format!("{old}{}", self.container(container))
    }

    fn awaited(&self, wait: &Await) -> String {
        let kind = self.resource.kind.to_string().to_lowercase();
        let goal = match wait.condition {
            Condition::Started => "is started",
            Condition::Healthy => "is healthy",
            Condition::Completed => "has completed",
            Condition::RunningOrHealthy => "is running or healthy",
        };
        let optional = if wait.required { "" } else { " (optional)" };
        format!("wait until {kind} {} {goal}{optional}", self.resource.name)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::ConfigChanged { fields } if fields.is_empty() => f.write_str("configuration changed"),
            Self::ConfigChanged { fields } => {
                let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
                write!(f, "configuration changed ({})", fields.join(", "))
            }
            Self::ImageChanged { from, to } if from.is_empty() || to.is_empty() => {
                f.write_str("image changed")
            }
            Self::ImageChanged { from, to } => write!(f, "image changed ({} → {})", short(from), short(to)),
            Self::DependencyRecreated { service } => write!(f, "service {service} is made anew"),
            Self::DependencyRestarted { service } => write!(f, "service {service} is restarted"),
            Self::NetworkChanged { network } => write!(f, "network {network} changed"),
            Self::VolumeChanged { volume } => write!(f, "volume {volume} changed"),
            Self::Forced => f.write_str("forced"),
            Self::NotRunning { state } => f.write_str(match state {
                ContainerState::Created => "never started",
                ContainerState::Running => "running",
                ContainerState::Paused => "paused",
                ContainerState::Restarting => "restarting",
                ContainerState::Removing => "being removed",
                ContainerState::Exited => "exited",
                ContainerState::Dead => "dead",
            }),
            Self::Surplus => f.write_str("more than wanted"),
            Self::Orphan => f.write_str("orphan"),
            Self::Unfinished => f.write_str("left by an unfinished change"),
            Self::Requested => f.write_str("requested"),
            Self::NeededBy { service } => write!(f, "needed by {service}"),
            Self::PullPolicy { policy: PullPolicy::Older(_) } => {
                f.write_str("older than its pull_policy allows")
            }
            Self::PullPolicy { policy } => write!(f, "pull_policy {}", policy.word()),
            Self::UpToDate => f.write_str("up to date"),
        }
    }
}

/// Enough of an image's id to tell it from others.
fn short(id: &str) -> &str {
    let digest = id.strip_prefix("sha256:").unwrap_or(id);
    digest.get(..12).unwrap_or(digest)
}
