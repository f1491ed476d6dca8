//! Networks and volumes, and who is joined to what.

use super::{Done, Job};
use crate::engine::{Error, Reason};
use crate::event::Status;
use crate::plan::{Action, InUse};
use crate::run::StepError;

pub(super) async fn perform(job: &Job, action: &Action) -> Result<Done, StepError> {
    let engine = &job.context.engine;
    match action {
        Action::CreateNetwork(spec) => created(engine.create_network(&spec.body).await.map(drop)),
        Action::CreateVolume(spec) => created(engine.create_volume(&spec.body).await.map(drop)),
        Action::RemoveNetwork { id, in_use, .. } => removed(job, engine.remove_network(id).await, *in_use),
        Action::RemoveVolume { name, in_use } => {
            removed(job, engine.remove_volume(name, false).await, *in_use)
        }
        Action::ConnectNetwork { network, endpoint, .. } => {
            engine.connect_network(network, &job.target()?.id, endpoint).await?;
            Ok(Done::Nothing)
        }
        Action::DisconnectNetwork { network, .. } => {
            match engine.disconnect_network(network, &job.target()?.id).await {
                Err(error) if !error.is_not_found() => Err(error.into()),
                _ => Ok(Done::Nothing),
            }
        }
        other => Err(StepError::Internal(format!("no way to do {other:?}"))),
    }
}

/// A conflict is read as "someone else made it in the meantime".
fn created(answer: Result<(), Error>) -> Result<Done, StepError> {
    match answer {
        Err(error) if !error.is_already_done() => Err(error.into()),
        _ => Ok(Done::Nothing),
    }
}

/// What is gone was removed by someone else; what is in use may be allowed to stay.
fn removed(job: &Job, answer: Result<(), Error>, in_use: InUse) -> Result<Done, StepError> {
    match answer {
        Ok(()) => Ok(Done::Nothing),
        Err(error) if error.is_not_found() => Ok(Done::Nothing),
        Err(error) if matches!(error.reason(), Some(Reason::InUse)) && in_use == InUse::Warns => {
            let words = ("Resource is still in use", error.to_string());
            job.context.tell_why(&job.step.resource, Status::Warning, words);
            Ok(Done::Skipped)
        }
        Err(error) => Err(error.into()),
    }
}
