//! The creation of a container: what the planner knows, and what the executor fills in.

use std::collections::BTreeMap;

use super::ContainerRef;
use crate::resource::body::Mount;
use crate::resource::{ContainerSpec, labels};

/// The creation of a container: see [`ContainerCreate::finish`] for what the executor has to fill in.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerCreate {
    /// The container; its own name is the final one.
    pub spec: ContainerSpec,
    /// The name to create it under: another one while its predecessor is still there.
    pub name: String,
    /// The container that it takes the place of.
    pub replaces: Option<ContainerRef>,
    /// Anonymous volumes of the predecessor that it takes over.
    pub inherit: Vec<InheritedVolume>,
    /// For each service of the spec's pending references, the container whose id goes there.
    pub references: BTreeMap<String, ContainerRef>,
    /// Images that it mounts, by target.
    pub image_mounts: Vec<(String, String)>,
}

/// What is only known when a container's turn comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Ids of images by reference: those of [`ContainerCreate::images_to_resolve`].
    pub images: BTreeMap<String, String>,
    /// Paths that the container's image declares as volumes, if [`ContainerCreate::needs_declared_volumes`].
    pub declared_volumes: Vec<String>,
    /// Ids of containers, for each key of [`ContainerCreate::references`].
    pub containers: BTreeMap<String, String>,
}

impl ContainerCreate {
    /// References of images whose ids go into labels, and were not known when the plan was made.
    #[must_use]
    pub fn images_to_resolve(&self) -> Vec<&str> {
        let labels = &self.spec.body.labels;
        let own = (!labels.contains_key(labels::IMAGE)).then_some(self.spec.body.image.as_str());
        let open = !self.image_mounts.is_empty() && !labels.contains_key(labels::IMAGE_MOUNTS);
        let mounted = self.image_mounts.iter().filter(|_| open).map(|(_, reference)| reference.as_str());
        own.into_iter().chain(mounted).collect()
    }

    /// True if it depends on the image which volumes are taken over.
    #[must_use]
    pub fn needs_declared_volumes(&self) -> bool {
        self.inherit.iter().any(|volume| volume.if_image_declares)
    }

    /// The container as it is to be created.
    #[must_use]
    pub fn finish(&self, resolved: &Resolved) -> ContainerSpec {
        let mut spec = self.spec.clone().bind(&resolved.containers);
        let wanted = |volume: &&InheritedVolume| {
            !volume.if_image_declares || resolved.declared_volumes.contains(&volume.target)
        };
        for volume in self.inherit.iter().filter(wanted) {
            let mounts = &mut spec.body.host_config.mounts;
            mounts.retain(|mount| mount.target != volume.target);
            mounts.push(Mount {
                kind: "volume".to_owned(),
                source: volume.volume.clone(),
                target: volume.target.clone(),
                read_only: volume.read_only,
                ..Mount::default()
            });
        }
        let labels = &mut spec.body.labels;
        if let Some(id) = resolved.images.get(&spec.body.image) {
            labels.entry(labels::IMAGE.to_owned()).or_insert_with(|| id.clone());
        }
        let mounted: Option<BTreeMap<&str, &str>> = self
            .image_mounts
            .iter()
            .map(|(target, reference)| Some((target.as_str(), resolved.images.get(reference)?.as_str())))
            .collect();
        if let Some(mounted) = mounted.filter(|mounted| !mounted.is_empty()) {
            let value = || labels::image_mounts(&mounted);
            labels.entry(labels::IMAGE_MOUNTS.to_owned()).or_insert_with(value);
        }
        spec
    }
}

/// An anonymous volume that goes over to the next container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InheritedVolume {
    /// Name of the volume.
    pub volume: String,
    /// Path in the container.
    pub target: String,
    /// Not writable, as it was before.
    pub read_only: bool,
    /// Only if the new image declares a volume at the path; the executor asks, since the image may only be there by then.
    pub if_image_declares: bool,
}
