//! Images as a list call shows them, and which of them a reference means.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::lenient::nullable;
use crate::resource::ObservedImage;

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedImage {
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

/// What the daemon calls the image that a reference means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Familiar {
    /// `repository:tag` or `repository@digest`.
    Name(String),
    /// An image's id, whole or its beginning.
    Id(String),
}

/// The short form in which daemons list images: no default registry, no `library/`, a tag; a digest beats a tag.
pub(super) fn familiar(reference: &str) -> Familiar {
    if let Some(digest) = reference.strip_prefix("sha256:")
        && is_hex(digest)
    {
        return Familiar::Id(digest.to_owned());
    }
    if reference.len() == 64 && is_hex(reference) {
        return Familiar::Id(reference.to_owned());
    }
    let (name, digest) =
        reference.split_once('@').map_or((reference, None), |(name, digest)| (name, Some(digest)));
    let (repository, tag) = match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (name, None),
    };
    let short = repository
        .strip_prefix("docker.io/")
        .or_else(|| repository.strip_prefix("index.docker.io/"))
        .map_or(repository, |rest| rest.strip_prefix("library/").unwrap_or(rest));
    // `library/x` without a registry means the default registry too.
    let short = short.strip_prefix("library/").unwrap_or(short);
    Familiar::Name(match (digest, tag) {
        (Some(digest), _) => format!("{short}@{digest}"),
        (None, tag) => format!("{short}:{}", tag.unwrap_or("latest")),
    })
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether `listed` is the image that is meant. Podman lists the full names.
pub(super) fn is_meant(meant: &Familiar, listed: &ListedImage) -> bool {
    match meant {
        Familiar::Id(digest) => listed.id.trim_start_matches("sha256:").starts_with(digest.as_str()),
        Familiar::Name(_) => {
            listed.repo_tags.iter().chain(&listed.repo_digests).any(|name| familiar(name) == *meant)
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
            volumes: None,
            platform: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(reference: &str) -> String {
        match familiar(reference) {
            Familiar::Name(name) => name,
            Familiar::Id(id) => format!("id {id}"),
        }
    }

    #[test]
    fn a_reference_is_looked_for_under_the_name_that_the_daemon_lists() {
        assert_eq!(short("nginx"), "nginx:latest");
        assert_eq!(short("docker.io/library/nginx:1"), "nginx:1");
        assert_eq!(short("library/nginx"), "nginx:latest");
        assert_eq!(short("docker.io/acme/api"), "acme/api:latest");
        assert_eq!(short("host:5000/a/b"), "host:5000/a/b:latest");
        assert_eq!(short("host:5000/library/b:2"), "host:5000/library/b:2");
        assert_eq!(short("nginx:1@sha256:ab"), "nginx@sha256:ab");
        assert_eq!(short("sha256:00ff"), "id 00ff");
    }
}
