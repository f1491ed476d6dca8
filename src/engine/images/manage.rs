//! Names of local images: given and taken away.

use bollard::query_parameters::{RemoveImageOptionsBuilder, TagImageOptionsBuilder};

use crate::engine::wire::segment;
use crate::engine::{Engine, Error};

/// What the removal of an image took away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Names.
    pub untagged: Vec<String>,
    /// Ids of images and layers that no name was left for.
    pub deleted: Vec<String>,
}

impl Engine {
    /// Takes a name from an image, and the image itself with its last one. `force` does so although a container that
    /// does not run needs it.
    pub async fn remove_image(&self, reference: &str, force: bool) -> Result<Removed, Error> {
        let options = RemoveImageOptionsBuilder::default().force(force).build();
        let call = format!("DELETE /images/{reference}");
        let items =
            self.borrow(&call, self.docker.remove_image(&segment(reference), Some(options), None)).await?;
        let mut removed = Removed::default();
        for item in items {
            removed.untagged.extend(item.untagged);
            removed.deleted.extend(item.deleted);
        }
        Ok(removed)
    }

    /// Gives an image another name, `repository[:tag]`.
    pub async fn tag_image(&self, reference: &str, name: &str) -> Result<(), Error> {
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, tag),
            _ => (name, "latest"),
        };
        let options = TagImageOptionsBuilder::default().repo(repository).tag(tag).build();
        let call = format!("POST /images/{reference}/tag");
        self.borrow(&call, self.docker.tag_image(&segment(reference), Some(options))).await
    }
}
