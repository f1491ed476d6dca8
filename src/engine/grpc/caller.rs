//! Calls of the builder.

use http::{Request, Uri};
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioExecutor;
use prost::Message;

use super::messages::framed;
use super::{Messages, Status};
use crate::engine::wire::{Body, full};

/// A connection on which the builder is called; cheap to clone, and gone with its last call.
#[derive(Clone)]
pub(in crate::engine) struct Caller {
    sender: SendRequest<Body>,
}

impl Caller {
    /// Speaks HTTP/2 on a connection.
    pub(in crate::engine) async fn open(connection: Upgraded) -> Result<Self, Status> {
        let (sender, driver) = Builder::new(TokioExecutor::new())
            .handshake(connection)
            .await
            .map_err(|cause| Status::broken(cause.to_string()))?;
        // It ends with the connection; what went wrong on it is told to whoever waits for an answer.
        tokio::spawn(driver);
        Ok(Self { sender })
    }

    /// Calls `/package.Service/Method` with one message. A call that is dropped is cancelled.
    pub(in crate::engine) async fn call(
        &self,
        method: &'static str,
        message: &impl Message,
    ) -> Result<Messages, Status> {
        let request = Request::post(Uri::from_static(method))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(full(framed(message)))
            .map_err(|cause| Status::broken(cause.to_string()))?;
        let mut sender = self.sender.clone();
        let (head, body) = sender
            .send_request(request)
            .await
            .map_err(|cause| Status::broken(cause.to_string()))?
            .into_parts();
        Ok(Messages::new(&head.headers, body))
    }
}
