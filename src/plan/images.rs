//! Which images are pulled, and which are built.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, BuildChoice, Cause, ImageGuard, Plan, PullChoice, PullFailure, Step, StepId};
use crate::resource::{BuildContext, Desired, ImageSpec, Kind, Observed, PullPolicy, ResourceId};

/// What the user wants done about images, whatever the files say.
#[derive(Clone, Copy, Debug)]
pub(super) struct ImageRules<'a> {
    pub(super) pull: PullChoice,
    pub(super) build: BuildChoice,
    /// Images that are older than their pull policy allows.
    pub(super) stale: &'a BTreeSet<String>,
}

/// What is known about an image while the plan is made.
#[derive(Clone, Debug, Default)]
pub(super) struct ImageState {
    /// Its id, if it is there now and stays as it is.
    pub(super) id: Option<String>,
    /// The step after which it is there and final.
    pub(super) ready: Option<StepId>,
}

/// Images by reference.
pub(super) type Images<'a> = BTreeMap<&'a str, ImageState>;

/// What is done about one image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Decision {
    pull: Option<(Cause, PullFailure)>,
    build: Option<Cause>,
}

impl ImageState {
    /// Whether a container that was made from the image with this id may turn out to be made from another one.
    pub(super) fn guard(&self, reference: &str, from: &str) -> Option<ImageGuard> {
        let step = self.ready?;
        Some(ImageGuard { step, reference: reference.to_owned(), from: from.to_owned() })
    }
}

/// Adds the pulls and builds of all images that some of the services use.
pub(super) fn plan<'a>(
    plan: &mut Plan,
    desired: &'a Desired,
    observed: &Observed,
    (services, rules): (&BTreeSet<&str>, ImageRules<'_>),
) -> Images<'a> {
    let mut work = Work { plan, desired, observed, rules, done: Images::new(), open: BTreeSet::new() };
    for image in &desired.images {
        if image.services.iter().any(|service| services.contains(service.as_str())) {
            work.image(image);
        }
    }
    work.done
}

struct Work<'a, 'p> {
    plan: &'p mut Plan,
    desired: &'a Desired,
    observed: &'p Observed,
    rules: ImageRules<'p>,
    done: Images<'a>,
    /// Images whose bases are being seen to: one that comes up again is its own base, which the builder will refuse.
    open: BTreeSet<&'a str>,
}

impl<'a> Work<'a, '_> {
    /// Sees to an image and to what it is built on; the step after which it is there, if there is one.
    fn image(&mut self, image: &'a ImageSpec) -> Option<StepId> {
        let reference = image.reference.as_str();
        if let Some(state) = self.done.get(reference) {
            return state.ready;
        }
        if !self.open.insert(reference) {
            return None;
        }
        let local = self.observed.images.get(reference).filter(|local| fits(image, &local.platform));
        let decision = decide(image, local.is_some(), self.rules);
        let bases = if decision.build.is_some() { self.bases(image) } else { Vec::new() };
        let mut state = ImageState { id: local.map(|local| local.id.clone()), ready: None };
        let resource = ResourceId::new(Kind::Image, reference);
        let service = image.services.first().cloned();
        let mut pulled = None;
        if let Some((cause, on_failure)) = decision.pull {
            let action = Action::PullImage { image: Box::new(image.clone()), on_failure };
            let step = Step { service: service.clone(), ..Step::new(action, cause, resource.clone()) };
            pulled = Some(self.plan.add(step, []));
            state.ready = pulled;
        }
        if let Some(cause) = decision.build {
            let action = Action::BuildImage { image: Box::new(image.clone()), only_if_failed: pulled };
            let builder = image.build.as_ref().map(|build| build.service.clone()).or(service);
            let step = Step { service: builder, ..Step::new(action, cause, resource) };
            state.ready = Some(self.plan.add(step, bases.into_iter().chain(pulled)));
        }
        self.open.remove(reference);
        let ready = state.ready;
        self.done.insert(reference, state);
        ready
    }

    /// The steps that make what an image is built on.
    fn bases(&mut self, image: &ImageSpec) -> Vec<StepId> {
        let contexts = image.build.iter().flat_map(|build| build.additional_contexts.values());
        let services: Vec<&str> = contexts
            .filter_map(|context| match context {
                BuildContext::Service { service, .. } => Some(service.as_str()),
                BuildContext::Source(_) => None,
            })
            .collect();
        let desired = self.desired;
        let of = |service: &str| {
            let reference = &desired.service(service)?.template.body.image;
            desired.image(reference)
        };
        let bases: Vec<&'a ImageSpec> = services.into_iter().filter_map(of).collect();
        bases.into_iter().filter_map(|base| self.image(base)).collect()
    }
}

/// True unless the image at hand is known to be for another platform than the one that is asked for.
fn fits(image: &ImageSpec, platform: &str) -> bool {
    let Some(wanted) = &image.platform else { return true };
    let mut have = platform.split('/');
    platform.is_empty() || wanted.split('/').all(|part| have.next().is_none_or(|own| own == part))
}

fn decide(image: &ImageSpec, local: bool, rules: ImageRules<'_>) -> Decision {
    let buildable = image.build.is_some() && rules.build != BuildChoice::Never;
    let pull = |cause| image.named.then(|| (cause, if_it_fails(image, buildable, local)));
    let if_absent = |cause| (buildable && !local).then_some(cause);
    let asked = rules.pull != PullChoice::AsDeclared;
    let cause = |policy| if asked { Cause::Requested } else { Cause::PullPolicy { policy } };
    if image.build.is_some() && rules.build == BuildChoice::Always {
        return Decision { pull: None, build: Some(Cause::Requested) };
    }
    let policy = match rules.pull {
        PullChoice::AsDeclared => image.pull,
        PullChoice::Always => PullPolicy::Always,
        PullChoice::Missing => PullPolicy::Missing,
        PullChoice::Never => PullPolicy::Never,
    };
    match policy {
        PullPolicy::Build => Decision { pull: None, build: buildable.then(|| cause(policy)) },
        PullPolicy::Never => Decision { pull: None, build: if_absent(Cause::Missing) },
        PullPolicy::Always => Decision { pull: pull(cause(policy)), build: if_absent(Cause::Missing) },
        PullPolicy::Older(_) if local && rules.stale.contains(&image.reference) => {
            Decision { pull: pull(cause(policy)), build: None }
        }
        PullPolicy::Missing | PullPolicy::Older(_) => {
            let absent = if local { None } else { pull(Cause::Missing) };
            Decision { pull: absent, build: if_absent(Cause::Missing) }
        }
    }
}

/// What a failed pull leads to: what can be built is built, or is there already.
fn if_it_fails(image: &ImageSpec, buildable: bool, local: bool) -> PullFailure {
    match (buildable, local) {
        (true, false) => PullFailure::Builds,
        (_, true) if image.build.is_some() => PullFailure::Ignored,
        _ => PullFailure::Fails,
    }
}
