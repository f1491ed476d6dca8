//! Files on their way into a container: read at the moment they are sent.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, open};
use sha2::{Digest as _, Sha256};
use tar::{EntryType, Header};

use super::owner::Owner;
use super::scan::look;
use super::tree::{Digest, Entry, Kind};
use crate::engine::Archive;

/// What was packed.
#[derive(Debug, Default)]
pub(super) struct Packed {
    /// Files and links.
    pub(super) files: usize,
    /// Bytes of content.
    pub(super) bytes: u64,
    /// What was in each file: size and hash.
    pub(super) learned: Vec<(PathBuf, (u64, Digest))>,
    /// What could not be read.
    pub(super) refused: Vec<(PathBuf, io::Error)>,
}

/// Packs what stands at each source under its name in the archive. What is gone by now is passed over: that it went will
/// be told.
pub(super) fn pack(archive: &mut Archive, puts: &[(PathBuf, PathBuf)], owner: Owner) -> io::Result<Packed> {
    let mut packed = Packed::default();
    for (name, source) in puts {
        let entry = match look(source) {
            Ok(Some(entry)) => entry,
            Ok(None) => continue,
            Err(cause) => {
                packed.refused.push((source.clone(), cause));
                continue;
            }
        };
        let mut header = header(&entry, owner);
        match &entry.kind {
            Kind::Folder => archive.append_data(&mut header, name, io::empty())?,
            Kind::Link(target) => {
                archive.append_link(&mut header, name, target)?;
                packed.files += 1;
            }
            Kind::File { .. } => match reopen(source) {
                Ok(file) => file_of(archive, (&mut header, name), (file, source), &mut packed)?,
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                Err(cause) => packed.refused.push((source.clone(), cause)),
            },
        }
    }
    Ok(packed)
}

fn header(entry: &Entry, owner: Owner) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(match entry.kind {
        Kind::File { .. } => EntryType::Regular,
        Kind::Folder => EntryType::Directory,
        Kind::Link(_) => EntryType::Symlink,
    });
    header.set_mode(entry.mode);
    header.set_uid(owner.user);
    header.set_gid(owner.group);
    header.set_mtime(u64::try_from(entry.modified.0).unwrap_or_default());
    header.set_size(0);
    header
}

/// What was a file a moment ago may be a link or a pipe now: neither is followed or waited for.
fn reopen(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty())?);
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::NotFound.into()) }
}

fn file_of(
    archive: &mut Archive,
    (header, name): (&mut Header, &Path),
    (file, source): (File, &Path),
    packed: &mut Packed,
) -> io::Result<()> {
    let size = file.metadata()?.len();
    header.set_size(size);
    let mut content = Exactly { file, left: size, hash: Sha256::new() };
    archive.append_data(header, name, &mut content)?;
    packed.files += 1;
    packed.bytes += size;
    packed.learned.push((source.to_path_buf(), (size, content.hash.finalize().into())));
    Ok(())
}

/// As many bytes as were promised: a file that grows is cut, one that shrinks is filled up with zeros. Both are written to
/// at this moment, and will be told and sent again.
struct Exactly {
    file: File,
    left: u64,
    hash: Sha256,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let read = match self.file.read(&mut buffer[..most])? {
            0 => {
                buffer[..most].fill(0);
                most
            }
            read => read,
        };
        self.hash.update(&buffer[..read]);
        self.left -= read as u64;
        Ok(read)
    }
}
