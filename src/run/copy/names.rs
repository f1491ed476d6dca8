//! What a copy is called where it arrives: pure rules over names, those of `docker cp`.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::CopyError;

/// What stands at a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Folder,
    Other,
    Missing,
}

/// Where a copy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// Into the destination, under its own name; what is named by `/.` has none, and only what is in it goes.
    Within,
    /// It becomes the destination.
    As,
}

/// Where a folder, or anything else, goes.
pub(super) fn spot(folder: bool, target: &str, standing: Standing) -> Result<Spot, CopyError> {
    match standing {
        Standing::Folder => Ok(Spot::Within),
        Standing::Other if folder => Err(CopyError::OntoFile(target.into())),
        Standing::Missing if !folder && asserts_folder(target) => Err(CopyError::NoFolder(target.into())),
        Standing::Other | Standing::Missing => Ok(Spot::As),
    }
}

/// Only a folder can be named so.
pub(super) fn asserts_folder(path: &str) -> bool {
    path.is_empty() || path.ends_with('/') || is_content(path)
}

/// What is in a folder is meant, not the folder.
pub(super) fn is_content(path: &str) -> bool {
    path == "." || path.ends_with("/.")
}

/// The folder above a path of a container, and the path's name in it. Nothing is above `/`.
pub(super) fn split(path: &str) -> Option<(&str, &str)> {
    let mut path = path;
    loop {
        path = match path.strip_suffix('/').or_else(|| path.strip_suffix("/.")) {
            Some(shorter) => shorter,
            None => break,
        };
    }
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    (!name.is_empty()).then_some((if folder.is_empty() { "/" } else { folder }, name))
}

/// A path of a container from its root.
pub(super) fn absolute(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }
}

/// The parts of a name in an archive.
pub(super) fn parts(name: &Path) -> Result<Vec<OsString>, CopyError> {
    let mut parts = Vec::new();
    for part in name.components() {
        match part {
            Component::Normal(part) => parts.push(part.to_owned()),
            Component::CurDir | Component::RootDir => {}
            Component::ParentDir | Component::Prefix(_) => return Err(outside(name, "leads upwards")),
        }
    }
    Ok(parts)
}

pub(super) fn outside(name: &Path, why: &'static str) -> CopyError {
    CopyError::Outside { entry: name.to_string_lossy().into_owned(), why }
}

/// How the names of an archive become those of the destination: all begin with the name of what was asked for, which is
/// that of the first entry.
#[derive(Debug)]
pub(super) struct Renaming {
    root: Vec<OsString>,
    becomes: Option<OsString>,
}

impl Renaming {
    /// `name` is what the first of them is to be called; `None`: as it is.
    pub(super) fn new(first: &Path, name: Option<OsString>) -> Result<Self, CopyError> {
        let root = parts(first)?;
        let becomes = name.or_else(|| root.last().cloned());
        Ok(Self { root, becomes })
    }

    /// The name at the destination; empty for the destination itself.
    pub(super) fn of(&self, name: &Path) -> Result<PathBuf, CopyError> {
        let parts = parts(name)?;
        let Some(below) = parts.strip_prefix(self.root.as_slice()) else {
            return Err(outside(name, "is nothing that was asked for"));
        };
        Ok(self.becomes.iter().chain(below).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(first: &str, name: Option<&str>, entry: &str) -> String {
        let renaming = Renaming::new(Path::new(first), name.map(OsString::from)).unwrap();
        renaming
            .of(Path::new(entry))
            .map_or_else(|error| error.to_string(), |path| path.display().to_string())
    }

    #[test]
    fn an_archive_keeps_its_name_takes_another_or_has_none() {
        assert_eq!(renamed("srv/", None, "srv/a/b"), "srv/a/b");
        assert_eq!(renamed("srv/", Some("new"), "srv/a/b"), "new/a/b");
        assert_eq!(renamed("srv/", Some("new"), "srv/"), "new");
        assert_eq!(renamed("./", None, "./a"), "a");
        assert_eq!(renamed("./", None, "./"), "");
        assert_eq!(renamed("./", Some("new"), "./a"), "new/a");
        assert_eq!(renamed("/", None, "/etc/x"), "etc/x");
        assert_eq!(renamed("f", Some("g"), "f"), "g");
    }

    #[test]
    fn what_leaves_the_archives_own_root_is_refused() {
        for entry in ["srv/../x", "../x", "srv/a/../../../x"] {
            assert!(renamed("srv/", None, entry).contains("leads upwards"), "{entry}");
        }
        for entry in ["other", "srvx/a", "/etc/passwd"] {
            assert!(renamed("srv/", None, entry).contains("nothing that was asked for"), "{entry}");
        }
        assert!(Renaming::new(Path::new("../x"), None).is_err());
    }

    #[test]
    fn a_path_of_a_container_has_a_folder_and_a_name() {
        for (path, folder, name) in [
            ("/a/b", "/a", "b"),
            ("/a", "/", "a"),
            ("/a/b/", "/a", "b"),
            ("/a/b/./", "/a", "b"),
            ("a", "/", "a"),
        ] {
            assert_eq!(split(path), Some((folder, name)), "{path}");
        }
        assert_eq!((split("/"), split("/."), split("")), (None, None, None));
    }

    #[test]
    fn a_copy_goes_where_docker_cp_puts_it() {
        use Standing::{Folder, Missing, Other};
        let told = |folder, target, standing| match spot(folder, target, standing) {
            Ok(spot) => format!("{spot:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(told(true, "/d", Folder), "Within");
        assert_eq!(told(false, "/d", Folder), "Within");
        assert_eq!(told(true, "/d", Other), "cannot copy directory: `/d` is no directory");
        assert_eq!(told(false, "/d", Other), "As");
        assert_eq!(told(true, "/d/", Missing), "As");
        assert_eq!(told(false, "/d/", Missing), "no such directory: `/d/`");
        assert_eq!(told(false, "/d/.", Missing), "no such directory: `/d/.`");
        assert_eq!(told(false, "/d", Missing), "As");
    }
}
