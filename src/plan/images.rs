//! Which images are pulled, and which are built.

use std::collections::{BTreeMap, BTreeSet};

use super::transfer::full_name;
use super::{Action, BuildChoice, Cause, ImageGuard, Plan, PullChoice, PullFailure, Step, StepId};
use crate::resource::{
    BuildContext, BuildSpec, Desired, ImageSpec, Kind, Observed, ObservedImage, PullPolicy, ResourceId,
};

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
    let mut work = Work {
        plan,
        desired,
        observed,
        services,
        rules,
        done: Images::new(),
        pulls: BTreeMap::new(),
        leaders: BTreeMap::new(),
        open: BTreeSet::new(),
    };
    let used: Vec<&ImageSpec> = desired.images.iter().filter(|image| image.is_used_by(services)).collect();
    work.share(&used);
    for image in used {
        work.image(image);
    }
    work.done
}

struct Work<'a, 'p> {
    plan: &'p mut Plan,
    desired: &'a Desired,
    observed: &'p Observed,
    services: &'p BTreeSet<&'p str>,
    rules: ImageRules<'p>,
    done: Images<'a>,
    /// Pulls by the full name of the image and its platform: `x` and `docker.io/library/x:latest` are one.
    pulls: BTreeMap<(String, Option<&'a str>), StepId>,
    /// Images that come of the build of another one: by reference.
    leaders: BTreeMap<&'a str, &'a ImageSpec>,
    /// Images whose bases are being seen to: one that comes up again is its own base, which the builder will refuse.
    open: BTreeSet<&'a str>,
}

impl<'a> Work<'a, '_> {
    /// Finds images that are built alike: the first one's build makes them all.
    fn share(&mut self, used: &[&'a ImageSpec]) {
        let mut groups: Vec<(BuildSpec, &'a ImageSpec)> = Vec::new();
        for image in used {
            let decision = self.decide(image);
            let (Some(build), Decision { pull: None, build: Some(_) }) = (&image.build, &decision) else {
                continue;
            };
            let key = build.key();
            match groups.iter().find(|(known, _)| *known == key) {
                Some((_, leader)) => drop(self.leaders.insert(image.reference.as_str(), leader)),
                None => groups.push((key, image)),
            }
        }
    }

    fn local(&self, image: &ImageSpec) -> Option<&ObservedImage> {
        self.observed.images.get(&image.reference).filter(|local| fits(image, &local.platform))
    }

    fn decide(&self, image: &ImageSpec) -> Decision {
        let policy = image.pull_for(self.services, PullPolicy::default());
        decide((image, policy), self.local(image).is_some(), self.rules)
    }

    /// Sees to an image and to what it is built on; the step after which it is there, if there is one.
    fn image(&mut self, image: &'a ImageSpec) -> Option<StepId> {
        let reference = image.reference.as_str();
        if let Some(state) = self.done.get(reference) {
            return state.ready;
        }
        if !self.open.insert(reference) {
            return None;
        }
        let mut state = ImageState { id: self.local(image).map(|local| local.id.clone()), ready: None };
        if let Some(leader) = self.leaders.get(reference).copied() {
            state.ready = self.image(leader);
        } else {
            let decision = self.decide(image);
            let pulled = decision.pull.map(|pull| self.pull(image, pull));
            let built = decision.build.map(|cause| self.build(image, cause, pulled));
            state.ready = built.or(pulled);
        }
        self.open.remove(reference);
        let ready = state.ready;
        self.done.insert(reference, state);
        ready
    }

    fn pull(&mut self, image: &'a ImageSpec, (cause, on_failure): (Cause, PullFailure)) -> StepId {
        let key = (full_name(&image.reference), image.platform.as_deref());
        // What is built when it cannot be pulled fails in a way of its own.
        if on_failure != PullFailure::Builds
            && let Some(pull) = self.pulls.get(&key)
        {
            return *pull;
        }
        let action = Action::PullImage { image: Box::new(image.clone()), on_failure };
        let resource = ResourceId::new(Kind::Image, &image.reference);
        let step = Step { service: image.services.first().cloned(), ..Step::new(action, cause, resource) };
        let pull = self.plan.add(step, []);
        if on_failure != PullFailure::Builds {
            self.pulls.insert(key, pull);
        }
        pull
    }

    fn build(&mut self, image: &'a ImageSpec, cause: Cause, pulled: Option<StepId>) -> StepId {
        let bases = self.bases(image);
        let mut built = image.clone();
        let leaders = &self.leaders;
        let follows = |other: &&ImageSpec| {
            leaders.get(other.reference.as_str()).is_some_and(|leader| leader.reference == image.reference)
        };
        for (follower, spec) in self
            .desired
            .images
            .iter()
            .filter(follows)
            .filter_map(|other| Some((other, other.build.as_ref()?)))
        {
            if let Some(own) = &mut built.build {
                own.shared.push(follower.reference.clone());
                own.tags.extend(spec.tags.iter().cloned());
            }
            built.services.extend(follower.services.iter().cloned());
        }
        let service = image
            .build
            .as_ref()
            .map(|build| build.service.clone())
            .or_else(|| image.services.first().cloned());
        let action = Action::BuildImage { image: Box::new(built), only_if_failed: pulled };
        let step =
            Step { service, ..Step::new(action, cause, ResourceId::new(Kind::Image, &image.reference)) };
        self.plan.add(step, bases.into_iter().chain(pulled))
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

fn decide((image, declared): (&ImageSpec, PullPolicy), local: bool, rules: ImageRules<'_>) -> Decision {
    let buildable = image.build.is_some() && rules.build != BuildChoice::Never;
    let pull = |cause| image.named.then(|| (cause, if_it_fails(image, buildable, local)));
    let if_absent = |cause| (buildable && !local).then_some(cause);
    let asked = rules.pull != PullChoice::AsDeclared;
    let cause = |policy| if asked { Cause::Requested } else { Cause::PullPolicy { policy } };
    if image.build.is_some() && rules.build == BuildChoice::Always {
        return Decision { pull: None, build: Some(Cause::Requested) };
    }
    let policy = match rules.pull {
        PullChoice::AsDeclared => declared,
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
