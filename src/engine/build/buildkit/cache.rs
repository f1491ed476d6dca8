//! Where a build takes its cache from and leaves it: images, and folders here, which are lent to the builder as stores.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use bollard_buildkit_proto::moby::buildkit::v1::CacheOptionsEntry;

use super::layout::{Descriptor, LATEST, Layout};
use crate::engine::Error;
use crate::resource::BuildSpec;

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
    /// Which tags the new cache gets where.
    written: Vec<(Layout, String)>,
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
            self.stores.insert(store(folder), layout);
            entry.attrs.insert("digest".to_owned(), digest.to_string());
        }
        self.imports.push(entry);
        Ok(())
    }

    fn export(&mut self, text: &str, entry: CacheOptionsEntry) -> Result<(), Error> {
        if entry.r#type == "local" {
            let Some(folder) = entry.attrs.get("dest").filter(|folder| !folder.is_empty()) else {
                return Err(Error::Unsupported(format!(
                    "`cache_to: {text}` does not say where; write `type=local,dest=FOLDER`"
                )));
            };
            let layout = Layout::new(Path::new(folder));
            layout.make().map_err(|cause| unwritable(folder, cause))?;
            self.stores.insert(store(folder), layout.clone());
            let tag = entry.attrs.get("tag").map_or(LATEST, String::as_str);
            self.written.push((layout, tag.to_owned()));
        }
        self.exports.push(entry);
        Ok(())
    }

    /// Names the cache that was written, of which `told` is the builder's word; gives a doubt where there is none.
    pub(super) fn finish(&self, told: Option<&String>) -> Result<Option<String>, Error> {
        let Some(told) = told else {
            // The builder may find nothing that is worth it, most of all while somebody prunes what it has.
            let nothing = || "no cache was written: the builder had nothing to keep".to_owned();
            return Ok((!self.written.is_empty()).then(nothing));
        };
        let what = || "the index of the cache cannot be written".to_owned();
        let failed = |cause: io::Error| Error::Local { what: what(), cause };
        let manifest: Descriptor = serde_json::from_str(told).map_err(|cause| failed(cause.into()))?;
        self.written
            .iter()
            .try_for_each(|(layout, tag)| layout.tag(manifest.clone(), tag).map_err(failed))
            .map(|()| None)
    }
}

/// The name under which the builder asks for a folder.
fn store(folder: &str) -> String {
    format!("local:{folder}")
}

fn unwritable(folder: &str, cause: io::Error) -> Error {
    Error::Local { what: format!("the cache `{folder}` cannot be written"), cause }
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

    #[test]
    fn a_cache_goes_where_it_can_be_written() {
        for text in ["type=local", "type=local,dest=/proc/none"] {
            let spec = BuildSpec { cache_to: vec![text.to_owned()], ..BuildSpec::default() };
            assert!(Caches::open(&spec).is_err(), "{text}");
        }
    }
}
