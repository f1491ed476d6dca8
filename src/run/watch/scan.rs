//! What the file system holds now.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::filter::Filter;
use super::tree::{Digest, Entry, Kind};

/// What stands at a path; `None` if nothing does, or nothing that could be sent (sockets, pipes, devices).
pub(super) fn look(path: &Path) -> io::Result<Option<Entry>> {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(cause) if matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(cause) => return Err(cause),
    };
    let kind = about.file_type();
    let kind = if kind.is_file() {
        Kind::File { size: about.len(), digest: None }
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link(fs::read_link(path)?)
    } else {
        return Ok(None);
    };
    Ok(Some(Entry { kind, mode: about.mode() & 0o7777, modified: (about.mtime(), about.mtime_nsec()) }))
}

/// The hash of a file's content.
pub(super) fn digest(path: &Path) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(&buffer[..read]),
        }
    }
}

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Everything that concerns the rule, parents before what is in them.
    pub(super) entries: Vec<(PathBuf, Entry)>,
    /// All folders that were read: those to be watched.
    pub(super) folders: Vec<PathBuf>,
    /// What could not be read, and why.
    pub(super) unreadable: Vec<(PathBuf, io::Error)>,
}

/// Walks a tree without entering what the filter leaves out. What goes away meanwhile is passed over.
pub(super) fn walk(root: &Path, filter: &Filter) -> Found {
    let mut found = Found::default();
    let mut open = vec![root.to_path_buf()];
    while let Some(path) = open.pop() {
        let entry = match look(&path) {
            Ok(Some(entry)) => entry,
            Ok(None) => continue,
            Err(cause) => {
                found.unreadable.push((path, cause));
                continue;
            }
        };
        let folder = entry.kind == Kind::Folder;
        if folder && filter.prunes(&path) {
            continue;
        }
        if folder {
            found.folders.push(path.clone());
            match children(&path) {
                Ok(names) => open.extend(names.into_iter().rev()),
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                Err(cause) => found.unreadable.push((path.clone(), cause)),
            }
        }
        if filter.keeps(&path, folder) {
            found.entries.push((path, entry));
        }
    }
    found
}

fn children(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut names: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_not_entered_and_links_are_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for name in ["src/a", "node_modules/x/y"] {
            fs::create_dir_all(root.join(name)).expect("a folder");
        }
        fs::write(root.join("src/a/f"), "f").expect("a file");
        std::os::unix::fs::symlink("/", root.join("src/all")).expect("a link");
        let filter = Filter::new(root, (&["node_modules".to_owned()], &[]), None).expect("patterns");
        let found = walk(root, &filter);
        let names = |paths: Vec<&PathBuf>| -> Vec<String> {
            paths.iter().map(|path| path.strip_prefix(root).expect("below").display().to_string()).collect()
        };
        assert_eq!(names(found.folders.iter().collect()), ["", "src", "src/a"]);
        let entries = found.entries.iter().map(|(path, _)| path).collect();
        assert_eq!(names(entries), ["", "src", "src/a", "src/a/f", "src/all"]);
    }
}
