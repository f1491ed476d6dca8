//! Containers, from their creation to their end.

use std::time::Duration;

use super::{Done, Job};
use crate::engine::{Error, Reason};
use crate::event::Level;
use crate::plan::{ContainerCreate, Resolved};
use crate::resource::{ContainerSpec, InjectedFile, labels};
use crate::run::StepError;

/// Creates a container; if someone else made the very same in the meantime, that one counts.
pub(super) async fn create(job: &Job, create: &ContainerCreate) -> Result<Done, StepError> {
    let spec = create.finish(&resolve(job, create).await?);
    match job.context.engine.create_container(&create.name, &spec).await {
        Ok(created) => {
            for warning in created.warnings {
                job.context.notice(Level::Warning, format!("{}: {warning}", job.step.resource));
            }
            Ok(Done::Container(created.id))
        }
        Err(error) if matches!(error.reason(), Some(Reason::NameTaken { .. })) => {
            adopt(job, (create, &spec), error).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What could not be known when the plan was made.
async fn resolve(job: &Job, create: &ContainerCreate) -> Result<Resolved, StepError> {
    let engine = &job.context.engine;
    let mut resolved = Resolved::default();
    for reference in create.images_to_resolve() {
        resolved.images.insert(reference.to_owned(), engine.inspect_image(reference).await?.id);
    }
    if create.needs_declared_volumes() {
        let image = engine.inspect_image(&create.spec.body.image).await?;
        resolved.declared_volumes = image.volumes.unwrap_or_default();
    }
    // `Action::containers` lists the references in the order of the map's keys, behind the predecessor if there is one.
    let skip = usize::from(create.replaces.is_some());
    let ids = job.targets.iter().skip(skip).map(|target| target.id.clone());
    resolved.containers = create.references.keys().cloned().zip(ids).collect();
    Ok(resolved)
}

/// The name is taken: by the container that we were about to make (another command was faster), or by another one.
async fn adopt(
    job: &Job,
    wanted: (&ContainerCreate, &ContainerSpec),
    error: Error,
) -> Result<Done, StepError> {
    let (create, spec) = wanted;
    let Ok(found) = job.context.engine.inspect_container(&create.name).await else {
        return Err(error.into());
    };
    let label = |name: &str| found.labels.get(name).map_or("", String::as_str);
    let ours = label(labels::PROJECT) == job.context.project && label(labels::CONFIG_HASH) == spec.hash();
    if ours && !spec.hash().is_empty() {
        return Ok(Done::Container(found.id));
    }
    let own = label(labels::PROJECT) == job.context.project;
    let owner = match label(labels::PROJECT) {
        "" => "no compose project".to_owned(),
        project => format!("project `{project}`"),
    };
    Err(StepError::NameTaken { name: create.name.clone(), owner, own })
}

pub(super) async fn upload(job: &Job, files: &[InjectedFile]) -> Result<Done, StepError> {
    job.context.engine.inject(&job.target()?.id, files).await?;
    Ok(Done::Nothing)
}

/// Starts a container; its output is attached to before, so that no line is missed.
pub(super) async fn start(job: &Job) -> Result<Done, StepError> {
    let target = job.target()?;
    if let (Some(follower), Some(service)) = (&job.context.follower, &job.step.service) {
        follower.attach(&target.id, (&target.name, service), job.tty).await?;
    }
    job.context.engine.start_container(&target.id).await?;
    Ok(Done::Nothing)
}

/// A container that ends at its signal has ended by then, on an engine that is busy with as many as we let it be.
const SOON: Duration = Duration::from_millis(500);

pub(super) async fn stop(job: &Job, timeout: Option<Duration>) -> Result<Done, StepError> {
    let place = job.context.limits.stops().acquire_owned().await.ok();
    let mut stop = std::pin::pin!(job.context.engine.stop_container(&job.target()?.id, timeout));
    let soon = tokio::time::timeout(SOON, &mut stop).await;
    // Who takes its time keeps nobody else waiting.
    drop(place);
    let stopped = match soon {
        Ok(stopped) => stopped,
        Err(_) => stop.await,
    };
    gone_is_done(stopped)
}

pub(super) async fn restart(job: &Job, timeout: Option<Duration>) -> Result<Done, StepError> {
    job.context.engine.restart_container(&job.target()?.id, timeout).await?;
    Ok(Done::Nothing)
}

/// One that ended by itself needs no signal any more.
pub(super) async fn kill(job: &Job, signal: &str) -> Result<Done, StepError> {
    match job.context.engine.kill_container(&job.target()?.id, signal).await {
        Err(error) if matches!(error.reason(), Some(Reason::NotRunning)) => Ok(Done::Nothing),
        answer => gone_is_done(answer),
    }
}

pub(super) async fn pause(job: &Job) -> Result<Done, StepError> {
    job.context.engine.pause_container(&job.target()?.id).await?;
    Ok(Done::Nothing)
}

pub(super) async fn unpause(job: &Job) -> Result<Done, StepError> {
    job.context.engine.unpause_container(&job.target()?.id).await?;
    Ok(Done::Nothing)
}

/// A removal that is under way already counts, and so does a container that is gone.
pub(super) async fn remove(job: &Job, volumes: bool) -> Result<Done, StepError> {
    match job.context.engine.remove_container(&job.target()?.id, volumes).await {
        Err(error) if error.is_already_done() => Ok(Done::Nothing),
        answer => gone_is_done(answer),
    }
}

/// One that another command has renamed by now has its name.
pub(super) async fn rename(job: &Job, name: &str) -> Result<Done, StepError> {
    let engine = &job.context.engine;
    let id = &job.target()?.id;
    let Err(error) = engine.rename_container(id, name).await else { return Ok(Done::Nothing) };
    match engine.inspect_container(id).await {
        Ok(found) if found.name == name => Ok(Done::Nothing),
        _ => Err(error.into()),
    }
}

fn gone_is_done(answer: Result<(), Error>) -> Result<Done, StepError> {
    match answer {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(Done::Nothing),
    }
}
