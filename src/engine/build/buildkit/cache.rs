//! Where a build takes its cache from and leaves it: images, and folders here, which are lent to the builder as stores.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use bollard_buildkit_proto::moby::buildkit::v1::CacheOptionsEntry;
use sha2::{Digest, Sha256};

use super::layout::{Descriptor, LATEST, Layout};
use crate::engine::Error;
use crate::resource::BuildSpec;
use crate::resource::hash::hex;

/// What is said of caches, and what is lent for it.
#[derive(Debug, Default)]
pub(super) struct Caches {
    /// Where from.
    pub(super) imports: Vec<CacheOptionsEntry>,
    /// Where to.
    pub(super) exports: Vec<CacheOptionsEntry>,
    /// Folders, by the names under which the builder asks for them.
    pub(super) stores: BTreeMap<String, Layout>,
    /// What could not be used, in words.
    pub(super) doubts: Vec<String>,
    written: Vec<Written>,
}

impl Caches {
    /// Looks at the folders that are named. One that is missing is no fault: the first build has none yet.
    pub(super) fn open(spec: &BuildSpec) -> Result<Self, Error> {
        let mut caches = Self::default();
        for text in &spec.cache_from {
            match caches.import(cache_entry(text)) {
                Ok(()) => {}
                Err(reason) => caches.doubts.push(format!("the cache `{text}` is left out: {reason}")),
            }
        }
        for text in &spec.cache_to {
            caches.export(text, cache_entry(text))?;
        }
        Ok(caches)
    }

    fn import(&mut self, mut entry: CacheOptionsEntry) -> Result<(), String> {
        if entry.r#type == "local" {
            let folder =
                entry.attrs.get("src").filter(|folder| !folder.is_empty()).ok_or("it has no `src`")?;
            let layout = Layout::new(Path::new(folder));
            let attribute = |name: &str| entry.attrs.get(name).map(String::as_str);
            let digest = layout.find(attribute("digest"), attribute("tag"))?;
            entry.attrs.insert("src".to_owned(), self.lend(layout, folder.clone()));
            entry.attrs.insert("digest".to_owned(), digest.to_string());
        }
        self.imports.push(entry);
        Ok(())
    }

    fn export(&mut self, text: &str, mut entry: CacheOptionsEntry) -> Result<(), Error> {
        if entry.r#type == "local" {
            let Some(folder) = entry.attrs.get("dest").filter(|folder| !folder.is_empty()) else {
                return Err(Error::Unsupported(format!(
                    "`cache_to: {text}` does not say where; write `type=local,dest=FOLDER`"
                )));
            };
            let (folder, layout) = (folder.clone(), Layout::new(Path::new(folder)));
            let tag = entry.attrs.get("tag").map_or(LATEST, String::as_str).to_owned();
            self.written.push(Written { layout: layout.clone(), tag });
            entry.attrs.insert("dest".to_owned(), self.lend(layout, folder));
        }
        self.exports.push(entry);
        Ok(())
    }

    /// Lends a folder to the builder, and gives the name under which it is told: the folder's own may be none that can
    /// be sent beside a message.
    fn lend(&mut self, layout: Layout, folder: String) -> String {
        let name = hex(&Sha256::digest(folder));
        self.stores.insert(format!("local:{name}"), layout);
        name
    }

    /// Makes the folders that are written to. May wait for the disk.
    pub(super) fn prepare(&self) -> Result<(), Error> {
        self.written
            .iter()
            .try_for_each(|written| written.layout.prepare().map_err(|cause| written.unwritable(cause)))
    }

    /// Names the cache that was written, of which `told` is the builder's word; gives doubts where it was not. May wait
    /// for others who write to the folder.
    pub(super) fn finish(&self, told: Option<&str>) -> Result<Vec<String>, Error> {
        let mut doubts = Vec::new();
        for written in &self.written {
            // The builder may find nothing that is worth it, most of all while somebody prunes what it has; and of
            // several caches it tells of one alone.
            let manifest = told.and_then(|told| serde_json::from_str::<Descriptor>(told).ok());
            let tagged = manifest.map(|manifest| written.layout.tag(manifest, &written.tag)).transpose();
            if !tagged.map_err(|cause| written.unwritable(cause))?.unwrap_or(false) {
                let folder = written.layout.folder().display();
                doubts.push(format!("the cache `{folder}` is as it was: the builder tells of none in it"));
            }
        }
        Ok(doubts)
    }
}

/// A cache that is written to a folder here.
#[derive(Debug)]
struct Written {
    layout: Layout,
    tag: String,
}

impl Written {
    fn unwritable(&self, cause: io::Error) -> Error {
        Error::Local {
            what: format!("the cache `{}` cannot be written", self.layout.folder().display()),
            cause,
        }
    }
}

/// `type=inline`, `type=registry,ref=…`, `type=local,src=…`, or an image.
pub(super) fn cache_entry(text: &str) -> CacheOptionsEntry {
    if !text.contains('=') {
        let attrs = [("ref".to_owned(), text.to_owned())].into();
        return CacheOptionsEntry { r#type: "registry".to_owned(), attrs };
    }
    let mut entry = CacheOptionsEntry::default();
    for part in text.split(',') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match name.trim() {
            "type" => value.clone_into(&mut entry.r#type),
            name => drop(entry.attrs.insert(name.to_owned(), value.to_owned())),
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_is_an_image_or_says_its_type() {
        let entry = cache_entry("type=registry,ref=a/b:1,mode=max");
        assert_eq!((entry.r#type.as_str(), entry.attrs["ref"].as_str()), ("registry", "a/b:1"));
        assert_eq!(cache_entry("a/b:1").attrs["ref"], "a/b:1");
    }

    #[test]
    fn a_folder_without_a_cache_is_worth_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path().display();
        for (rest, words) in [
            (format!(",src={here}"), "index.json` cannot be read"),
            (String::new(), "has no `src`"),
            (format!(",src={here},digest=x"), "is no digest"),
            (format!(",src={here},digest=sha256:{}", "0".repeat(64)), "has no blob"),
        ] {
            let spec = BuildSpec { cache_from: vec![format!("type=local{rest}")], ..BuildSpec::default() };
            let caches = Caches::open(&spec).unwrap();
            assert!(caches.imports.is_empty() && caches.doubts[0].contains(words), "{:?}", caches.doubts);
        }
    }

    fn to(text: &str) -> Result<Caches, Error> {
        Caches::open(&BuildSpec { cache_to: vec![text.to_owned()], ..BuildSpec::default() })
    }

    #[test]
    fn a_cache_goes_where_it_can_be_written() {
        assert!(to("type=local").is_err());
        let fault = to("type=local,dest=/proc/none").unwrap().prepare().unwrap_err();
        assert!(fault.to_string().contains("the cache `/proc/none` cannot be written"), "{fault}");
    }

    #[test]
    fn a_folder_is_lent_under_a_name_that_can_be_sent() {
        let caches = to("type=local,dest=/tmp/jörg").unwrap();
        let name = &caches.exports[0].attrs["dest"];
        assert!(name.is_ascii() && caches.stores.contains_key(&format!("local:{name}")), "{name}");
    }

    #[test]
    fn a_cache_that_was_not_written_leaves_the_old_one_named() {
        let folder = tempfile::tempdir().unwrap();
        let caches = to(&format!("type=local,dest={}", folder.path().display())).unwrap();
        caches.prepare().unwrap();
        let absent = format!(r#"{{"digest":"sha256:{}"}}"#, "0".repeat(64));
        for told in [None, Some("{}"), Some(absent.as_str())] {
            let doubts = caches.finish(told).unwrap();
            assert!(doubts.len() == 1 && doubts[0].contains("is as it was"), "{doubts:?}");
        }
        assert!(!folder.path().join("index.json").exists());
    }
}
