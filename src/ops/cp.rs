//! `cp`: files between here and the containers of a service, or from one service to another.

use std::io;

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;

use super::{Compose, Destination, Error, Instance};
use crate::engine::{Query, Unpacking};
use crate::event::{Event, Level, Progress, Status};
use crate::resource::{Kind, ObservedContainer, ResourceId, labels};
use crate::run::copy::{
    CopyError, LocalSource, LocalTarget, copy_across, copy_in, copy_out, copy_raw, pour_in,
};

/// So much of an archive is passed on at once.
const PIECE: usize = 64 * 1024;
/// So many pieces wait for each container.
const WAITING: usize = 8;
/// A block of a tar.
const BLOCK: usize = 512;

/// How files are copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// What `run` made counts too.
    pub all: bool,
    /// In a container, files belong to the user that it runs as.
    pub archive: bool,
    /// What a symbolic link leads to is copied, if the source is one.
    pub follow_links: bool,
    /// The container of this number; else all that files go to, and the first that they come from.
    pub index: Option<u32>,
    /// Nothing is copied; everything is said.
    pub dry_run: bool,
}

/// A path in the containers of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// The service.
    pub service: String,
    /// The path; what does not begin with a slash is taken from the root.
    pub path: String,
}

/// What goes into containers.
pub enum Incoming<'a> {
    /// A file or folder.
    Files(&'a str),
    /// A tar, as it comes.
    Tar(Box<dyn AsyncRead + Send + Unpin + 'a>),
    /// Files of another service.
    Service(&'a Inside),
}

/// Where something from a container goes.
pub enum Outgoing<'a> {
    /// To a path.
    Files(&'a str),
    /// As a tar.
    Tar(Destination<'a>),
}

/// A copy to be made: of which container it is told, in which words, and how it is made.
struct Copy<'a, F> {
    container: &'a ObservedContainer,
    told: String,
    made: F,
}

impl Compose {
    /// Copies into the containers of a service, into all of them at the same time.
    pub async fn copy_in(&self, from: Incoming<'_>, to: &Inside, options: &CopyOptions) -> Result<(), Error> {
        let containers = self.containers_to_copy(&to.service, options).await?;
        let unpacking = Unpacking { keep_folders: true, as_container_user: options.archive };
        let told = |source: &str, container: &ObservedContainer| {
            format!("{source} to {}:{}", container.name, to.path)
        };
        let engine = self.engine();
        match from {
            Incoming::Files(text) => {
                let source = &LocalSource::find(text, options.follow_links)?;
                let copies = containers.iter().map(|container| Copy {
                    container,
                    told: told(text, container),
                    made: self.unless_stopped(copy_in(engine, source, (&container.id, &to.path), unpacking)),
                });
                self.make(copies, options).await
            }
            Incoming::Service(from) => {
                let any = CopyOptions { index: None, ..options.clone() };
                let source = &self.containers_to_copy(&from.service, &any).await?.swap_remove(0);
                apart(&containers, source, (from, to))?;
                let how = (options.follow_links, unpacking);
                let copies = containers.iter().map(|container| Copy {
                    container,
                    told: told(&format!("{}:{}", source.name, from.path), container),
                    made: self.unless_stopped(copy_across(
                        engine,
                        (&source.id, &from.path),
                        (&container.id, &to.path),
                        how,
                    )),
                });
                self.make(copies, options).await
            }
            Incoming::Tar(mut reader) => {
                let first = if options.dry_run {
                    Bytes::new()
                } else {
                    first_block(&mut *reader).await.map_err(CopyError::from)?
                };
                let (senders, receivers): (Vec<_>, Vec<_>) =
                    containers.iter().map(|_| mpsc::channel(WAITING)).unzip();
                let copies = containers.iter().zip(receivers).map(|(container, mut mine)| {
                    let tar = futures_util::stream::poll_fn(move |waker| mine.poll_recv(waker));
                    let to = (container.id.as_str(), to.path.as_str());
                    let made = self.unless_stopped(pour_in(engine, tar, to, unpacking));
                    Copy { container, told: told("-", container), made }
                });
                let mut made = std::pin::pin!(self.make(copies, options));
                tokio::select! {
                    // A fault does not wait for the rest of what is read.
                    done = &mut made => done,
                    () = distribute(first, reader, senders) => made.await,
                }
            }
        }
    }

    /// Copies a path of a service's container to here.
    pub async fn copy_out(
        &self,
        from: &Inside,
        to: Outgoing<'_>,
        options: &CopyOptions,
    ) -> Result<(), Error> {
        let container = &self.containers_to_copy(&from.service, options).await?.swap_remove(0);
        let source = format!("{}:{}", container.name, from.path);
        match to {
            Outgoing::Files(text) => {
                let target = LocalTarget::find(text)?;
                let made = async {
                    let how = (options.follow_links, &self.interrupts().stop);
                    let left = copy_out(self.engine(), (&container.id, &from.path), &target, how).await?;
                    self.told_left_out(&left);
                    Ok(())
                };
                self.make([Copy { container, told: format!("{source} to {text}"), made }], options).await
            }
            Outgoing::Tar(mut to) => {
                let made = self.unless_stopped(self.write_out((container, from), options, &mut to));
                self.make([Copy { container, told: format!("{source} to -"), made }], options).await
            }
        }
    }

    async fn write_out(
        &self,
        (container, from): (&ObservedContainer, &Inside),
        options: &CopyOptions,
        to: &mut Destination<'_>,
    ) -> Result<(), CopyError> {
        let failed = |cause| CopyError::File { path: to.name.clone().into(), cause };
        let mut flow = copy_raw(self.engine(), (&container.id, &from.path), options.follow_links).await?;
        while let Some(piece) = flow.next().await {
            to.writer.write_all(&piece?).map_err(failed)?;
        }
        to.writer.flush().map_err(failed)
    }

    /// An interrupt ends it at once; that it was interrupted is told elsewhere.
    async fn unless_stopped(
        &self,
        copy: impl Future<Output = Result<(), CopyError>>,
    ) -> Result<(), CopyError> {
        tokio::select! {
            done = copy => done,
            () = self.interrupts().stop.cancelled() => Ok(()),
        }
    }

    /// Makes copies at the same time, and tells how it goes. The first fault in order is the answer.
    async fn make<'a, F>(
        &self,
        copies: impl IntoIterator<Item = Copy<'a, F>>,
        options: &CopyOptions,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<(), CopyError>>,
    {
        let tell = |container: &ObservedContainer, status, (text, details): (&str, &str)| {
            let resource = ResourceId::new(Kind::Container, &container.name);
            self.sink().send(Event::Progress(Progress::new(resource, status, text).details(details)));
        };
        let copies = copies.into_iter().map(async |Copy { container, told, made }| {
            tell(container, Status::Working, ("Copying", &told));
            let done = if options.dry_run { Ok(()) } else { made.await };
            match &done {
                Ok(()) if self.interrupts().stop.is_cancelled() => {}
                Ok(()) => tell(container, Status::Done, ("Copied", &told)),
                Err(fault) => tell(container, Status::Error, ("Error", &fault.to_string())),
            }
            done
        });
        let done = join_all(copies).await;
        if self.interrupts().stop.is_cancelled() {
            return Err(Error::Interrupted);
        }
        Ok(done.into_iter().collect::<Result<(), CopyError>>()?)
    }

    fn told_left_out(&self, names: &[String]) {
        if let Some(first) = names.first() {
            let more = if names.len() > 1 { format!(" and {} more", names.len() - 1) } else { String::new() };
            let text = format!("devices are not copied: {}{more}", crate::diag::harmless(first));
            self.sink().send(Event::Notice { level: Level::Warning, text });
        }
    }

    /// The containers of a service that files are copied to, whether they run or not, by number; those that `run` made
    /// come last.
    async fn containers_to_copy(
        &self,
        service: &str,
        options: &CopyOptions,
    ) -> Result<Vec<ObservedContainer>, Error> {
        let query = Query { service: Some(service.to_owned()), ..Query::containers(self.name()) };
        let mut found = self.look(&query).await?.containers;
        found.retain(|container| options.all || container.label(labels::ONEOFF) != "True");
        super::exec::in_order(&mut found);
        match options.index {
            Some(index) => {
                found.retain(|container| super::exec::number(container) == index);
                if found.is_empty() {
                    return Err(
                        self.not_running(&Instance { service: service.to_owned(), index: Some(index) })
                    );
                }
            }
            None if found.is_empty() => {
                let help = self.similar(service).or_else(|| Some(format!("`create {service}` makes one")));
                return Err(Error::Request {
                    message: format!("no container found for service {service:?}"),
                    help,
                });
            }
            None => {}
        }
        Ok(found)
    }
}

/// An engine lets nobody at a container whose files it is sending: it cannot be sent them at the same time.
fn apart(
    containers: &[ObservedContainer],
    source: &ObservedContainer,
    (from, to): (&Inside, &Inside),
) -> Result<(), Error> {
    if containers.iter().all(|container| container.id != source.id) {
        return Ok(());
    }
    Err(Error::Request {
        message: format!("`{}` cannot be copied to itself", source.name),
        help: Some(format!("`exec {} cp -a {} {}`", to.service, from.path, to.path)),
    })
}

/// The first block, if it can be that of a tar. Engines before 29.5.1 would unpack what is compressed with a program of the
/// container, as the host's root (CVE-2026-41567).
async fn first_block(reader: &mut (dyn AsyncRead + Send + Unpin)) -> io::Result<Bytes> {
    let mut block = vec![0; BLOCK];
    let mut filled = 0;
    while filled < BLOCK {
        match reader.read(&mut block[filled..]).await? {
            0 => break,
            read => filled += read,
        }
    }
    block.truncate(filled);
    let compressed: [&[u8]; 4] = [b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"];
    if compressed.iter().any(|magic| block.starts_with(magic)) {
        return Err(CopyError::NoArchive("it is compressed").into());
    }
    let blank = block.iter().all(|byte| *byte == 0);
    if !blank && (filled < BLOCK || !has_checksum(&block)) {
        return Err(CopyError::NoArchive("its first block is no header").into());
    }
    Ok(block.into())
}

fn has_checksum(block: &[u8]) -> bool {
    let field = &block[148..156];
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum::<u32>()
        - field.iter().map(|byte| u32::from(*byte)).sum::<u32>()
        + 8 * u32::from(b' ');
    let text = std::str::from_utf8(field).unwrap_or_default();
    u32::from_str_radix(text.trim_matches([' ', '\0']), 8) == Ok(sum)
}

/// Passes an archive on to everyone who still listens.
async fn distribute(
    first: Bytes,
    mut reader: Box<dyn AsyncRead + Send + Unpin + '_>,
    mut listeners: Vec<mpsc::Sender<io::Result<Bytes>>>,
) {
    let mut piece = first;
    while !piece.is_empty() && !listeners.is_empty() {
        listeners.retain(|listener| !listener.is_closed());
        let _ = join_all(listeners.iter().map(|listener| listener.send(Ok(piece.clone())))).await;
        let mut next = vec![0; PIECE];
        match reader.read(&mut next).await {
            Ok(read) => {
                next.truncate(read);
                piece = next.into();
            }
            Err(cause) => {
                for listener in &listeners {
                    let _ = listener.send(Err(io::Error::new(cause.kind(), cause.to_string()))).await;
                }
                return;
            }
        }
    }
}

impl std::fmt::Debug for Incoming<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Files(path) => f.debug_tuple("Files").field(path).finish(),
            Self::Tar(_) => f.write_str("Tar"),
            Self::Service(inside) => f.debug_tuple("Service").field(inside).finish(),
        }
    }
}

impl std::fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Files(path) => f.debug_tuple("Files").field(path).finish(),
            Self::Tar(to) => f.debug_tuple("Tar").field(to).finish(),
        }
    }
}
