//! `pull` and `push`: images travel between the daemon and registries. And what a list of images does not tell.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;

use super::report::RunReport;
use super::{Compose, Error};
use crate::event::{Event, Level};
use crate::plan::{Plan, PullRequest, ServiceGraph, pull, push};
use crate::resource::{Desired, ImageSpec, Observed, ObservedImage, PullPolicy};
use crate::run::Context;

/// How `pull` and `push` choose, and how they take failures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransferOptions {
    /// Only the images of these services; empty for all.
    pub services: Vec<String>,
    /// Those of the services that they depend on, too.
    pub with_dependencies: bool,
    /// A failure is told and forgotten.
    pub ignore_failures: bool,
}

impl Compose {
    /// Decides what to pull. The daemon is only asked what it has where that decides something.
    pub async fn prepare_pull(&self, options: &TransferOptions, request: PullRequest) -> Result<Plan, Error> {
        self.known_services(&options.services)?;
        let desired = self.desired()?;
        let request = PullRequest { services: chosen(&desired, options), ..request };
        let observed = if asks(&desired, &request) {
            let references: Vec<String> =
                desired.images.iter().map(|image| image.reference.clone()).collect();
            Observed { images: self.engine().find_images(&references).await?, ..Observed::default() }
        } else {
            Observed::default()
        };
        Ok(pull(&desired, &observed, &request))
    }

    /// Decides what to push.
    pub fn prepare_push(&self, options: &TransferOptions) -> Result<Plan, Error> {
        self.known_services(&options.services)?;
        let desired = self.desired()?;
        Ok(push(&desired, &chosen(&desired, options)))
    }

    /// Pulls what [`Compose::prepare_pull`] decided; a failure keeps nothing else from being pulled.
    pub async fn pull(&self, plan: &Plan, options: &TransferOptions) -> Result<(), Error> {
        self.transfer(("pull", plan), options).await
    }

    /// Pushes what [`Compose::prepare_push`] decided; a failure keeps nothing else from being pushed.
    pub async fn push(&self, plan: &Plan, options: &TransferOptions) -> Result<(), Error> {
        self.transfer(("push", plan), options).await
    }

    async fn transfer(
        &self,
        (verb, plan): (&'static str, &Plan),
        options: &TransferOptions,
    ) -> Result<(), Error> {
        let context = Context { keep_going: true, ..self.context() };
        let outcome = self.told(verb, plan, &context).await;
        let failed: BTreeSet<&str> =
            outcome.failures.iter().map(|failure| failure.resource.name.as_str()).collect();
        let unbuilt = self.unbuilt(&failed)?;
        if verb == "pull" && !unbuilt.is_empty() {
            let text = format!(
                "Some service image(s) must be built from source by running:\n    rcompose build {}",
                unbuilt.join(" ")
            );
            self.sink().send(Event::Notice { level: Level::Warning, text });
        }
        if !outcome.failures.is_empty() && !options.ignore_failures {
            let next = format!("`rcompose -p {} {verb}` goes on with what is missing", self.name());
            return Err(Error::Run(Box::new(RunReport::new(plan, outcome, next))));
        }
        if outcome.interrupted { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// The services that build what could not be had.
    fn unbuilt(&self, failed: &BTreeSet<&str>) -> Result<Vec<String>, Error> {
        if failed.is_empty() {
            return Ok(Vec::new());
        }
        let desired = self.desired()?;
        let images = desired.images.into_iter().filter(|image| failed.contains(image.reference.as_str()));
        Ok(images.flat_map(|image| image.builders).collect())
    }

    /// Looks at each local image of which a list says too little: for which platform it is, where the files want one, and
    /// when it came, where it may be too old. Gives those that are too old.
    pub(super) async fn look_closer(
        &self,
        desired: &Desired,
        observed: &mut Observed,
    ) -> Result<BTreeSet<String>, Error> {
        let local = |image: &&ImageSpec| observed.images.contains_key(&image.reference);
        let matters = |image: &&ImageSpec| image.platform.is_some() || shelf_life(image).is_some();
        let doubtful: Vec<&ImageSpec> = desired.images.iter().filter(matters).filter(local).collect();
        let looks = doubtful.iter().map(|image| self.engine().inspect_image(&image.reference));
        let mut stale = BTreeSet::new();
        for (image, looked) in doubtful.iter().zip(join_all(looks).await) {
            let looked = match looked {
                Ok(looked) => looked,
                // It went away since it was listed.
                Err(error) if error.is_not_found() => continue,
                Err(error) => return Err(error.into()),
            };
            if shelf_life(image).is_some_and(|life| is_older(&looked, life, now())) {
                stale.insert(image.reference.clone());
            }
            observed.images.insert(image.reference.clone(), looked);
        }
        Ok(stale)
    }
}

/// The services that the user means.
fn chosen(desired: &Desired, options: &TransferOptions) -> Vec<String> {
    if options.services.is_empty() || !options.with_dependencies {
        return options.services.clone();
    }
    let graph = ServiceGraph::of(desired);
    let all: BTreeSet<&str> = graph.with_dependencies(options.services.iter().map(String::as_str));
    all.into_iter().map(ToOwned::to_owned).collect()
}

/// True if it matters which images are there.
fn asks(desired: &Desired, request: &PullRequest) -> bool {
    match request.policy {
        Some(policy) => policy == PullPolicy::Missing,
        None => desired.images.iter().any(|image| image.pull.values().any(|own| *own == PullPolicy::Missing)),
    }
}

/// How many seconds the image may be kept without asking the registry again, if that is limited.
fn shelf_life(image: &ImageSpec) -> Option<i64> {
    let ages = image.pull.values().filter_map(|policy| match policy {
        PullPolicy::Older(age) => Some(i64::try_from(age.as_secs()).unwrap_or(i64::MAX)),
        _ => None,
    });
    ages.min()
}

/// What has no time is as old as can be.
fn is_older(image: &ObservedImage, seconds: i64, now: i64) -> bool {
    image.tagged.is_none_or(|tagged| tagged.saturating_add(seconds) < now)
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_too_old_once_its_shelf_life_is_over() {
        let image = |tagged| ObservedImage { tagged, ..ObservedImage::default() };
        assert!(!is_older(&image(Some(1_000)), 60, 1_060));
        assert!(is_older(&image(Some(1_000)), 60, 1_061));
        assert!(is_older(&image(None), 60, 1_000));
    }
}
