//! A folder with an image layout: a cache, or an image as files.
//!
//! Facts from the OCI image layout specification: `index.json` names manifests, with a tag as an annotation; whatever they
//! refer to lies as `blobs/ALGORITHM/HEX`; `oci-layout` tells the version.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

const INDEX: &str = "index.json";
const VERSION: &str = "oci-layout";
/// The annotation that names a manifest by a tag.
const TAG: &str = "org.opencontainers.image.ref.name";
/// The tag of what has no other.
pub(super) const LATEST: &str = "latest";
/// Where blobs are as long as they are not whole.
const INGEST: &str = "ingest";

/// The name of a blob. Nothing else becomes part of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct BlobDigest(String);

impl BlobDigest {
    /// `sha256:` and 64 hex digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix("sha256:")?;
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (hex.len() == 64 && hex.bytes().all(is_hex)).then(|| Self(hex.to_owned()))
    }
}

impl TryFrom<String> for BlobDigest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no digest (`sha256:` and 64 hex digits)"))
    }
}

impl From<BlobDigest> for String {
    fn from(digest: BlobDigest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for BlobDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

/// What an index tells of a manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Descriptor {
    /// The manifest.
    pub(super) digest: BlobDigest,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    /// Whatever else it tells.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Descriptor {
    fn is_tagged(&self, tag: &str) -> bool {
        self.annotations.get(TAG).is_some_and(|known| known == tag)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    schema_version: u32,
    #[serde(default = "index_type")]
    media_type: String,
    #[serde(default)]
    manifests: Vec<Descriptor>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

fn index_type() -> String {
    "application/vnd.oci.image.index.v1+json".to_owned()
}

impl Default for Index {
    fn default() -> Self {
        Self { schema_version: 2, media_type: index_type(), manifests: Vec::new(), rest: Map::new() }
    }
}

/// The folder; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    folder: PathBuf,
}

impl Layout {
    /// The layout in a folder, whether there is one or not.
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Makes its folders.
    pub(super) fn make(&self) -> io::Result<()> {
        fs::create_dir_all(self.folder.join("blobs/sha256"))
    }

    /// Where a blob lies.
    pub(super) fn blob(&self, digest: &BlobDigest) -> PathBuf {
        self.folder.join("blobs/sha256").join(&digest.0)
    }

    /// Where blobs are as long as they are not whole.
    pub(super) fn ingest(&self) -> PathBuf {
        self.folder.join(INGEST)
    }

    /// The manifest of a digest, else that of a tag; in words why there is none.
    pub(super) fn find(&self, digest: Option<&str>, tag: Option<&str>) -> Result<BlobDigest, String> {
        let tag = tag.unwrap_or(LATEST);
        let shown = self.folder.join(INDEX);
        let digest = if let Some(digest) = digest {
            BlobDigest::try_from(digest.to_owned())?
        } else {
            let index =
                self.index().map_err(|cause| format!("`{}` cannot be read: {cause}", shown.display()))?;
            let found = index.manifests.into_iter().find(|manifest| manifest.is_tagged(tag));
            found.ok_or_else(|| format!("`{}` names no `{tag}`", shown.display()))?.digest
        };
        if self.blob(&digest).is_file() {
            Ok(digest)
        } else {
            Err(format!("`{}` has no blob `{digest}`", self.folder.display()))
        }
    }

    fn index(&self) -> io::Result<Index> {
        Ok(serde_json::from_slice(&fs::read(self.folder.join(INDEX))?)?)
    }

    /// Gives a manifest a tag, which the one that had it loses.
    pub(super) fn tag(&self, mut manifest: Descriptor, tag: &str) -> io::Result<()> {
        let folder = File::open(&self.folder)?;
        flock(&folder, FlockOperation::LockExclusive)?;
        let mut index = match self.index() {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Index::default(),
            index => index?,
        };
        index.manifests.retain(|known| !known.is_tagged(tag));
        manifest.annotations.insert(TAG.to_owned(), tag.to_owned());
        index.manifests.push(manifest);
        fs::write(self.folder.join(VERSION), r#"{"imageLayoutVersion":"1.0.0"}"#)?;
        let part = self.folder.join(format!("{INDEX}.part"));
        fs::write(&part, serde_json::to_vec(&index)?)?;
        fs::rename(part, self.folder.join(INDEX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor(digit: &str) -> Descriptor {
        let text = format!(r#"{{"mediaType":"m","digest":"sha256:{}","size":3}}"#, digit.repeat(64));
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_digest_is_never_a_path() {
        let hex = "0".repeat(64);
        assert_eq!(BlobDigest::parse(&format!("sha256:{hex}")).unwrap().to_string(), format!("sha256:{hex}"));
        for text in [
            "",
            "sha256:",
            "sha256:../../x",
            &hex,
            &format!("sha256:{}/..", &hex[3..]),
            &format!("md5:{hex}"),
        ] {
            assert_eq!(BlobDigest::parse(text), None, "{text}");
        }
    }

    /// A layout with a manifest for each digit.
    fn layout(digits: &str) -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        layout.make().unwrap();
        for digit in digits.chars() {
            fs::write(layout.blob(&descriptor(&digit.to_string()).digest), "{}").unwrap();
        }
        (folder, layout)
    }

    #[test]
    fn a_tag_names_the_last_manifest_that_got_it() {
        let (folder, layout) = layout("123");
        assert!(layout.find(None, None).unwrap_err().contains("index.json` cannot be read"));
        for (digit, tag) in [("1", "latest"), ("2", "other"), ("3", "latest")] {
            layout.tag(descriptor(digit), tag).unwrap();
            assert_eq!(layout.find(None, Some(tag)), Ok(descriptor(digit).digest));
        }
        assert_eq!(layout.find(None, None), Ok(descriptor("3").digest));
        assert_eq!(layout.find(None, Some("other")), Ok(descriptor("2").digest));
        let index: Value = serde_json::from_slice(&fs::read(folder.path().join(INDEX)).unwrap()).unwrap();
        assert_eq!((&index["schemaVersion"], &index["manifests"][0]["size"]), (&2.into(), &3.into()));
        assert_eq!(index["manifests"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn what_a_layout_does_not_have_is_said() {
        let (_folder, layout) = layout("1");
        layout.tag(descriptor("2"), "gone").unwrap();
        let absent = descriptor("3").digest.to_string();
        for (digest, tag, words) in [
            (None, Some("none"), "names no `none`"),
            (None, Some("gone"), "has no blob"),
            (Some(absent.as_str()), None, "has no blob"),
            (Some("sha256:../x"), None, "is no digest"),
        ] {
            let fault = layout.find(digest, tag).unwrap_err();
            assert!(fault.contains(words), "{fault}");
        }
        let known = descriptor("1").digest;
        assert_eq!(layout.find(Some(&known.to_string()), None), Ok(known));
    }

    #[test]
    fn an_index_that_names_a_path_is_refused() {
        let (folder, layout) = layout("");
        let text = r#"{"schemaVersion":2,"manifests":[{"digest":"sha256:../../../etc/passwd"}]}"#;
        fs::write(folder.path().join(INDEX), text).unwrap();
        assert!(layout.find(None, None).unwrap_err().contains("is no digest"));
    }
}
