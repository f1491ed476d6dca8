//! An answer of ours on its way to the builder.

use std::io;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use prost::Message;
use tokio::sync::mpsc;

use super::Status;
use super::messages::framed;
use crate::engine::wire::Body;

/// So many messages wait to be sent.
const WAITING: usize = 16;

/// The sending end of an answer; cheap to clone. What is sent to someone who has gone is lost.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Answer {
    sender: mpsc::Sender<io::Result<Frame<Bytes>>>,
}

/// The one who asked has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Gone;

impl Answer {
    /// Begins an answer.
    pub(super) fn begin() -> (Self, Response<Body>) {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        let body = StreamBody::new(stream::poll_fn(move |waker| receiver.poll_recv(waker))).boxed_unsync();
        let mut response = Response::new(body);
        response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
        (Self { sender }, response)
    }

    /// Sends a message.
    pub(in crate::engine) async fn send(&self, message: &impl Message) -> Result<(), Gone> {
        self.sender.send(Ok(Frame::data(framed(message)))).await.map_err(|_| Gone)
    }

    /// Sends a message from a thread that may wait.
    pub(in crate::engine) fn send_blocking(&self, message: &impl Message) -> Result<(), Gone> {
        self.sender.blocking_send(Ok(Frame::data(framed(message)))).map_err(|_| Gone)
    }

    /// Says how it ended. Nothing follows.
    pub(in crate::engine) async fn end(&self, status: Status) {
        // Whoever has gone needs no end.
        let _ = self.sender.send(Ok(Frame::trailers(status.trailers()))).await;
    }

    /// Waits until the one who asked has gone.
    pub(in crate::engine) async fn gone(&self) {
        self.sender.closed().await;
    }
}
