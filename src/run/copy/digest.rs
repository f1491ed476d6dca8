//! What a folder of a container holds, as one number.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};
use tar::Archive;

use super::CopyError;
use super::names::parts;
use crate::resource::hash::hex;

/// What an archive holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// The same for the same names, kinds, modes, owners, contents and link targets, in whatever order they come; the
    /// folder itself and times do not count.
    pub digest: String,
    /// Bytes of content.
    pub bytes: u64,
    /// Files, folders and links.
    pub entries: u64,
}

/// Reads an archive to its end.
pub(super) fn digest(reader: impl Read) -> Result<Content, CopyError> {
    let mut lines: Vec<[u8; 32]> = Vec::new();
    let mut content = Content::default();
    for entry in Archive::new(reader).entries()? {
        let mut entry = entry?;
        let name = parts(&entry.path()?)?;
        if name.is_empty() {
            continue;
        }
        let header = entry.header();
        let about = format!(
            "{:?} {:o} {} {} {:?}\0",
            header.entry_type(),
            header.mode()? & 0o7777,
            header.uid()?,
            header.gid()?,
            entry.link_name()?
        );
        let mut hash = Sha256::new();
        for part in name {
            hash.update(part.as_encoded_bytes());
            hash.update([b'/']);
        }
        hash.update(about);
        content.bytes += entry.size();
        content.entries += 1;
        io::copy(&mut entry, &mut Hashing(&mut hash))?;
        lines.push(hash.finalize().into());
    }
    lines.sort_unstable();
    let mut whole = Sha256::new();
    for line in lines {
        whole.update(line);
    }
    content.digest = hex(&whole.finalize());
    Ok(content)
}

struct Hashing<'a>(&'a mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
