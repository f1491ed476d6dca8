//! What goes between a user, or a program in the user's place, and a process in a container.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, watch};

use crate::engine::{self, Attached, Engine, Error, Flow, Output, TerminalSize};
use crate::event::Stream;
use crate::syntax::DetachKeys;

/// What is sent to a process, piece by piece; its end is the end of the process's input.
pub type Input = BoxStream<'static, io::Result<Bytes>>;

/// Where output goes.
type Writer = Pin<Box<dyn AsyncWrite + Send>>;

/// The user's side of a process in a container.
pub struct Console {
    /// What is sent to it; `None`: it is not attached to its input.
    pub input: Option<Input>,
    /// Where its output goes.
    pub output: Writer,
    /// Where its error output goes.
    pub error: Writer,
    /// The size of the user's terminal, now and whenever it changes; `None`: it is given no size.
    pub size: Option<watch::Receiver<TerminalSize>>,
    /// Signals to pass on to a container, by their names; `None`: none is.
    pub signals: Option<mpsc::UnboundedReceiver<&'static str>>,
    /// What is to be typed to let go.
    pub detach: DetachKeys,
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parting {
    /// The process's output ended.
    Ended,
    /// The user let go.
    Detached,
}

/// Input that lies in memory.
#[must_use]
pub fn captured(bytes: impl Into<Bytes>) -> Input {
    let bytes = bytes.into();
    stream::once(async move { Ok(bytes) }).boxed()
}

/// Whose terminal takes the size of ours.
#[derive(Clone, Copy, Debug)]
pub(super) enum Resized<'a> {
    /// A process in a container.
    Exec(&'a Engine, &'a str),
    /// A container.
    Container(&'a Engine, &'a str),
}

impl Resized<'_> {
    /// Gives it a size, as soon as it takes one: it may not have begun yet.
    pub(super) async fn take_soon(self, size: TerminalSize) {
        for _ in 0..TRIES {
            if self.take(size).await.is_ok() {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn take(self, size: TerminalSize) -> Result<(), Error> {
        match self {
            Self::Exec(engine, exec) => engine.resize_exec(exec, size).await,
            Self::Container(engine, container) => engine.resize_container(container, size).await,
        }
    }
}

/// How long what was just started may take until it has a terminal that takes a size.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// Passes on what both sides say until the process's output has ended or the user lets go. `resized` follows the size of
/// the console's terminal.
pub(super) async fn converse(
    attached: Attached,
    console: Console,
    resized: Resized<'_>,
) -> Result<Parting, Error> {
    let Console { input, output, error, size, mut detach, signals: _ } = console;
    let mut listening = Box::pin(listen(attached.output, output, error));
    let mut talking = Box::pin(talk(input, attached.input, &mut detach));
    let mut sizing = Box::pin(follow_size(size, resized));
    let (mut talks, mut sizes) = (true, true);
    loop {
        tokio::select! {
            ended = &mut listening => return ended.map(|()| Parting::Ended),
            detached = &mut talking, if talks => {
                if detached {
                    return Ok(Parting::Detached);
                }
                talks = false;
            }
            () = &mut sizing, if sizes => sizes = false,
        }
    }
}

/// Writes what the process says, each stream to its place.
async fn listen(mut said: Flow<Output>, mut output: Writer, mut error: Writer) -> Result<(), Error> {
    let unwritable = |cause| Error::Local { what: "output cannot be written".to_owned(), cause };
    while let Some(piece) = said.next().await {
        let piece = piece?;
        let writer = match piece.stream {
            Stream::Stdout => &mut output,
            Stream::Stderr => &mut error,
        };
        writer.write_all(&piece.bytes).await.map_err(unwritable)?;
        writer.flush().await.map_err(unwritable)?;
    }
    Ok(())
}

/// Sends what there is to say, then ends the input; true if the user let go.
async fn talk(input: Option<Input>, mut process: engine::Input, detach: &mut DetachKeys) -> bool {
    let Some(mut input) = input else { return false };
    // Input that cannot be read has ended; a process that does not read any more tells by its end.
    while let Some(Ok(bytes)) = input.next().await {
        let (passed, detached) = detach.filter(&bytes);
        if process.send(&passed).await.is_err() {
            return false;
        }
        if detached {
            return true;
        }
    }
    let _ = process.send(&detach.rest()).await;
    let _ = process.end().await;
    false
}

/// Tells changes of the terminal's size. One that is not taken is forgotten: the process may just have ended.
async fn follow_size(size: Option<watch::Receiver<TerminalSize>>, resized: Resized<'_>) {
    let Some(mut size) = size else { return };
    while size.changed().await.is_ok() {
        let now = *size.borrow_and_update();
        let _ = resized.take(now).await;
    }
}

impl Console {
    /// Nothing goes in, and what comes out is dropped.
    #[must_use]
    pub fn silent() -> Self {
        Self {
            input: None,
            output: Box::pin(tokio::io::sink()),
            error: Box::pin(tokio::io::sink()),
            size: None,
            signals: None,
            detach: DetachKeys::none(),
        }
    }

    /// What comes out is kept.
    pub(super) fn keeping(input: Option<Input>, output: &Kept, error: &Kept) -> Self {
        Self { input, output: Box::pin(output.clone()), error: Box::pin(error.clone()), ..Self::silent() }
    }

    /// The terminal's size now, if there is one.
    pub(super) fn size_now(&mut self) -> Option<TerminalSize> {
        self.size.as_mut().map(|size| *size.borrow_and_update())
    }
}

/// Keeps all that is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    /// Takes what was written so far.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl AsyncWrite for Kept {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("detach", &self.detach).finish_non_exhaustive()
    }
}
