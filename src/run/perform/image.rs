//! Images come, are made, and go.

use super::{Done, Job};
use crate::engine::{Error, Flow, ImageProgress};
use crate::event::{Event, Progress, Status};
use crate::plan::PullFailure;
use crate::resource::{ImageSpec, Kind, ResourceId};
use crate::run::StepError;

/// Pulls an image; its layers are told as parts of it.
pub(super) async fn pull(job: &Job, image: (&ImageSpec, PullFailure)) -> Result<Done, StepError> {
    let (image, on_failure) = image;
    let engine = &job.context.engine;
    let told = match engine.pull_image(&image.reference, image.platform.as_deref()).await {
        Ok(flow) => tell_layers(job, flow).await,
        Err(error) => Err(error),
    };
    match (told, on_failure) {
        (Ok(()), _) => Ok(Done::Image(engine.inspect_image(&image.reference).await?.id)),
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

async fn tell_layers(job: &Job, mut flow: Flow<ImageProgress>) -> Result<(), Error> {
    while let Some(progress) = flow.next().await {
        tell_layer(job, progress?);
    }
    Ok(())
}

pub(super) fn tell_layer(job: &Job, progress: ImageProgress) {
    let Some(layer) = progress.layer else { return };
    let done = matches!(progress.status.as_str(), "Pull complete" | "Already exists" | "Download complete");
    let status = if done { Status::Done } else { Status::Working };
    job.context.sink.send(Event::Progress(Progress {
        parent: Some(job.step.resource.clone()),
        current: progress.current,
        total: progress.total,
        ..Progress::new(ResourceId::new(Kind::Image, layer), status, progress.status)
    }));
}

/// Removes an image; one that is gone was removed by someone else.
pub(super) async fn remove(job: &Job, reference: &str) -> Result<Done, StepError> {
    match job.context.engine.remove_image(reference, false).await {
        Ok(_) => Ok(Done::Nothing),
        Err(error) if error.is_not_found() => Ok(Done::Skipped),
        Err(error) => Err(error.into()),
    }
}
