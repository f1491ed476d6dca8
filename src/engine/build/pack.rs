//! A folder as a stream of plain tar, read while it is sent: memory does not grow with the folder.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, stream};
use rustix::fs::{Mode, OFlags};
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::context::{Context, FirstNames, local, slashed};
use crate::engine::Error;

/// So much is sent at once.
const PIECE: usize = 64 * 1024;
/// So many pieces wait to be sent.
const WAITING: usize = 8;

/// A folder on its way.
pub(super) struct Packing {
    /// How it ended; an error names the file.
    pub(super) done: JoinHandle<Result<(), Error>>,
    /// Bytes so far.
    pub(super) sent: Arc<AtomicU64>,
}

/// Begins to pack. A stream that is dropped ends it.
pub(super) fn pack(context: Context) -> (Packing, impl Stream<Item = io::Result<Bytes>> + Send + 'static) {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let sent = Arc::new(AtomicU64::new(0));
    let pipe = Pipe { buffer: BytesMut::new(), sender: sender.clone(), sent: Arc::clone(&sent) };
    let done = tokio::task::spawn_blocking(move || {
        let outcome = write(&context, pipe);
        if outcome.is_err() {
            // What was sent so far must not look like the whole.
            let _ = sender.blocking_send(Err(io::Error::other("the context cannot be read")));
        }
        outcome
    });
    (Packing { done, sent }, stream::poll_fn(move |waker| receiver.poll_recv(waker)))
}

struct Pipe {
    buffer: BytesMut,
    sender: mpsc::Sender<io::Result<Bytes>>,
    sent: Arc<AtomicU64>,
}

impl Pipe {
    fn send(&mut self) -> io::Result<()> {
        let piece = self.buffer.split().freeze();
        self.sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
        self.sender.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() >= PIECE {
            self.send()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() { Ok(()) } else { self.send() }
    }
}

struct Archive {
    tar: Builder<Pipe>,
    names: FirstNames<PathBuf>,
}

fn write(context: &Context, pipe: Pipe) -> Result<(), Error> {
    let mut tar = Archive { tar: Builder::new(pipe), names: FirstNames::default() };
    for (name, content) in &context.extra {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        tar.tar
            .append_data(&mut header, name, content.as_slice())
            .map_err(local(Path::new(name), "the file"))?;
    }
    folder(context, Path::new(""), &mut tar)?;
    tar.tar
        .into_inner()
        .and_then(|mut pipe| pipe.flush())
        .map_err(local(&context.directory, "the build context"))
}

/// Everything in a folder that is not left out, sorted by name, so that the same folder is the same archive.
fn folder(context: &Context, below: &Path, tar: &mut Archive) -> Result<(), Error> {
    let directory = context.directory.join(below);
    let read =
        || -> io::Result<Vec<_>> { fs::read_dir(&directory)?.map(|entry| Ok(entry?.file_name())).collect() };
    let mut names = read().map_err(local(&directory, "the folder"))?;
    names.sort();
    for name in names {
        let inside = below.join(name);
        let slashed = slashed(&inside);
        if context.extra.iter().any(|(name, _)| *name == slashed) {
            continue;
        }
        let ignored = context.ignore.ignores(&slashed);
        let path = context.directory.join(&inside);
        let about = match fs::symlink_metadata(&path) {
            Ok(about) => about,
            // It went away since the folder was listed.
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(local(&path, "the file")(cause)),
        };
        if !ignored {
            entry((&path, &inside), &about, tar).map_err(local(&path, "the file"))?;
        }
        if about.is_dir() && !(ignored && context.ignore.prunes(&slashed)) {
            folder(context, &inside, tar)?;
        }
    }
    Ok(())
}

/// One file, folder or link. A link stays a link, wherever it leads; sockets and devices are nothing that can be sent.
fn entry(paths: (&Path, &Path), about: &Metadata, archive: &mut Archive) -> io::Result<()> {
    let (path, inside) = paths;
    let tar = &mut archive.tar;
    let kind = about.file_type();
    let mut header = Header::new_gnu();
    header.set_metadata(about);
    // Who owns the files here means nothing there, and would spoil the cache for the next one.
    header.set_uid(0);
    header.set_gid(0);
    if kind.is_symlink() {
        let target = fs::read_link(path)?;
        header.set_entry_type(EntryType::Symlink);
        header.set_size(0);
        return tar.append_link(&mut header, inside, target);
    }
    if kind.is_dir() {
        return tar.append_data(&mut header, inside, io::empty());
    }
    if kind.is_fifo() {
        header.set_entry_type(EntryType::Fifo);
        header.set_size(0);
        return tar.append_data(&mut header, inside, io::empty());
    }
    if !kind.is_file() {
        return Ok(());
    }
    if let Some(first) = archive.names.before(about, || inside.to_owned()) {
        header.set_entry_type(EntryType::Link);
        header.set_size(0);
        return tar.append_link(&mut header, inside, first);
    }
    // What was a file a moment ago may be a link or a pipe now: neither is followed or waited for.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("it was replaced while it was read"));
    }
    header.set_size(about.len());
    let mut content = Exactly { file, left: about.len() };
    tar.append_data(&mut header, inside, &mut content)
}

/// As many bytes as were promised: a file that grows is cut, one that shrinks is an error.
struct Exactly {
    file: File,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let read = self.file.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it shrank while it was read"));
        }
        self.left -= read as u64;
        Ok(read)
    }
}
