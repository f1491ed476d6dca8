//! Commands that are run in a container around its life.

use super::{Done, Job};
use crate::plan::HookPhase;
use crate::resource::HookSpec;
use crate::run::StepError;
use crate::run::hook::hook;

/// Runs a hook; where the service's output is shown, its own is too.
pub(super) async fn run(job: &Job, what: (HookPhase, &HookSpec)) -> Result<Done, StepError> {
    let target = job.target()?;
    let context = &job.context;
    let service = job.step.service.clone().unwrap_or_default();
    let follower = context.follower.as_ref().filter(|follower| follower.shows(&service));
    let name = follower.map(|follower| format!("{} ->", follower.short_name(&target.name)));
    let shown = name.as_deref().map(|name| (&context.sink, name));
    hook(&context.engine, (&target.id, &service), what, shown).await?;
    Ok(Done::Nothing)
}
