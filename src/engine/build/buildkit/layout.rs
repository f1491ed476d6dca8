//! A folder with an image layout: a cache, or an image as files.
//!
//! Facts from the OCI image layout specification: `index.json` names manifests, with a tag as an annotation; whatever they
//! refer to lies as `blobs/ALGORITHM/HEX`; `oci-layout` tells the version. BuildKit's own clients lock `index.json.lock`
//! while they write the index, and remove it then; an image has its whole name as another annotation.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::engine::observe::nullable;
use crate::resource::hash::hex;

const INDEX: &str = "index.json";
const VERSION: &str = "oci-layout";
const BLOBS: &str = "blobs/sha256";
/// The annotation that names a manifest by a tag.
const TAG: &str = "org.opencontainers.image.ref.name";
/// The annotation with the whole name of an image.
const IMAGE: &str = "io.containerd.image.name";
/// How often, and after which pause, a lock is asked for that somebody else holds.
const LOCK_TRIES: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(50);
/// The tag of what has no other.
pub(super) const LATEST: &str = "latest";
/// Where blobs are as long as they are not whole.
const INGEST: &str = "ingest";

/// The name of a blob. Nothing else becomes part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BlobDigest(String);

impl BlobDigest {
    /// `sha256:` and 64 hex digits; in words what else it is.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let hex = text.strip_prefix("sha256:").filter(|hex| hex.len() == 64 && hex.bytes().all(is_hex));
        let hex = hex.ok_or_else(|| format!("`{text}` is no digest (`sha256:` and 64 hex digits)"))?;
        Ok(Self(hex.to_owned()))
    }

    /// That of what was hashed.
    pub(super) fn of(hash: Sha256) -> Self {
        Self(hex(&hash.finalize()))
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
    digest: String,
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    /// Whatever else it tells.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Descriptor {
    fn is_tagged(&self, tag: &str) -> bool {
        self.annotations.get(TAG).is_some_and(|known| known == tag)
    }

    fn is_image(&self) -> bool {
        self.annotations.contains_key(IMAGE)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Index {
    schema_version: u32,
    #[serde(default = "index_type")]
    media_type: String,
    #[serde(default, deserialize_with = "nullable")]
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

    /// As the file names it.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a blob lies.
    pub(super) fn blob(&self, digest: &BlobDigest) -> PathBuf {
        self.folder.join(BLOBS).join(&digest.0)
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
            BlobDigest::parse(digest)?
        } else {
            let index =
                self.index().map_err(|cause| format!("`{}` cannot be read: {cause}", shown.display()))?;
            let mut found = index.manifests.into_iter().filter(|manifest| manifest.is_tagged(tag));
            let first = found.next().ok_or_else(|| format!("`{}` names no `{tag}`", shown.display()))?;
            // A cache rather than an image of the same tag.
            let better = if first.is_image() { found.find(|other| !other.is_image()) } else { None };
            BlobDigest::parse(&better.unwrap_or(first).digest)?
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

    /// The index to be written to: none, or one that was never written, is one without manifests.
    fn own_index(&self) -> io::Result<Index> {
        match fs::read(self.folder.join(INDEX)) {
            Ok(text) if text.is_empty() => Ok(Index::default()),
            Ok(text) => Ok(serde_json::from_slice(&text)?),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Index::default()),
            Err(cause) => Err(cause),
        }
    }

    /// Makes its folders, and sees whether what is there can be added to. May wait for the disk.
    pub(super) fn prepare(&self) -> io::Result<()> {
        fs::create_dir_all(self.folder.join(BLOBS))?;
        self.own_index().map(drop)
    }

    /// Gives a manifest a tag, which the one that had it loses, unless that is an image. False if the manifest is not
    /// there. May wait for others who write to the folder.
    pub(super) fn tag(&self, mut manifest: Descriptor, tag: &str) -> io::Result<bool> {
        if !BlobDigest::parse(&manifest.digest).is_ok_and(|digest| self.blob(&digest).is_file()) {
            return Ok(false);
        }
        let _lock = Lock::take(self.folder.join(format!("{INDEX}.lock")))?;
        let mut index = self.own_index()?;
        index.manifests.retain(|known| known.is_image() || !known.is_tagged(tag));
        manifest.annotations.insert(TAG.to_owned(), tag.to_owned());
        index.manifests.push(manifest);
        fs::write(self.folder.join(VERSION), r#"{"imageLayoutVersion":"1.0.0"}"#)?;
        let part = self.folder.join(format!("{INDEX}.part"));
        let mut file = File::create(&part)?;
        file.write_all(&serde_json::to_vec(&index)?)?;
        file.sync_all()?;
        fs::rename(part, self.folder.join(INDEX))?;
        Ok(true)
    }
}

/// A file that nobody else has locked, as long as this lives.
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    fn take(path: PathBuf) -> io::Result<Self> {
        for _ in 0..LOCK_TRIES {
            let file = File::create(&path)?;
            // Whoever held it removes it: the one that is locked may not be the one that is there any more.
            let there = |own: &Metadata| fs::metadata(&path).is_ok_and(|there| there.ino() == own.ino());
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) if there(&file.metadata()?) => return Ok(Self { path, _file: file }),
                Ok(()) | Err(Errno::WOULDBLOCK) => sleep(LOCK_PAUSE),
                Err(fault) => return Err(fault.into()),
            }
        }
        let text = format!("`{}` is locked by somebody else", path.display());
        Err(io::Error::new(io::ErrorKind::WouldBlock, text))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor(digit: &str) -> Descriptor {
        let text = format!(r#"{{"mediaType":"m","digest":"sha256:{}","size":3}}"#, digit.repeat(64));
        serde_json::from_str(&text).unwrap()
    }

    fn digest(digit: &str) -> BlobDigest {
        BlobDigest::parse(&descriptor(digit).digest).unwrap()
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
            assert!(BlobDigest::parse(text).is_err(), "{text}");
        }
    }

    /// A layout with a manifest for each digit.
    fn layout(digits: &str) -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        layout.prepare().unwrap();
        for digit in digits.chars() {
            fs::write(layout.blob(&digest(&digit.to_string())), "{}").unwrap();
        }
        (folder, layout)
    }

    #[test]
    fn a_tag_names_the_last_manifest_that_got_it() {
        let (folder, layout) = layout("123");
        assert!(layout.find(None, None).unwrap_err().contains("index.json` cannot be read"));
        for (digit, tag) in [("1", "latest"), ("2", "other"), ("3", "latest")] {
            assert!(layout.tag(descriptor(digit), tag).unwrap());
            assert_eq!(layout.find(None, Some(tag)), Ok(digest(digit)));
        }
        assert_eq!(layout.find(None, None), Ok(digest("3")));
        assert_eq!(layout.find(None, Some("other")), Ok(digest("2")));
        let index: Value = serde_json::from_slice(&fs::read(folder.path().join(INDEX)).unwrap()).unwrap();
        assert_eq!((&index["schemaVersion"], &index["manifests"][0]["size"]), (&2.into(), &3.into()));
        assert_eq!(index["manifests"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn what_a_layout_does_not_have_is_said() {
        let (_folder, layout) = layout("1");
        fs::write(layout.blob(&digest("2")), "{}").unwrap();
        layout.tag(descriptor("2"), "gone").unwrap();
        fs::remove_file(layout.blob(&digest("2"))).unwrap();
        let absent = digest("3").to_string();
        for (digest, tag, words) in [
            (None, Some("none"), "names no `none`"),
            (None, Some("gone"), "has no blob"),
            (Some(absent.as_str()), None, "has no blob"),
            (Some("sha256:../x"), None, "is no digest"),
        ] {
            let fault = layout.find(digest, tag).unwrap_err();
            assert!(fault.contains(words), "{fault}");
        }
        let known = digest("1");
        assert_eq!(layout.find(Some(&known.to_string()), None), Ok(known));
    }

    #[test]
    fn a_manifest_that_is_not_there_takes_no_tag_away() {
        let (_folder, layout) = layout("1");
        assert!(layout.tag(descriptor("1"), "latest").unwrap());
        assert!(!layout.tag(descriptor("2"), "latest").unwrap());
        assert_eq!(layout.find(None, None), Ok(digest("1")));
    }

    #[test]
    fn an_image_of_the_same_tag_stays_and_is_no_cache() {
        let (folder, layout) = layout("12");
        let image = format!(
            r#"{{"schemaVersion":2,"manifests":[{{"digest":"{}","annotations":{{"{TAG}":"latest","{IMAGE}":"x"}}}}]}}"#,
            digest("1")
        );
        fs::write(folder.path().join(INDEX), image).unwrap();
        assert_eq!(layout.find(None, None), Ok(digest("1")));
        layout.tag(descriptor("2"), "latest").unwrap();
        assert_eq!(layout.find(None, None), Ok(digest("2")));
        assert_eq!(layout.index().unwrap().manifests.len(), 2);
    }

    #[test]
    fn what_others_write_is_read_and_what_makes_no_sense_is_told_before_the_build() {
        let (folder, layout) = layout("1");
        let other = r#"{"schemaVersion":2,"manifests":[{"digest":"sha512:00","annotations":null}]}"#;
        for (text, good) in
            [("", true), (r#"{"schemaVersion":2,"manifests":null}"#, true), (other, true), ("{", false)]
        {
            fs::write(folder.path().join(INDEX), text).unwrap();
            assert_eq!(layout.prepare().is_ok(), good, "{text}");
            assert_eq!(layout.tag(descriptor("1"), "latest").is_ok(), good, "{text}");
        }
    }

    #[test]
    fn a_lock_that_others_hold_is_waited_for() {
        let (folder, layout) = layout("1");
        let path = folder.path().join(format!("{INDEX}.lock"));
        let held = Lock::take(path.clone()).unwrap();
        let tagging = std::thread::spawn(move || layout.tag(descriptor("1"), "latest"));
        sleep(2 * LOCK_PAUSE);
        assert!(!tagging.is_finished());
        drop(held);
        assert!(tagging.join().unwrap().unwrap());
        assert!(!path.exists());
    }

    #[test]
    fn an_index_that_names_a_path_is_refused() {
        let (folder, layout) = layout("");
        let manifest =
            format!(r#"{{"digest":"sha256:../../../etc/passwd","annotations":{{"{TAG}":"latest"}}}}"#);
        let text = format!(r#"{{"schemaVersion":2,"manifests":[{manifest}]}}"#);
        fs::write(folder.path().join(INDEX), text).unwrap();
        assert!(layout.find(None, None).unwrap_err().contains("is no digest"));
    }
}
