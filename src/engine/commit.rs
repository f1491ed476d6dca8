//! A container as an image, and as one tar.

use bytes::Bytes;
use serde::Deserialize;

use super::streams::Flow;
use super::wire::segment;
use super::{Engine, Error};

/// How a container becomes an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitSpec {
    /// Name of the image, `repository[:tag]`; empty: it gets none.
    pub reference: String,
    /// Who made it; may be empty.
    pub author: String,
    /// What was changed; may be empty.
    pub message: String,
    /// Instructions of a Dockerfile that change its configuration (`ENV A=b`, `CMD ["x"]`, …).
    pub changes: Vec<String>,
    /// The container is frozen meanwhile.
    pub pause: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Committed {
    id: String,
}

impl Engine {
    /// Makes an image of what a container has become; gives the image's id.
    pub async fn commit(&self, container: &str, spec: &CommitSpec) -> Result<String, Error> {
        let (repository, tag) = match spec.reference.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, tag),
            _ => (spec.reference.as_str(), ""),
        };
        let mut call = self.wire.post("/commit").query("container", container);
        for (name, value) in
            [("repo", repository), ("tag", tag), ("author", &spec.author), ("comment", &spec.message)]
        {
            if !value.is_empty() {
                call = call.query(name, value);
            }
        }
        for change in &spec.changes {
            call = call.query("changes", change);
        }
        let pause = if spec.pause { "1" } else { "0" };
        // Podman wants a body of a known kind.
        let committed: Committed = call.query("pause", pause).json(&serde_json::json!({})).answer().await?;
        Ok(committed.id)
    }

    /// All files of a container as one tar, whether it runs or not.
    pub async fn export(&self, container: &str) -> Result<Flow<Bytes>, Error> {
        let path = format!("/containers/{}/export", segment(container));
        let name = format!("GET {path}");
        let body = self.wire.get(path).patience(None).response().await?.into_body();
        Ok(Flow::of_body(body, name))
    }
}
