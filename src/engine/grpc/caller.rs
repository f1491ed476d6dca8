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
    /// What is said beside the messages.
    about: Option<(&'static str, String)>,
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
        Ok(Self { sender, about: None })
    }

    /// The same, with something said beside the messages.
    pub(in crate::engine) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.about = Some((name, value.to_owned()));
        self
    }

    /// Calls `/package.Service/Method` with one message. A call that is dropped is cancelled.
    pub(in crate::engine) async fn call(
        &self,
        method: &'static str,
        message: &impl Message,
    ) -> Result<Messages, Status> {
        let mut request = Request::post(Uri::from_static(method))
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        if let Some((name, value)) = &self.about {
            request = request.header(*name, value);
        }
        let request =
            request.body(full(framed(message))).map_err(|cause| Status::broken(cause.to_string()))?;
        let mut sender = self.sender.clone();
        let (head, body) = sender
            .send_request(request)
            .await
            .map_err(|cause| Status::broken(cause.to_string()))?
            .into_parts();
        Ok(Messages::new(&head.headers, body))
    }
}
