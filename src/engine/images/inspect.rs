//! One image looked at closely.

use std::collections::BTreeMap;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::engine::observe::nullable;
use crate::engine::wire::segment;
use crate::engine::{Engine, Error};
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
    os: String,
    #[serde(default, deserialize_with = "nullable")]
    architecture: String,
    #[serde(default, deserialize_with = "nullable")]
    variant: String,
    #[serde(default, deserialize_with = "nullable")]
    metadata: InspectedMetadata,
    #[serde(default, deserialize_with = "nullable")]
    config: InspectedConfig,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InspectedMetadata {
    #[serde(default, deserialize_with = "nullable")]
    last_tag_time: String,
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
    /// Looks at one local image, by reference or id.
    pub async fn inspect_image(&self, reference: &str) -> Result<ObservedImage, Error> {
        self.inspected(reference).await.map(ObservedImage::from)
    }

    /// The same, with the moments to the nanosecond as the daemon writes them (RFC 3339): when it was made, and when it
    /// last got a name.
    pub async fn date_image(&self, reference: &str) -> Result<(ObservedImage, String, String), Error> {
        let inspected = self.inspected(reference).await?;
        let (created, tagged) = (inspected.created.clone(), inspected.metadata.last_tag_time.clone());
        Ok((inspected.into(), created, tagged))
    }

    async fn inspected(&self, reference: &str) -> Result<InspectedImage, Error> {
        self.wire.get(format!("/images/{}/json", segment(reference))).answer().await
    }
}

impl InspectedImage {
    /// `os/architecture[/variant]`.
    fn platform(&self) -> String {
        let parts = [self.os.as_str(), &self.architecture, &self.variant];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }
}

/// Seconds since 1970; what is no time, or one that stands for none, is `None`.
fn seconds(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp).filter(|time| *time > 0)
}

impl From<InspectedImage> for ObservedImage {
    fn from(inspected: InspectedImage) -> Self {
        Self {
            platform: inspected.platform(),
            tagged: seconds(&inspected.metadata.last_tag_time),
            id: inspected.id,
            tags: inspected.repo_tags,
            digests: inspected.repo_digests,
            labels: inspected.config.labels,
            created: seconds(&inspected.created).unwrap_or_default(),
            size: inspected.size,
            volumes: Some(inspected.config.volumes.into_keys().collect()),
        }
    }
}
