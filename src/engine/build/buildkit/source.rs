//! What the builder may read: a folder, or files that exist only here. Never anything outside of them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use bollard_buildkit_proto::fsutil::types::Stat;
use rustix::fs::{Mode, OFlags};
use sha2::{Digest, Sha256};

use super::selection::Selection;
use crate::engine::Error;
use crate::engine::build::context::{FirstNames, local, slashed};

/// Bits of a mode that Go has elsewhere than the system (`io/fs.FileMode`).
const DIRECTORY: u32 = 1 << 31;
const SYMLINK: u32 = 1 << 27;
const PIPE: u32 = 1 << 25;
const SETUID: u32 = 1 << 23;
const SETGID: u32 = 1 << 22;
const STICKY: u32 = 1 << 20;
/// Room for the names of a file's extended attributes and for the value of one; Linux allows 64 KiB each (`xattr(7)`),
/// but what ext4 keeps is 4 KiB in all.
const NAMES: usize = 4096;
const VALUE: usize = 64 * 1024;
/// Nanoseconds in a second.
const NANOS: i64 = 1_000_000_000;

/// What the builder may read under one name.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A folder.
    Directory(PathBuf),
    /// Files by name, sorted.
    Memory(Vec<(String, Vec<u8>)>),
}

/// Where the content of a file is that was told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A file in the folder, by its path in it, and its size.
    File(PathBuf, u64),
    /// The content itself.
    Bytes(Vec<u8>),
}

/// Told of each thing that is selected, in order: what it is, and for a file where its content is. False ends it.
pub(super) type Visit<'a> = dyn FnMut(Stat, Option<Content>) -> bool + 'a;

impl Source {
    /// The folder, if it is one.
    pub(super) fn directory(&self) -> Option<&Path> {
        match self {
            Self::Directory(directory) => Some(directory),
            Self::Memory(_) => None,
        }
    }

    /// Visits what is selected, folder by folder, sorted by name.
    pub(super) fn walk(&self, selection: &Selection, visit: &mut Visit<'_>) -> Result<(), Error> {
        match self {
            Self::Directory(root) => {
                let mut walk =
                    Walk { root, selection, visit, untold: Vec::new(), names: FirstNames::default() };
                walk.folder(Path::new("")).map(drop)
            }
            Self::Memory(files) => {
                for (name, bytes) in files.iter().filter(|(name, _)| selection.takes(name)) {
                    if !visit(told(name, bytes), Some(Content::Bytes(bytes.clone()))) {
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    /// Reads a file in pieces of at most `size` bytes; `take` says whether to go on.
    pub(super) fn read(
        &self,
        content: &Content,
        size: usize,
        take: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), Error> {
        match (self, content) {
            (Self::Directory(root), Content::File(path, length)) => {
                let shown = root.join(path);
                pieces(root, path, (*length, size), take).map_err(local(&shown, "the file"))
            }
            (_, Content::Bytes(bytes)) => {
                let _ = bytes.chunks(size).all(take);
                Ok(())
            }
            (Self::Memory(_), Content::File(..)) => Ok(()),
        }
    }
}

/// What a file in memory looks like. The builder takes a file for unchanged if size and time are: so its time follows
/// from its content.
fn told(name: &str, bytes: &[u8]) -> Stat {
    let digest = Sha256::digest(bytes);
    let number = digest.iter().take(7).fold(0_i64, |number, byte| (number << 8) | i64::from(*byte));
    Stat {
        path: name.to_owned(),
        mode: 0o644,
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        // Between 2001 and 2033.
        mod_time: NANOS * NANOS + number % (NANOS * NANOS),
        ..Stat::default()
    }
}

struct Walk<'a, 'v> {
    root: &'a Path,
    selection: &'a Selection,
    visit: &'a mut Visit<'v>,
    /// Folders on the way to what is looked at that are not selected themselves: told only if something in them is.
    untold: Vec<Stat>,
    names: FirstNames<String>,
}

impl Walk<'_, '_> {
    /// True to go on.
    fn folder(&mut self, below: &Path) -> Result<bool, Error> {
        let directory = self.root.join(below);
        let read = || -> io::Result<Vec<_>> {
            fs::read_dir(&directory)?.map(|entry| Ok(entry?.file_name())).collect()
        };
        let mut names = match read() {
            Ok(names) => names,
            // It went away since the folder above was listed.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound && !below.as_os_str().is_empty() => {
                return Ok(true);
            }
            Err(cause) => return Err(local(&directory, "the folder")(cause)),
        };
        names.sort();
        for name in names {
            if !self.entry(&below.join(name))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn entry(&mut self, inside: &Path) -> Result<bool, Error> {
        let path = self.root.join(inside);
        let slashed = slashed(inside);
        let about = match fs::symlink_metadata(&path) {
            Ok(about) => about,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(true),
            Err(cause) => return Err(local(&path, "the file")(cause)),
        };
        let takes = self.selection.takes(&slashed);
        let enters = about.is_dir() && self.selection.enters(&slashed);
        if !takes && !enters {
            return Ok(true);
        }
        let Some(mut stat) = stat(&path, slashed, &about).map_err(local(&path, "the file"))? else {
            return Ok(true);
        };
        if takes {
            // In `fsutil`, a regular file with a link name is one more name of that file.
            if let Some(first) = self.names.before(&about, || stat.path.clone()) {
                stat.linkname.clone_from(first);
                stat.size = 0;
            }
            let content = about.is_file().then(|| Content::File(inside.to_owned(), about.len()));
            if !self.tell(stat.clone(), content) {
                return Ok(false);
            }
        }
        if !enters {
            return Ok(true);
        }
        if !takes {
            self.untold.push(stat);
        }
        let goes_on = self.folder(inside)?;
        if !takes {
            self.untold.pop();
        }
        Ok(goes_on)
    }

    fn tell(&mut self, stat: Stat, content: Option<Content>) -> bool {
        // What was told stays on the stack as an empty one, so that each folder takes its own away again.
        for above in &mut self.untold {
            let above = std::mem::take(above);
            if !above.path.is_empty() && !(self.visit)(above, None) {
                return false;
            }
        }
        (self.visit)(stat, content)
    }
}

/// What a file looks like to the builder; `None` for sockets and devices, which are nothing that can be sent. A link
/// stays a link, wherever it leads. Who owns it means nothing there.
fn stat(path: &Path, slashed: String, about: &fs::Metadata) -> io::Result<Option<Stat>> {
    let kind = about.file_type();
    let system = about.mode();
    let special = [(0o4000, SETUID), (0o2000, SETGID), (0o1000, STICKY)];
    let mut mode = special
        .into_iter()
        .filter(|(bit, _)| system & bit != 0)
        .fold(system & 0o777, |mode, (_, bit)| mode | bit);
    let mut linkname = String::new();
    let mut size = 0;
    if kind.is_symlink() {
        mode |= SYMLINK;
        linkname = fs::read_link(path)?.to_string_lossy().into_owned();
        size = about.len();
    } else if kind.is_dir() {
        mode |= DIRECTORY;
    } else if kind.is_fifo() {
        mode |= PIPE;
    } else if kind.is_file() {
        size = about.len();
    } else {
        return Ok(None);
    }
    Ok(Some(Stat {
        path: slashed,
        mode,
        linkname,
        size: i64::try_from(size).unwrap_or(i64::MAX),
        mod_time: about.mtime().saturating_mul(NANOS).saturating_add(about.mtime_nsec()),
        xattrs: attributes(path),
        ..Stat::default()
    }))
}

/// The extended attributes of a file, links not followed. What cannot be read is not there: most file systems have none.
fn attributes(path: &Path) -> HashMap<String, Vec<u8>> {
    let mut names = Vec::with_capacity(NAMES);
    if rustix::fs::llistxattr(path, rustix::buffer::spare_capacity(&mut names)).is_err() {
        return HashMap::new();
    }
    let value = |name: &[u8]| {
        let mut value = Vec::with_capacity(VALUE);
        let name = std::str::from_utf8(name).ok().filter(|name| !name.is_empty())?;
        rustix::fs::lgetxattr(path, name, rustix::buffer::spare_capacity(&mut value)).ok()?;
        Some((name.to_owned(), value))
    };
    names.split(|byte| *byte == 0).filter_map(value).collect()
}

/// Reads as many bytes as were promised: a file that grows is cut, one that shrinks is an error.
fn pieces(
    root: &Path,
    path: &Path,
    (length, size): (u64, usize),
    take: &mut dyn FnMut(&[u8]) -> bool,
) -> io::Result<()> {
    let mut file = beneath(root, path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it was replaced while it was read"));
    }
    let mut buffer = vec![0; size];
    let mut left = length;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(size);
        let read = file.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it shrank while it was read"));
        }
        if !take(&buffer[..read]) {
            return Ok(());
        }
        left -= read as u64;
    }
    Ok(())
}

/// Opens a file below a folder. What was a folder or a file a moment ago may be a link or a pipe now: neither is
/// followed or waited for.
fn beneath(root: &Path, path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut at = File::open(root)?;
    let mut parts = path.components().peekable();
    while let Some(part) = parts.next() {
        let Component::Normal(_) = part else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let kind = if parts.peek().is_some() { OFlags::DIRECTORY } else { OFlags::empty() };
        at = File::from(rustix::fs::openat(&at, part.as_os_str(), flags | kind, Mode::empty())?);
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use http::HeaderMap;

    use super::super::selection::Asked;
    use super::*;

    fn paths(source: &Source, follow: &[&'static str]) -> Vec<String> {
        let mut about = HeaderMap::new();
        for path in follow {
            about.append("followpaths", path.parse().unwrap());
        }
        let selection = Asked::read(&about).selection(source.directory()).unwrap();
        let mut paths = Vec::new();
        let mut visit = |stat: Stat, _: Option<Content>| {
            paths.push(stat.path);
            true
        };
        source.walk(&selection, &mut visit).unwrap();
        paths
    }

    #[test]
    fn a_folder_is_told_in_order_and_what_cannot_be_sent_is_left_out() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        for file in ["a/b/c", "a-b", "a/z"] {
            fs::write(root.path().join(file), file).unwrap();
        }
        symlink("/etc", root.path().join("etc")).unwrap();
        let _socket = UnixListener::bind(root.path().join("socket")).unwrap();
        let source = Source::Directory(root.path().to_owned());
        assert_eq!(paths(&source, &[]), ["a", "a/b", "a/b/c", "a/z", "a-b", "etc"]);
        assert_eq!(paths(&source, &["a/b/c"]), ["a", "a/b", "a/b/c"]);
        assert_eq!(paths(&source, &["etc/passwd", "a-b"]), ["a-b", "etc"]);
    }

    #[test]
    fn names_of_one_file_are_told_as_links_and_attributes_go_along() {
        let root = tempfile::tempdir().unwrap();
        for (file, other) in [("b", "c"), ("b", "a-is-ignored"), ("x", "y")] {
            fs::write(root.path().join(file), file).unwrap();
            fs::hard_link(root.path().join(file), root.path().join(other)).unwrap();
        }
        let attribute = ("user.colour", b"blue\0".as_slice());
        let kept = rustix::fs::setxattr(
            root.path().join("x"),
            attribute.0,
            attribute.1,
            rustix::fs::XattrFlags::empty(),
        );
        let mut about = HeaderMap::new();
        about.append("exclude-patterns", "a-*".parse().unwrap());
        let mut told = Vec::new();
        Source::Directory(root.path().to_owned())
            .walk(&Asked::read(&about).selection(Some(root.path())).unwrap(), &mut |stat: Stat, _| {
                told.push(stat);
                true
            })
            .unwrap();
        let links: Vec<_> =
            told.iter().map(|stat| (stat.path.as_str(), stat.linkname.as_str(), stat.size)).collect();
        assert_eq!(links, [("b", "", 1), ("c", "b", 0), ("x", "", 1), ("y", "x", 0)]);
        if kept.is_ok() {
            assert_eq!(told[2].xattrs.get(attribute.0).map(Vec::as_slice), Some(attribute.1));
        }
    }

    #[test]
    fn nothing_behind_a_link_is_read() {
        let root = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "s").unwrap();
        symlink(outside.path(), root.path().join("folder")).unwrap();
        symlink(outside.path().join("secret"), root.path().join("file")).unwrap();
        let source = Source::Directory(root.path().to_owned());
        for path in ["folder/secret", "file", "../x"] {
            let content = Content::File(PathBuf::from(path), 1);
            assert!(source.read(&content, 8, &mut |_| panic!("`{path}` was read")).is_err());
        }
    }

    #[test]
    fn a_file_is_read_as_far_as_was_promised() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("file"), "12345").unwrap();
        let source = Source::Directory(root.path().to_owned());
        let read = |length| {
            let mut text = Vec::new();
            let content = Content::File(PathBuf::from("file"), length);
            source.read(&content, 2, &mut |piece| {
                text.extend_from_slice(piece);
                true
            })?;
            Ok::<_, Error>(String::from_utf8(text).unwrap())
        };
        assert_eq!((read(5).unwrap().as_str(), read(3).unwrap().as_str()), ("12345", "123"));
        assert!(read(6).unwrap_err().to_string().contains("it shrank"));
    }

    #[test]
    fn a_file_in_memory_is_another_one_when_its_content_is() {
        let (one, two) = (told("Dockerfile", b"FROM a"), told("Dockerfile", b"FROM b"));
        assert_eq!(one.size, two.size);
        assert!(one.mod_time != two.mod_time && one == told("Dockerfile", b"FROM a"));
    }
}
