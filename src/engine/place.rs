//! Files put into a container while they are read, replacing whatever is there; and paths taken out of it, without any
//! program of its own.
//!
//! The API has no call that deletes. But an engine that unpacks an archive first removes what stands in an entry's place
//! (unless both are folders) and only then looks at the entry's type; one of a type that it does not know ends the
//! unpacking with an error, which leaves the place empty. Seen on 20.10 and 28.5, for files, links and whole folders. What
//! came before in the archive is there by then, so that one call can put a file and take away another: a rename.

use std::io::{self, Write};
use std::path::Path;

use bollard::query_parameters::{UploadToContainerOptions, UploadToContainerOptionsBuilder};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc;

use super::wire::segment;
use super::{Engine, Error};

/// So much is sent at once.
const PIECE: usize = 64 * 1024;
/// So many pieces wait to be sent.
const WAITING: usize = 8;
/// A type of entry that POSIX leaves to vendors and that no engine knows.
const UNKNOWN: u8 = b'Z';
/// What engines say about it.
const COMPLAINT: &str = "unhandled tar header type 90";

/// An archive on its way to a container.
pub type Archive = Builder<Pipe>;

/// The writing end of a body that is sent while it is written.
#[derive(Debug)]
pub struct Pipe {
    buffer: BytesMut,
    sender: mpsc::Sender<io::Result<Bytes>>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.buffer.len());
        self.buffer.extend_from_slice(&bytes[..taken]);
        if self.buffer.len() >= PIECE {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = self.buffer.split().freeze();
        self.sender.blocking_send(Ok(piece)).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// How an archive is unpacked in a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpacking {
    /// A folder is never replaced by what is none, nor the other way round.
    pub keep_folders: bool,
    /// Everything belongs to the user that the container runs as, not to whom the archive names.
    pub as_container_user: bool,
}

impl Unpacking {
    pub(super) fn options(self, folder: &str) -> UploadToContainerOptions {
        let options = UploadToContainerOptionsBuilder::default().path(folder);
        let options = if self.keep_folders { options.no_overwrite_dir_non_dir("true") } else { options };
        if self.as_container_user { options.copy_uidgid("true") } else { options }.build()
    }
}

impl Engine {
    /// Unpacks what `write` writes below a folder (`at`: container and folder), replacing what is there, be it a folder; then takes away `erase`, a
    /// path below the folder, with all that is in it. `write` runs on a thread of its own. Owners are those that the
    /// archive names.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if the engine does not take the path away in this way. What was written is there then.
    pub async fn place<T, F>(&self, at: (&str, &str), erase: Option<&Path>, write: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Archive) -> io::Result<T> + Send + 'static,
    {
        let last = erase.map(Path::to_path_buf);
        let write = move |archive: &mut Archive| {
            let written = write(archive)?;
            last.map_or(Ok(()), |path| erasure(archive, &path))?;
            Ok(written)
        };
        let (answer, packed) = self.send(at, Unpacking::default(), write).await?;
        match (answer, erase) {
            (Ok(()), None) => {}
            (Ok(()), Some(path)) => return Err(cannot_erase(path)),
            (Err(Error::Refused(refusal)), Some(_)) if refusal.message.contains(COMPLAINT) => {}
            // The archive that broke off is why the engine complains.
            (Err(error), _) => return Err(packed.err().filter(is_ours).map_or(error, unreadable)),
        }
        packed.map_err(unreadable)
    }

    /// Unpacks what `write` writes below a folder (`at`: container and folder). `write` runs on a thread of its own; what it
    /// fails with is the inner error.
    pub async fn unpack<T, F>(
        &self,
        at: (&str, &str),
        unpacking: Unpacking,
        write: F,
    ) -> Result<io::Result<T>, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Archive) -> io::Result<T> + Send + 'static,
    {
        match self.send(at, unpacking, write).await? {
            (_, Err(ours)) if is_ours(&ours) => Ok(Err(ours)),
            (answer, packed) => answer.map(|()| packed),
        }
    }

    /// What the engine says of an archive, and how writing it ended.
    async fn send<T, F>(
        &self,
        (container, folder): (&str, &str),
        unpacking: Unpacking,
        write: F,
    ) -> Result<(Result<(), Error>, io::Result<T>), Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Archive) -> io::Result<T> + Send + 'static,
    {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        let packing = tokio::task::spawn_blocking(move || {
            let spoil = sender.clone();
            let packed = pack(Pipe { buffer: BytesMut::new(), sender }, write);
            if packed.is_err() {
                // What was sent so far must not look like the whole.
                let _ = spoil.blocking_send(Err(io::Error::other("the files cannot be read")));
            }
            packed
        });
        let call = format!("PUT /containers/{container}/archive");
        let body = bollard::body_try_stream(stream::poll_fn(move |waker| receiver.poll_recv(waker)));
        let options = Some(unpacking.options(folder));
        let answer =
            self.borrow(&call, self.docker.upload_to_container(&segment(container), options, body)).await;
        let packed = packing.await.map_err(|cause| Error::gone(&call, cause.to_string()))?;
        Ok((answer, packed))
    }
}

fn pack<T>(pipe: Pipe, write: impl FnOnce(&mut Archive) -> io::Result<T>) -> io::Result<T> {
    let mut tar = Builder::new(pipe);
    let written = write(&mut tar)?;
    tar.into_inner()?.flush()?;
    Ok(written)
}

/// The entry that takes a path away.
fn erasure(archive: &mut Archive, path: &Path) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::new(UNKNOWN));
    header.set_mode(0);
    header.set_size(0);
    archive.append_data(&mut header, path.strip_prefix("/").unwrap_or(path), io::empty())
}

/// A pipe that broke is the other side's doing.
fn is_ours(cause: &io::Error) -> bool {
    cause.kind() != io::ErrorKind::BrokenPipe
}

fn unreadable(cause: io::Error) -> Error {
    Error::Local { what: "files for a container cannot be read".to_owned(), cause }
}

fn cannot_erase(path: &Path) -> Error {
    let path = path.display();
    Error::Unsupported(format!("this engine cannot take `{path}` away through an archive"))
}
