//! A stream of what the daemon tells.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::engine::Error;

/// Something that the daemon tells bit by bit. Dropping it ends the call, and with it what the daemon does for it.
pub struct Flow<T> {
    inner: BoxStream<'static, Result<T, Error>>,
}

impl<T> Flow<T> {
    /// A flow of what a stream yields.
    pub(in crate::engine) fn new(stream: impl Stream<Item = Result<T, Error>> + Send + 'static) -> Self {
        Self { inner: stream.boxed() }
    }

    /// The next bit; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        self.inner.next().await
    }
}

impl Flow<Bytes> {
    /// The body of an answer; `call` names it in errors.
    pub(in crate::engine) fn of_body(body: Incoming, call: String) -> Self {
        Self::new(
            body.into_data_stream()
                .map(move |bytes| bytes.map_err(|cause| Error::gone(&call, cause.to_string()))),
        )
    }
}

impl<T> Stream for Flow<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.poll_next_unpin(context)
    }
}

impl<T> std::fmt::Debug for Flow<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Flow")
    }
}
