//! A container's or a process's streams, both ways.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWrite, AsyncWriteExt, WriteHalf};
use tokio_util::io::ReaderStream;

use super::{Flow, Output, outputs};
use crate::engine::wire::segment;
use crate::engine::{Engine, Error};

/// How to attach to a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttachOptions {
    /// What is written goes to the container's standard input.
    pub stdin: bool,
    /// The container has a terminal: its output is raw.
    pub tty: bool,
    /// What it wrote before comes first.
    pub logs: bool,
    /// The keys that a terminal's user types to let go, such as `ctrl-p,ctrl-q`; `None`: the engine's own.
    pub detach_keys: Option<String>,
}

/// Streams of a container or a process in it.
#[derive(Debug)]
pub struct Attached {
    /// What it writes.
    pub output: Flow<Output>,
    /// Its standard input.
    pub input: Input,
}

/// The standard input of a container or a process. Shutting it down ends the input; output goes on.
#[derive(Debug)]
pub struct Input {
    half: WriteHalf<TokioIo<Upgraded>>,
}

/// Reads at most so much at once.
const PIECE: usize = 64 * 1024;

impl Engine {
    /// Attaches to a container: what it writes from now on, and its input. To miss nothing, attach before the start.
    pub async fn attach(&self, container: &str, options: &AttachOptions) -> Result<Attached, Error> {
        let path = format!("/containers/{}/attach", segment(container));
        let name = format!("POST {path}");
        let mut call = self.wire.post(path).query("stream", "1").query("stdout", "1").query("stderr", "1");
        if options.stdin {
            call = call.query("stdin", "1");
        }
        if options.logs {
            call = call.query("logs", "1");
        }
        if let Some(keys) = &options.detach_keys {
            call = call.query("detachKeys", keys);
        }
        let stream = call.patience(Some(self.wire.patience())).hijack().await?;
        Ok(Attached::new(stream, name, options.tty))
    }
}

impl Attached {
    /// The streams of a connection that was taken over.
    pub(in crate::engine) fn new(stream: TokioIo<Upgraded>, call: String, tty: bool) -> Self {
        let (read, half) = tokio::io::split(stream);
        let pieces = ReaderStream::with_capacity(read, PIECE)
            .map(move |piece| piece.map_err(|cause| Error::gone(&call, cause.to_string())));
        Self { output: outputs(Flow::new(pieces), tty), input: Input { half } }
    }
}

impl Input {
    /// Writes all bytes.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.half.write_all(bytes).await?;
        self.half.flush().await
    }

    /// Ends the input, as the end of a file does.
    pub async fn end(&mut self) -> io::Result<()> {
        self.half.shutdown().await
    }
}

impl AsyncWrite for Input {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.half).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.half).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.half).poll_shutdown(context)
    }
}
