//! `images`: the images that a project's containers were made from.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::{Compose, Error};
use crate::engine::Query;
use crate::plan::{Plan, remove_images};
use crate::resource::{ObservedContainer, ObservedImage, labels, recall};

/// The image of one container.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerImage {
    /// The container's name.
    pub container: String,
    /// The reference that the container was made with.
    pub reference: String,
    /// What is known of the image; only its id, if it is gone.
    pub image: ObservedImage,
    /// When it was made (RFC 3339), empty if that is not known.
    pub created: String,
    /// When it last got a name here (RFC 3339), empty if that is not known.
    pub tagged: String,
}

impl Compose {
    /// The images of containers, ended ones too, by container: one call, and one for each image at the same time.
    pub async fn images(&self, services: &[String]) -> Result<Vec<ContainerImage>, Error> {
        self.known_services(services)?;
        let observed = self.observe_containers().await?;
        let mine: Vec<&ObservedContainer> = observed
            .containers
            .iter()
            .filter(|container| container.label(labels::ONEOFF) != "True")
            .filter(|container| {
                services.is_empty() || services.iter().any(|name| name == container.label(labels::SERVICE))
            })
            .collect();
        let ids: BTreeSet<&str> = mine.iter().map(|container| container.image_id.as_str()).collect();
        let looked = join_all(ids.iter().map(|id| self.engine().date_image(id))).await;
        let mut known = BTreeMap::new();
        for (id, image) in ids.into_iter().zip(looked) {
            match image {
                Ok(image) => drop(known.insert(id, image)),
                Err(fault) if fault.is_not_found() => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        let all = mine.into_iter().map(|container| {
            let gone = || {
                let image = ObservedImage { id: container.image_id.clone(), ..ObservedImage::default() };
                (image, String::new(), String::new())
            };
            let (image, created, tagged) =
                known.get(container.image_id.as_str()).cloned().unwrap_or_else(gone);
            ContainerImage {
                container: container.name.clone(),
                reference: container.image.clone(),
                image,
                created,
                tagged,
            }
        });
        Ok(all.collect())
    }

    /// Decides which images of services to remove: those that no container of the project was made from.
    pub async fn prepare_image_removal(&self, services: &[String]) -> Result<Plan, Error> {
        self.known_services(services)?;
        let (desired, observed) = if self.loaded().is_some() {
            let desired = self.desired()?;
            let observed = self.observe(&desired).await?;
            (desired, observed)
        } else {
            let observed = self.observe_containers().await?;
            let desired = recall(self.name(), &observed);
            let references = desired.images.iter().map(|image| image.reference.clone()).collect();
            let query = Query { images: references, ..Query::project(self.name()) };
            (desired, self.engine().observe(&query).await?)
        };
        let labelled = self.engine().images_of(self.name()).await?;
        Ok(remove_images(&desired, (&observed, &labelled), services))
    }
}
