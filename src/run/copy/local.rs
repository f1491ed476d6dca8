//! The two ends of a copy that lie here.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::CopyError;
use super::names::{Standing, asserts_folder, is_content};

/// As many links lead to one another at most, as on Linux.
const LINKS: usize = 40;

/// What is copied into containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalSource {
    pub(super) path: PathBuf,
    /// What it is called; `None`: only what is in it is meant.
    pub(super) name: Option<OsString>,
    pub(super) folder: bool,
}

/// Where something from a container goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTarget {
    /// As it was written.
    pub(super) text: String,
    /// Where that leads.
    pub(super) path: PathBuf,
    pub(super) standing: Standing,
    /// A device or a pipe: it is written to, never replaced.
    pub(super) special: bool,
}

impl LocalSource {
    /// Finds it. A symbolic link is copied as a link, unless it is to be followed, or a slash behind its name says that
    /// its folder is meant.
    pub fn find(text: &str, follow: bool) -> Result<Self, CopyError> {
        let given = Path::new(text);
        let failed = CopyError::file(given);
        let through = follow || asserts_folder(text);
        let about = if through { fs::metadata(given) } else { fs::symlink_metadata(given) };
        let folder = about.map_err(&failed)?.is_dir();
        let path = if through { given.canonicalize().map_err(&failed)? } else { given.to_owned() };
        let own = || path.canonicalize().ok()?.file_name().map(OsStr::to_owned);
        let name = if is_content(text) { None } else { given.file_name().map(OsStr::to_owned).or_else(own) };
        Ok(Self { path, name, folder })
    }
}

impl LocalTarget {
    /// Finds it, through links; the folder it lies in must be there.
    pub fn find(text: &str) -> Result<Self, CopyError> {
        let mut path = PathBuf::from(text);
        let failed = CopyError::file(Path::new(text));
        let mut about = look(&path).map_err(&failed)?;
        let mut links = 0;
        while about.as_ref().is_some_and(|about| about.file_type().is_symlink()) {
            links += 1;
            if links > LINKS {
                return Err(failed(rustix::io::Errno::LOOP.into()));
            }
            let target = fs::read_link(&path).map_err(&failed)?;
            path = path.parent().unwrap_or(Path::new("")).join(target);
            about = look(&path).map_err(&failed)?;
        }
        let standing = match &about {
            None => Standing::Missing,
            Some(about) if about.is_dir() => Standing::Folder,
            Some(_) => Standing::Other,
        };
        let above = above(&path);
        if standing == Standing::Missing && !above.is_dir() {
            return Err(CopyError::NoFolder(above.to_owned()));
        }
        let special = about.is_some_and(|about| {
            let kind = about.file_type();
            kind.is_char_device() || kind.is_block_device() || kind.is_fifo()
        });
        Ok(Self { text: text.to_owned(), path, standing, special })
    }
}

/// The folder that a path lies in.
pub(super) fn above(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => Path::new("/"),
    }
}

fn look(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(about) => Ok(Some(about)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_is_copied_as_a_link_unless_its_folder_is_meant() {
        let scene = tempfile::tempdir().unwrap();
        let path = |name: &str| scene.path().join(name).display().to_string();
        fs::create_dir(path("real")).unwrap();
        symlink("real", path("link")).unwrap();
        let found = |text: &str, follow| {
            let found = LocalSource::find(&path(text), follow).unwrap();
            (found.path == scene.path().join("link"), found.name, found.folder)
        };
        let name = Some(OsString::from("link"));
        assert_eq!(found("link", false), (true, name.clone(), false));
        assert_eq!(found("link", true), (false, name.clone(), true));
        assert_eq!(found("link/", false), (false, name, true));
        assert_eq!(found("link/.", false), (false, None, true));
        assert_eq!(found("link/..", false).1, scene.path().file_name().map(OsStr::to_owned));
    }

    #[test]
    fn a_target_is_found_through_links_and_a_circle_of_them_is_an_error() {
        let scene = tempfile::tempdir().unwrap();
        let path = |name: &str| scene.path().join(name).display().to_string();
        symlink("nowhere", path("dangling")).unwrap();
        let dangling = LocalTarget::find(&path("dangling")).unwrap();
        assert_eq!((dangling.path, dangling.standing), (scene.path().join("nowhere"), Standing::Missing));
        symlink("b", path("a")).unwrap();
        symlink("a", path("b")).unwrap();
        assert!(matches!(LocalTarget::find(&path("a")), Err(CopyError::File { .. })));
        let missing = LocalTarget::find(&path("no/x")).unwrap_err();
        assert_eq!(missing.to_string(), format!("no such directory: `{}`", path("no")));
    }
}
