//! Images that the daemon holds: looking at one, naming it, removing it.

use std::collections::BTreeMap;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::observe::nullable;
use super::wire::segment;
use super::{Engine, Error};
use crate::resource::ObservedImage;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedImage {
    id: String,
    #[serde(default, deserialize_with = "nullable")]
    repo_tags: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    repo_digests: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    created: String,
    #[serde(default, deserialize_with = "nullable")]
    size: i64,
    #[serde(default, deserialize_with = "nullable")]
    config: InspectedConfig,
    #[serde(default, deserialize_with = "nullable")]
    os: String,
    #[serde(default, deserialize_with = "nullable")]
    architecture: String,
    #[serde(default, deserialize_with = "nullable")]
    variant: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedConfig {
    #[serde(default, deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "nullable")]
    volumes: BTreeMap<String, serde_json::Value>,
}

impl Engine {
    /// Looks at one local image.
    pub async fn inspect_image(&self, reference: &str) -> Result<ObservedImage, Error> {
        let path = format!("/images/{}/json", segment(reference));
        let inspected: InspectedImage = self.wire.get(path).answer().await?;
        Ok(inspected.into())
    }
}

impl From<InspectedImage> for ObservedImage {
    fn from(inspected: InspectedImage) -> Self {
        let created =
            OffsetDateTime::parse(&inspected.created, &Rfc3339).map_or(0, OffsetDateTime::unix_timestamp);
        let parts = [inspected.os, inspected.architecture, inspected.variant];
        let known: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        Self {
            platform: known.join("/"),
            id: inspected.id,
            tags: inspected.repo_tags,
            digests: inspected.repo_digests,
            labels: inspected.config.labels,
            created,
            size: inspected.size,
            volumes: Some(inspected.config.volumes.into_keys().collect()),
        }
    }
}
