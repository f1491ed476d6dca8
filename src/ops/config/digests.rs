//! Images named by what they are, and not by a tag that may move.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use crate::diag::Problem;
use crate::engine::Engine;
use crate::load::Loaded;
use crate::model::{Project, Service};
use crate::syntax::Reference;
use crate::yaml::{Map, Node, Path, Value};

/// How many registries are asked at once.
const AT_ONCE: usize = 8;

/// Images as the files name them, and with their digests.
pub(super) type Pins = BTreeMap<String, String>;

/// Asks for the digests of all images; those that have one already keep it.
pub(super) async fn look_up(loaded: &Loaded, engine: &Engine) -> Result<Pins, Vec<Problem>> {
    let images: BTreeMap<String, String> =
        images(loaded).into_iter().map(|(service, image)| (image, service)).collect();
    let answers = stream::iter(images)
        .map(|(image, service)| async move { (pinned(&image, engine).await, image, service) })
        .buffered(AT_ONCE);
    let answers: Vec<_> = answers.collect().await;
    let (mut pins, mut faults) = (Pins::new(), Vec::new());
    for (answer, image, service) in answers {
        match answer {
            Ok(pinned) => {
                pins.insert(image, pinned);
            }
            Err(problem) => {
                let path = Path::keys(["services", &service, "image"]);
                let place = loaded.place(&path);
                faults.push(place.into_iter().fold(problem, |problem, span| problem.at(span, "named here")));
            }
        }
    }
    if faults.is_empty() { Ok(pins) } else { Err(faults) }
}

async fn pinned(image: &str, engine: &Engine) -> Result<String, Problem> {
    let mut reference = Reference::parse(image)
        .map_err(|fault| Problem::error("bad-image", format!("`{image}` is no image reference: {fault}")))?
        .with_default_tag();
    if reference.digest.is_some() {
        // As the peer has it, the digest says all that the tag could.
        reference.tag = None;
        return Ok(reference.to_string());
    }
    let digest = engine.registry_digest(&reference).await.map_err(|error| {
        let message = format!("failed to resolve digest for `{reference}`: {error}");
        Problem::error("no-digest", message).maybe_help(error.help())
    })?;
    reference.digest = Some(digest);
    Ok(reference.to_string())
}

/// The images of the services that have one.
fn images(loaded: &Loaded) -> Vec<(String, String)> {
    names(loaded)
        .into_iter()
        .filter_map(|name| {
            let service = loaded.project.services.get(&name).map(|service| service.container.image.clone());
            let image = service.or_else(|| {
                let node = loaded.tree.get("services")?.get(&name)?.get("image")?;
                node.as_str().map(str::to_owned)
            })?;
            (!image.is_empty()).then_some((name, image))
        })
        .collect()
}

/// The services that are shown: those of the project, or of the tree where there is no project.
fn names(loaded: &Loaded) -> BTreeSet<String> {
    if loaded.project.services.is_empty() {
        let services = loaded.tree.get("services").and_then(Node::as_map);
        return services.into_iter().flat_map(Map::keys).map(str::to_owned).collect();
    }
    loaded.project.services.keys().cloned().collect()
}

/// Puts the digests into the project, and into the tree.
pub(super) fn pin(loaded: &mut Loaded, pins: &Pins) {
    for service in loaded.project.services.values_mut() {
        let image = &mut service.container.image;
        if let Some(pinned) = pins.get(image) {
            image.clone_from(pinned);
        }
    }
    let services = loaded.tree.get_mut("services").and_then(Node::as_map_mut);
    for (_, service) in services.into_iter().flat_map(Map::iter_mut) {
        let Some(image) = service.node.get_mut("image") else { continue };
        if let Some(pinned) = image.as_str().and_then(|name| pins.get(name)) {
            image.value = Value::String(pinned.clone());
        }
    }
}

/// A project of nothing but the images of the services.
pub(super) fn lock(loaded: &Loaded, pins: &Pins) -> Project {
    let mut images: BTreeMap<String, String> = images(loaded).into_iter().collect();
    let services = names(loaded).into_iter().map(|name| {
        let mut service = Service { name: name.clone(), ..Service::default() };
        if let Some(pinned) = images.remove(&name).and_then(|image| pins.get(&image)) {
            service.container.image.clone_from(pinned);
        }
        (name, Box::new(service))
    });
    Project { services: services.collect(), ..Project::default() }
}
