//! The images of containers, with the peer's columns and keys.

use rcompose::ops::ContainerImage;
use rcompose::syntax::Reference;
use serde_json::{Map, Value, json};

use super::age::age;
use super::size::decimal_size;

/// The columns of the table.
pub(crate) const COLUMNS: &[&str] =
    &["CONTAINER", "REPOSITORY", "TAG", "PLATFORM", "IMAGE ID", "SIZE", "CREATED"];

/// Characters of an id that are shown.
const ID: usize = 12;

/// The row of a container's image. `now` is in seconds since 1970.
pub(crate) fn cells(of: &ContainerImage, now: i64) -> Vec<String> {
    let (repository, tag) = names(of);
    let shown = |text: String| if text.is_empty() { "<none>".to_owned() } else { text };
    let known = !of.created.is_empty();
    let unknown = || "N/A".to_owned();
    vec![
        of.container.clone(),
        shown(repository),
        shown(tag),
        if known { of.image.platform.clone() } else { unknown() },
        digest(&of.image.id).chars().take(ID).collect(),
        if known { decimal_size(u64::try_from(of.image.size).unwrap_or_default()) } else { unknown() },
        // Images that are built the same everywhere have no time.
        if of.image.created > 0 { format!("{} ago", age(now - of.image.created)) } else { unknown() },
    ]
}

/// The same as an object.
pub(crate) fn object(of: &ContainerImage) -> Map<String, Value> {
    let (repository, tag) = names(of);
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| drop(object.insert(key.to_owned(), value));
    put("ID", json!(of.image.id));
    put("ContainerName", json!(of.container));
    put("Repository", json!(repository));
    put("Tag", json!(tag));
    put("Platform", json!(of.image.platform));
    put("Size", json!(of.image.size));
    if !of.created.is_empty() {
        put("Created", json!(of.created));
    }
    if !of.tagged.is_empty() {
        put("LastTagTime", json!(of.tagged));
    }
    object
}

/// An id without its algorithm.
pub(crate) fn digest(id: &str) -> &str {
    id.split_once(':').map_or(id, |(_, digest)| digest)
}

/// Repository and tag; neither, if the container was made from an id.
fn names(of: &ContainerImage) -> (String, String) {
    if of.reference == of.image.id {
        return (String::new(), String::new());
    }
    match Reference::parse(&of.reference) {
        Ok(reference) => {
            let reference = if reference.digest.is_some() { reference } else { reference.with_default_tag() };
            (reference.familiar_name(), reference.tag.unwrap_or_default())
        }
        Err(_) => (String::new(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use rcompose::resource::ObservedImage;

    use super::*;

    fn image(reference: &str) -> ContainerImage {
        ContainerImage {
            container: "p-web-1".to_owned(),
            reference: reference.to_owned(),
            image: ObservedImage {
                id: format!("sha256:{}", "0f".repeat(32)),
                size: 1_982_484,
                created: 1_000_000,
                platform: "linux/arm64/v8".to_owned(),
                ..ObservedImage::default()
            },
            created: "1970-01-12T13:46:40Z".to_owned(),
            tagged: String::new(),
        }
    }

    #[test]
    fn a_row_tells_name_tag_platform_id_size_and_age() {
        assert_eq!(
            cells(&image("docker.io/acme/api"), 1_000_120),
            ["p-web-1", "acme/api", "latest", "linux/arm64/v8", "0f0f0f0f0f0f", "1.98MB", "2 minutes ago"]
        );
    }

    #[test]
    fn an_image_that_is_gone_or_has_no_name_says_so() {
        let mut gone = image(&format!("sha256:{}", "0f".repeat(32)));
        (gone.created, gone.image.created) = (String::new(), 0);
        assert_eq!(cells(&gone, 0), ["p-web-1", "<none>", "<none>", "N/A", "0f0f0f0f0f0f", "N/A", "N/A"]);
        assert!(object(&gone).get("Created").is_none());
    }
}
