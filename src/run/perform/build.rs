//! Images are built, and tell how far they are.

use std::time::Instant;

use super::image::tell_layer;
use super::{Done, Job};
use crate::engine::{self, BuildProgress};
use crate::event::{Carried, Event, Level, OutputLine, Status, StepProgress, StepState};
use crate::resource::{ImageSpec, Kind, ResourceId};
use crate::run::StepError;

/// Builds an image; its steps are told as they move on, with what they write.
pub(super) async fn build(job: &Job, image: &ImageSpec) -> Result<Done, StepError> {
    let Some(spec) = &image.build else {
        return Err(StepError::Internal(format!("`{}` is to be built from nothing", image.reference)));
    };
    let mut flow = job.context.engine.build_image(spec)?;
    let mut teller = Teller { job, service: &spec.service, current: None };
    while let Some(progress) = flow.next().await {
        match progress {
            Ok(BuildProgress::Built { image }) => {
                teller.end(StepState::Done);
                for reference in &spec.shared {
                    let also = ResourceId::new(Kind::Image, reference);
                    job.context.tell(&also, Status::Done, "Built");
                }
                return Ok(Done::Image(image));
            }
            Ok(other) => teller.tell(other).await,
            Err(fault) => {
                teller.end(StepState::Failed);
                return Err(fault.into());
            }
        }
    }
    Ok(Done::Image(job.context.engine.inspect_image(&image.reference).await?.id))
}

struct Teller<'a> {
    job: &'a Job,
    service: &'a str,
    /// The step under way at the builder that does one after the other, and when it began.
    current: Option<(StepProgress, Instant)>,
}

impl Teller<'_> {
    async fn tell(&mut self, progress: BuildProgress) {
        let sink = &self.job.context.sink;
        let resource = &self.job.step.resource;
        match progress {
            BuildProgress::Step { number, total, instruction } => {
                self.end(StepState::Done);
                let step = self.step(number, format!("[{number}/{total}] {instruction}"));
                sink.send(Event::Step(step.clone()));
                self.current = Some((step, Instant::now()));
            }
            BuildProgress::Cached => self.end(StepState::Cached),
            BuildProgress::Output { text, .. } => {
                let (step, after) = match &self.current {
                    Some((step, began)) => (Some(step.step), Some(began.elapsed())),
                    None => (None, None),
                };
                sink.output(OutputLine { step, after, ..OutputLine::new(resource.clone(), text) }).await;
            }
            BuildProgress::Pulling(layer) => tell_layer(self.job, layer),
            BuildProgress::Warning(text) => {
                self.job.context.notice(Level::Warning, format!("{resource}: {text}"));
            }
            BuildProgress::Moved(step) => sink.send(Event::Step(self.moved(step))),
            BuildProgress::Wrote { step, after, text, .. } => {
                let line = OutputLine::new(resource.clone(), text);
                sink.output(OutputLine { step: Some(step), after: Some(after), ..line }).await;
            }
            BuildProgress::Carried { step, what, current, total, done } => {
                let resource = resource.clone();
                sink.send(Event::Carried(Carried { resource, step, what, current, total, done }));
            }
            BuildProgress::Sending { .. } | BuildProgress::Built { .. } => {}
        }
    }

    /// The step under way is over, if there is one.
    fn end(&mut self, state: StepState) {
        if let Some((step, began)) = self.current.take() {
            let took = (state == StepState::Done).then(|| began.elapsed());
            self.job.context.sink.send(Event::Step(StepProgress { state, took, ..step }));
        }
    }

    fn step(&self, number: u32, name: String) -> StepProgress {
        StepProgress {
            resource: self.job.step.resource.clone(),
            service: self.service.to_owned(),
            step: number,
            name,
            state: StepState::Started,
            took: None,
            message: String::new(),
        }
    }

    fn moved(&self, step: engine::BuildStep) -> StepProgress {
        let mut told = self.step(step.number, step.name);
        told.state = match step.state {
            engine::StepState::Began => StepState::Started,
            engine::StepState::Cached => StepState::Cached,
            engine::StepState::Cancelled => StepState::Cancelled,
            engine::StepState::Done { took } => {
                told.took = Some(took);
                StepState::Done
            }
            engine::StepState::Failed { message } => {
                told.message = message;
                StepState::Failed
            }
        };
        told
    }
}
