//! Images are carried between the daemon and registries, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Cause, Plan, PullFailure, Step, StepId};
use crate::resource::{Desired, ImageSpec, Kind, Observed, PullPolicy, ResourceId, ServiceSpec};
use crate::syntax::Reference;

/// What `pull` wants pulled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullRequest {
    /// The images of these services; of all if none is named.
    pub services: Vec<String>,
    /// When to pull, whatever the files say.
    pub policy: Option<PullPolicy>,
    /// Not what can be built.
    pub ignore_buildable: bool,
}

/// The steps that pull the images of some services, each image once. Where the files say nothing of a policy, an image is
/// pulled although it is there.
#[must_use]
pub fn pull(desired: &Desired, observed: &Observed, request: &PullRequest) -> Plan {
    let mut plan = Plan::default();
    let mut pulls: BTreeMap<(String, Option<&str>), StepId> = BTreeMap::new();
    for service in selected(desired, &request.services) {
        let mut any = false;
        for image in images_of(desired, service) {
            any = true;
            if let Some(why) = skips(image, service, (observed, request)) {
                let resource = ResourceId::new(Kind::Image, &image.reference);
                plan.add(skip(service, why, resource), []);
                continue;
            }
            let key = (full_name(&image.reference), image.platform.as_deref());
            if pulls.contains_key(&key) {
                continue;
            }
            let action = Action::PullImage { image: Box::new(image.clone()), on_failure: PullFailure::Fails };
            let resource = ResourceId::new(Kind::Image, &image.reference);
            let step = Step::new(action, Cause::Requested, resource).of(&service.name);
            pulls.insert(key, plan.add(step, []));
        }
        if !any {
            let resource = ResourceId::new(Kind::Service, &service.name);
            plan.add(skip(service, "No image to be pulled", resource), []);
        }
    }
    plan
}

/// The steps that push what some services build (all if none is named): each name of each image once. The tags of one
/// repository go one after the other: its layers are sent once, and registries may stumble over themselves otherwise.
#[must_use]
pub fn push(desired: &Desired, services: &[String]) -> Plan {
    let mut plan = Plan::default();
    let mut pushed = BTreeSet::new();
    let mut last: BTreeMap<String, StepId> = BTreeMap::new();
    for service in selected(desired, services) {
        let reference = &service.template.body.image;
        let own = desired.image(reference).filter(|image| image.named);
        let Some(tags) = own.and_then(|image| tags(image, service)) else {
            plan.add(skip(service, "", ResourceId::new(Kind::Service, &service.name)), []);
            continue;
        };
        for tag in tags.iter().filter(|tag| pushed.insert(full_name(tag))) {
            let action = Action::PushImage { reference: tag.clone() };
            let resource = ResourceId::new(Kind::Image, tag);
            let step = Step::new(action, Cause::Requested, resource).of(&service.name);
            let before = last.get(&repository(tag)).copied();
            let id = plan.add(step, before);
            last.insert(repository(tag), id);
        }
    }
    plan
}

fn repository(reference: &str) -> String {
    Reference::parse(reference).map_or_else(|_| reference.to_owned(), |reference| reference.familiar_name())
}

fn selected<'a>(desired: &'a Desired, names: &'a [String]) -> impl Iterator<Item = &'a ServiceSpec> {
    desired.services.iter().filter(|service| names.is_empty() || names.contains(&service.name))
}

/// The images that a service runs or mounts, as far as the file names them; its own first.
fn images_of<'a>(desired: &'a Desired, service: &ServiceSpec) -> Vec<&'a ImageSpec> {
    let own = &service.template.body.image;
    let uses = |image: &&ImageSpec| image.named && image.services.contains(&service.name);
    let mut images: Vec<&ImageSpec> = desired.images.iter().filter(uses).collect();
    images.sort_by_key(|image| image.reference != *own);
    images
}

/// Why an image is not pulled for a service, if it is not.
fn skips(
    image: &ImageSpec,
    service: &ServiceSpec,
    (observed, request): (&Observed, &PullRequest),
) -> Option<&'static str> {
    let policy = request.policy.or_else(|| image.pull.get(&service.name).copied());
    let there = || observed.images.contains_key(&image.reference) && !is_latest(&image.reference);
    match policy {
        Some(PullPolicy::Never | PullPolicy::Build) => Some(""),
        Some(PullPolicy::Missing) if there() => Some("Image is already present locally"),
        _ if request.ignore_buildable && image.build.is_some() => Some("Image can be built"),
        _ => None,
    }
}

fn skip(service: &ServiceSpec, why: &str, resource: ResourceId) -> Step {
    Step::new(Action::Skip { why: why.to_owned() }, Cause::Requested, resource).of(&service.name)
}

/// What is called `latest` may be another image every day.
fn is_latest(reference: &str) -> bool {
    Reference::parse(reference)
        .is_ok_and(|reference| reference.with_default_tag().tag.as_deref() == Some("latest"))
}

/// One name for all spellings of an image.
pub(super) fn full_name(reference: &str) -> String {
    Reference::parse(reference)
        .map_or_else(|_| reference.to_owned(), |reference| reference.with_default_tag().familiar())
}

/// The names under which a service builds its image, if it does.
fn tags<'a>(image: &'a ImageSpec, service: &ServiceSpec) -> Option<&'a [String]> {
    let build = image.build.as_ref()?;
    image.builders.contains(&service.name).then_some(&build.tags)
}
