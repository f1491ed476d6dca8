//! Which part of a folder the builder asks for.

use std::path::Path;

use http::HeaderMap;
use percent_encoding::percent_decode;

use super::links::resolve;
use crate::syntax::{Ignore, IgnoreError};

/// Which part of a folder the builder asks for.
#[derive(Debug, Default)]
pub(super) struct Selection {
    /// Only these and what lies in them; nothing: all.
    include: Ignore,
    /// Not these.
    exclude: Ignore,
}

/// What a request says about itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The name of the source.
    pub(super) name: String,
    include: Vec<String>,
    exclude: Vec<String>,
    /// Paths whose links are followed, within the folder.
    follow: Vec<String>,
}

impl Asked {
    /// Reads what stands beside the messages of a request.
    pub(super) fn read(about: &HeaderMap) -> Self {
        Self {
            name: values(about, "dir-name").into_iter().next().unwrap_or_default(),
            include: values(about, "include-patterns"),
            exclude: values(about, "exclude-patterns"),
            follow: values(about, "followpaths"),
        }
    }

    /// The part of a folder (none for a source without links) that it means.
    pub(super) fn selection(&self, directory: Option<&Path>) -> Result<Selection, IgnoreError> {
        let mut include = self.include.clone();
        if !self.follow.is_empty() {
            let followed = directory.map_or_else(|| self.follow.clone(), |root| resolve(root, &self.follow));
            include.extend(followed);
        }
        let patterns = |list: &[String]| Ignore::new(list.iter().map(String::as_str));
        // A path that leads to the root means all of it.
        let whole = include.iter().any(|path| path.trim_matches(['/', '.']).is_empty());
        let include = if whole { Ignore::default() } else { patterns(&include)? };
        Ok(Selection { include, exclude: patterns(&self.exclude)? })
    }
}

impl Selection {
    /// A file or folder is asked for.
    pub(super) fn takes(&self, path: &str) -> bool {
        (self.include.is_empty() || self.include.ignores(path)) && !self.exclude.ignores(path)
    }

    /// Something in a folder may be asked for.
    pub(super) fn enters(&self, directory: &str) -> bool {
        let wanted = self.include.is_empty()
            || self.include.ignores(directory)
            || self.include.may_ignore_below(directory);
        wanted && !self.exclude.prunes(directory)
    }
}

/// All values of a name. Newer builders encode what is not plain ASCII, and say so.
fn values(about: &HeaderMap, name: &str) -> Vec<String> {
    let encoded = about.get(format!("{name}-encoded")).is_some_and(|value| value == "1" || value == "true");
    let decode = |bytes: &[u8]| {
        if encoded {
            let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
            percent_decode(&spaced).decode_utf8_lossy().into_owned()
        } else {
            String::from_utf8_lossy(bytes).into_owned()
        }
    };
    about.get_all(name).iter().map(|value| decode(value.as_bytes())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &'static str)]) -> Asked {
        let mut about = HeaderMap::new();
        for (name, value) in pairs {
            about.append(*name, value.parse().unwrap());
        }
        Asked::read(&about)
    }

    #[test]
    fn a_request_says_what_it_wants_of_which_source() {
        let asked = asked(&[
            ("dir-name", "context"),
            ("exclude-patterns", "target"),
            ("exclude-patterns", "a%C3%A4+b"),
            ("exclude-patterns-encoded", "1"),
            ("followpaths", "src"),
        ]);
        assert_eq!((asked.name.as_str(), asked.follow.as_slice()), ("context", &["src".to_owned()][..]));
        assert_eq!(asked.exclude, ["target", "aä b"]);
    }

    #[test]
    fn only_what_is_asked_for_is_taken_and_only_where_it_can_be_is_looked() {
        let asked = asked(&[("followpaths", "src/main"), ("exclude-patterns", "src/main/target")]);
        let selection = asked.selection(None).unwrap();
        assert!(selection.takes("src/main/x.rs") && selection.takes("src/main"));
        assert!(!selection.takes("src") && !selection.takes("src/main/target/x"));
        assert!(selection.enters("src") && selection.enters("src/main/deep"));
        assert!(!selection.enters("src/main/target") && !selection.enters("other"));
    }

    #[test]
    fn a_path_that_leads_to_the_root_means_all() {
        let selection = asked(&[("followpaths", "/"), ("followpaths", "a")]).selection(None).unwrap();
        assert!(selection.takes("b"));
    }
}
