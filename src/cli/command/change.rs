//! What the verbs share that change the state of containers that are there.

use rcompose::plan::LifecyclePolicy;

use super::plan::show_dry;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::project::{Needs, Project};
use crate::cli::session::Session;
use crate::cli::work::{Lines, work};

/// Does what a policy says; `nothing` is said when there is nothing to do.
pub(super) fn change(
    session: &Session,
    policy: &LifecyclePolicy,
    (operation, nothing): (&'static str, Option<&str>),
) -> Result<Exit, Failure> {
    let project = Project::open(session, Needs::Name, &policy.services)?;
    work(session, project, Lines::default(), async |compose| {
        let plan = compose.prepare(policy).await?;
        if session.root.dry_run {
            show_dry(compose, &plan, session)?;
        } else if plan.is_empty()
            && let Some(text) = nothing
        {
            session.remark(text)?;
        } else {
            compose.carry_out(operation, &plan).await?;
        }
        Ok(Exit::Success)
    })
}
