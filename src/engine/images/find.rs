//! Which local images references mean.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde::Deserialize;

use crate::engine::observe::nullable;
use crate::engine::wire::Filters;
use crate::engine::{Engine, Error};
use crate::resource::{ObservedImage, labels};
use crate::syntax::Reference;

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedImage {
    id: String,
    #[serde(default, deserialize_with = "nullable")]
    repo_tags: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    repo_digests: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "nullable")]
    created: i64,
    #[serde(default, deserialize_with = "nullable")]
    size: i64,
}

/// How the image that a reference means is looked for.
#[derive(Debug, PartialEq, Eq)]
enum Meant {
    /// By the name under which daemons list it: `repository:tag` or `repository@digest`.
    Name(String),
    /// By an inspection: it may be an id, whole or its beginning, or a name that looks like one.
    Id,
}

/// Daemons list short names: no default registry, no `library/`, a tag; a digest beats a tag.
fn meant(reference: &str) -> Meant {
    let bare = reference.strip_prefix("sha256:").unwrap_or(reference);
    if !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Meant::Id;
    }
    match Reference::parse(reference) {
        Ok(mut parsed) => {
            if parsed.digest.is_some() {
                parsed.tag = None;
            }
            Meant::Name(parsed.with_default_tag().familiar())
        }
        // What is none may still be known to the daemon, which has the last word.
        Err(_) => Meant::Id,
    }
}

/// Podman takes an id with its algorithm only if it is whole.
fn beginning(id: &str) -> &str {
    id.strip_prefix("sha256:").filter(|digits| digits.len() < 64).unwrap_or(id)
}

/// So often a list of images is asked for again that came upon one that went.
const LIST_TRIES: usize = 4;

impl ListedImage {
    /// Podman lists full names.
    fn has(&self, name: &str) -> bool {
        self.repo_tags.iter().chain(&self.repo_digests).any(|own| {
            own == name || Reference::parse(own).is_ok_and(|reference| reference.familiar() == name)
        })
    }
}

impl Engine {
    /// Finds local images by one list call; by one inspection each, those that are named by their id.
    pub async fn find_images(&self, references: &[String]) -> Result<BTreeMap<String, ObservedImage>, Error> {
        let meant: BTreeMap<&String, Meant> =
            references.iter().map(|reference| (reference, meant(reference))).collect();
        let names: BTreeSet<&String> = meant
            .values()
            .filter_map(|meant| if let Meant::Name(name) = meant { Some(name) } else { None })
            .collect();
        let by_name = async {
            if names.is_empty() {
                return Ok(Vec::new());
            }
            let filters = Filters::from([("reference", names.into_iter().cloned().collect())]);
            self.list_images(&filters).await
        };
        let ids: Vec<_> = meant.iter().filter(|(_, meant)| **meant == Meant::Id).map(|(id, _)| *id).collect();
        let by_id = join_all(ids.iter().map(|id| self.inspect_image(beginning(id))));
        let (listed, inspected) = tokio::join!(by_name, by_id);
        let listed = listed?;
        let mut found = BTreeMap::new();
        for (reference, meant) in &meant {
            if let Meant::Name(name) = meant
                && let Some(image) = listed.iter().find(|image| image.has(name))
            {
                found.insert((*reference).clone(), image.clone().into());
            }
        }
        for (id, image) in ids.into_iter().zip(inspected) {
            match image {
                Ok(image) => drop(found.insert(id.clone(), image)),
                Err(fault) if fault.is_not_found() => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(found)
    }

    /// The images that were built for a project.
    pub async fn images_of(&self, project: &str) -> Result<Vec<ObservedImage>, Error> {
        let filters = Filters::from([("label", vec![format!("{}={project}", labels::PROJECT)])]);
        Ok(self.list_images(&filters).await?.into_iter().map(ObservedImage::from).collect())
    }

    /// With containerd's image store, a list fails when another image goes while it is written (seen on 28.5).
    async fn list_images(&self, filters: &Filters) -> Result<Vec<ListedImage>, Error> {
        let mut tries = 0;
        loop {
            let listed = self.wire.get("/images/json").filters(filters).answer().await;
            match listed {
                Err(Error::Refused(refusal)) if refusal.status == 404 && tries < LIST_TRIES => tries += 1,
                other => return other,
            }
        }
    }
}

impl From<ListedImage> for ObservedImage {
    fn from(listed: ListedImage) -> Self {
        // Images without a name are listed with `<none>:<none>` by older engines.
        let named =
            |names: Vec<String>| names.into_iter().filter(|name| !name.starts_with("<none>")).collect();
        Self {
            id: listed.id,
            tags: named(listed.repo_tags),
            digests: named(listed.repo_digests),
            labels: listed.labels,
            created: listed.created,
            size: listed.size,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(reference: &str) -> String {
        match meant(reference) {
            Meant::Name(name) => name,
            Meant::Id => "id".to_owned(),
        }
    }

    #[test]
    fn a_reference_is_looked_for_under_the_name_that_the_daemon_lists() {
        let digest = format!("sha256:{}", "0f".repeat(32));
        assert_eq!(short("nginx"), "nginx:latest");
        assert_eq!(short("docker.io/library/nginx:1"), "nginx:1");
        assert_eq!(short("docker.io/acme/api"), "acme/api:latest");
        assert_eq!(short("host:5000/library/b:2"), "host:5000/library/b:2");
        assert_eq!(short(&format!("nginx:1@{digest}")), format!("nginx@{digest}"));
        assert_eq!(short(&digest), "id");
        assert_eq!(short("0f0f0f0f0f0f"), "id");
    }
}
