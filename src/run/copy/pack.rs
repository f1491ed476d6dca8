//! Files here as an archive, read while it is sent.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, major, minor, open};
use tar::{EntryType, Header};

use super::{CopyError, LocalSource};
use crate::engine::Archive;

/// Packs a source under a name; `None` for what is in it alone.
pub(super) fn pack(archive: &mut Archive, source: &LocalSource, name: Option<&Path>) -> io::Result<()> {
    let mut packer = Packer { archive, linked: HashMap::new() };
    match name {
        Some(name) => packer.take(&source.path, name),
        None => packer.folder(&source.path, Path::new("")),
    }
}

struct Packer<'a> {
    archive: &'a mut Archive,
    /// Files with several names, by the one they were packed under.
    linked: HashMap<(u64, u64), PathBuf>,
}

impl Packer<'_> {
    /// What is at a path, with all that is in it.
    fn take(&mut self, path: &Path, name: &Path) -> io::Result<()> {
        let about = fs::symlink_metadata(path).map_err(CopyError::file(path))?;
        if about.is_dir() {
            let mut header = header(&about, EntryType::Directory);
            self.archive.append_data(&mut header, name, io::empty())?;
            return self.folder(path, name);
        }
        self.entry(path, name, &about)
    }

    fn folder(&mut self, path: &Path, name: &Path) -> io::Result<()> {
        let read =
            || -> io::Result<Vec<_>> { fs::read_dir(path)?.map(|entry| Ok(entry?.file_name())).collect() };
        let mut inside = read().map_err(CopyError::file(path))?;
        inside.sort();
        inside.iter().try_for_each(|part| self.take(&path.join(part), &name.join(part)))
    }

    fn entry(&mut self, path: &Path, name: &Path, about: &Metadata) -> io::Result<()> {
        let kind = about.file_type();
        if about.nlink() > 1 {
            let key = (about.dev(), about.ino());
            if let Some(first) = self.linked.get(&key) {
                let mut header = header(about, EntryType::Link);
                return self.archive.append_link(&mut header, name, first);
            }
            self.linked.insert(key, name.to_owned());
        }
        if kind.is_symlink() {
            let target = fs::read_link(path).map_err(CopyError::file(path))?;
            return self.archive.append_link(&mut header(about, EntryType::Symlink), name, target);
        }
        if kind.is_fifo() {
            return self.archive.append_data(&mut header(about, EntryType::Fifo), name, io::empty());
        }
        if kind.is_char_device() || kind.is_block_device() {
            let mut header =
                header(about, if kind.is_char_device() { EntryType::Char } else { EntryType::Block });
            header.set_device_major(major(about.rdev()))?;
            header.set_device_minor(minor(about.rdev()))?;
            return self.archive.append_data(&mut header, name, io::empty());
        }
        // A socket is nothing that can be sent.
        if kind.is_file() { self.file(path, name) } else { Ok(()) }
    }

    /// What was a file a moment ago may be a link or a pipe now: neither is followed or waited for.
    fn file(&mut self, path: &Path, name: &Path) -> io::Result<()> {
        let failed = CopyError::file(path);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(open(path, flags, Mode::empty()).map_err(|errno| failed(errno.into()))?);
        let about = file.metadata().map_err(&failed)?;
        if !about.is_file() {
            return Err(failed(io::Error::other("it was replaced while it was read")).into());
        }
        let mut header = header(&about, EntryType::Regular);
        header.set_size(about.len());
        let mut content = Exactly { path, file, left: about.len() };
        self.archive.append_data(&mut header, name, &mut content)
    }
}

fn header(about: &Metadata, kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.set_metadata(about);
    header.set_entry_type(kind);
    header.set_size(0);
    header
}

/// As many bytes as were promised: a file that grows is cut, one that shrinks is an error.
struct Exactly<'a> {
    path: &'a Path,
    file: File,
    left: u64,
}

impl Read for Exactly<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let failed = CopyError::file(self.path);
        let read = self.file.read(&mut buffer[..most]).map_err(&failed)?;
        if read == 0 {
            return Err(failed(io::Error::other("it shrank while it was read")).into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}
