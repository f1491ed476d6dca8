//! Images come, are made, and go.

use std::time::Duration;

use super::{Done, Job};
use crate::engine::{Engine, Error, Flow, ImageProgress, Reason, RegistryFault};
use crate::event::{Event, Progress, Status};
use crate::plan::PullFailure;
use crate::resource::{ImageSpec, Kind, PullPolicy, ResourceId};
use crate::run::StepError;

/// So often a registry that asks for patience is asked again.
const RETRIES: u32 = 3;
/// Nobody waits longer than this for a registry without being asked.
const PATIENCE: Duration = Duration::from_secs(60);

/// So often an image that seems to be in use is removed again, with so much time between.
const MOMENTS: u32 = 4;
const MOMENT: Duration = Duration::from_millis(200);

/// An image on its way.
#[derive(Clone, Copy)]
enum Way<'a> {
    Here(&'a ImageSpec),
    There(&'a str),
}

/// Pulls an image; its layers are told as parts of it.
pub(super) async fn pull(job: &Job, image: (&ImageSpec, PullFailure)) -> Result<Done, StepError> {
    let (image, on_failure) = image;
    let pulled = patiently(job, Way::Here(image)).await;
    if pulled.is_ok() {
        note_the_time(job, image).await;
    }
    match (pulled, on_failure) {
        (Ok(()), _) if !job.awaited => Ok(Done::Nothing),
        (Ok(()), _) => Ok(Done::Image(job.context.engine.inspect_image(&image.reference).await?.id)),
        (Err(error), PullFailure::Fails) => Err(error.into()),
        (Err(error), PullFailure::Builds) => {
            let words = ("Will be built", error.to_string());
            job.context.tell_why(&job.step.resource, Status::Warning, words);
            Ok(Done::PullFailed)
        }
        (Err(error), PullFailure::Ignored) => {
            job.context.tell_why(&job.step.resource, Status::Warning, ("Warning", error.to_string()));
            Ok(Done::Skipped)
        }
    }
}

/// Engines note when an image got a name, but not when it was pulled: a name that it has already, given again, is the
/// only clock that tells the next `up` how old it is.
async fn note_the_time(job: &Job, image: &ImageSpec) {
    let ages = image.pull.values().any(|policy| matches!(policy, PullPolicy::Older(_)));
    if ages && !image.reference.contains('@') {
        // Without it, the image is pulled again a little early.
        let _ = job.context.engine.tag_image(&image.reference, &image.reference).await;
    }
}

/// Pushes an image; its layers are told as parts of it.
pub(super) async fn push(job: &Job, reference: &str) -> Result<Done, StepError> {
    patiently(job, Way::There(reference)).await?;
    Ok(Done::Nothing)
}

/// Tries again when the registry said how long it wants to be left alone, and that is not long.
async fn patiently(job: &Job, way: Way<'_>) -> Result<(), Error> {
    for _ in 0..RETRIES {
        let error = match carry(job, way).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let wait = match error.reason() {
            Some(Reason::Registry(RegistryFault::RateLimited { retry_after: Some(wait) })) => *wait,
            _ => return Err(error),
        };
        if wait > PATIENCE {
            return Err(error);
        }
        let why = format!("the registry wants to be left alone for {} s", wait.as_secs_f64().ceil());
        job.context.tell_why(&job.step.resource, Status::Working, ("Waiting", why));
        tokio::time::sleep(wait).await;
    }
    carry(job, way).await
}

async fn carry(job: &Job, way: Way<'_>) -> Result<(), Error> {
    let engine = &job.context.engine;
    let flow = match way {
        Way::Here(image) => engine.pull_image(&image.reference, image.platform.as_deref()).await?,
        Way::There(reference) => engine.push_image(reference).await?,
    };
    tell_layers(job, flow).await
}

/// How layers end.
const FINISHED: [&str; 6] = [
    "Pull complete",
    "Already exists",
    "Download complete",
    "Pushed",
    "Layer already exists",
    "Mounted from",
];

async fn tell_layers(job: &Job, mut flow: Flow<ImageProgress>) -> Result<(), Error> {
    while let Some(progress) = flow.next().await {
        tell_layer(job, progress?);
    }
    Ok(())
}

pub(super) fn tell_layer(job: &Job, progress: ImageProgress) {
    // The headline of a pull has the tag in the place of a layer.
    let Some(layer) = progress.layer.filter(|_| !progress.status.starts_with("Pulling from ")) else {
        return;
    };
    let done = FINISHED.iter().any(|words| progress.status.starts_with(words));
    let status = if done { Status::Done } else { Status::Working };
    job.context.sink.send(Event::Progress(Progress {
        parent: Some(job.step.resource.clone()),
        current: progress.current,
        total: progress.total,
        ..Progress::new(ResourceId::new(Kind::Image, layer), status, progress.status)
    }));
}

/// Removes an image; one that is gone was removed by someone else, and one that others use stays.
pub(super) async fn remove(job: &Job, reference: &str) -> Result<Done, StepError> {
    match remove_image(&job.context.engine, reference).await {
        Ok(()) => Ok(Done::Nothing),
        Err(error) if error.is_not_found() => Ok(Done::Skipped),
        Err(error) if matches!(error.reason(), Some(Reason::InUse)) => {
            let words = ("Resource is still in use", error.to_string());
            job.context.tell_why(&job.step.resource, Status::Warning, words);
            Ok(Done::Skipped)
        }
        Err(error) => Err(error.into()),
    }
}

/// Removes an image whose containers may have been removed a moment ago: engines (28) count a container among the users
/// of its image for a little longer than it is there.
pub(crate) async fn remove_image(engine: &Engine, reference: &str) -> Result<(), Error> {
    for _ in 0..MOMENTS {
        match engine.remove_image(reference, false).await {
            Err(error) if matches!(error.reason(), Some(Reason::InUse)) => tokio::time::sleep(MOMENT).await,
            other => return other.map(drop),
        }
    }
    engine.remove_image(reference, false).await.map(drop)
}
