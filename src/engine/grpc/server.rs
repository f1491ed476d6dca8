//! Answers to the builder's calls: the connection is ours, and the builder asks on it.

use std::convert::Infallible;
use std::sync::Arc;

use http::HeaderMap;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioExecutor;

use super::{Answer, Messages};

/// How much a stream may hold that is not read yet.
const WINDOW: u32 = 1024 * 1024;

/// A call of the builder.
pub(in crate::engine) struct Question {
    /// `/package.Service/Method`.
    pub(in crate::engine) method: String,
    /// What was said beside the messages.
    pub(in crate::engine) about: HeaderMap,
    /// What was asked.
    pub(in crate::engine) messages: Messages,
}

/// Who answers.
pub(in crate::engine) trait Handler: Send + Sync + 'static {
    /// Answers a call; returns when all is said.
    fn handle(self: Arc<Self>, question: Question, answer: Answer) -> impl Future<Output = ()> + Send;
}

/// Answers calls until the connection ends.
pub(in crate::engine) async fn serve(connection: Upgraded, handler: Arc<impl Handler>) {
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let (head, body) = request.into_parts();
        let (answer, response) = Answer::begin();
        let messages = Messages::new(&HeaderMap::new(), body);
        let question = Question { method: head.uri.path().to_owned(), about: head.headers, messages };
        let handling = Arc::clone(&handler).handle(question, answer.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = handling => {}
                () = answer.gone() => {}
            }
        });
        async { Ok::<_, Infallible>(response) }
    });
    // The builder closes the connection when it has what it needs; whether it did so politely says nothing.
    let _ = Builder::new(TokioExecutor::new())
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(4 * WINDOW)
        .serve_connection(connection, service)
        .await;
}
