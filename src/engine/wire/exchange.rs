//! One HTTP exchange with the daemon.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;

use super::call::Body;
use super::dial::dial;
use super::repair::repair;
use crate::engine::host::{Address, Host};

/// The wire to one daemon; cheap to clone.
#[derive(Clone)]
pub(in crate::engine) struct Wire {
    inner: Arc<Inner>,
}

struct Inner {
    host: Host,
    /// `/v1.41`; empty before the version is known.
    prefix: String,
    calls: Arc<AtomicU64>,
    patience: Duration,
    /// Connections that wait for another request. A connection to a socket costs nothing, so that none is kept.
    idle: Option<Arc<Mutex<Vec<SendRequest<Body>>>>>,
}

/// Why there was no answer at all.
#[derive(Debug)]
pub(in crate::engine) enum Fault {
    /// No connection.
    Unreachable(io::Error),
    /// The connection ended or made no sense.
    Broken(String),
}

impl Wire {
    /// A wire on which no API version is sent yet.
    pub(in crate::engine) fn new(host: Host, patience: Duration) -> Self {
        let idle = (!matches!(host.address, Address::Unix(_))).then(Arc::default);
        let calls = Arc::default();
        Self { inner: Arc::new(Inner { host, prefix: String::new(), calls, patience, idle }) }
    }

    /// The same wire, on which every request asks for this API version.
    pub(in crate::engine) fn with_version(&self, version: impl fmt::Display) -> Self {
        Self {
            inner: Arc::new(Inner {
                host: self.inner.host.clone(),
                prefix: format!("/v{version}"),
                calls: Arc::clone(&self.inner.calls),
                patience: self.inner.patience,
                idle: self.inner.idle.clone(),
            }),
        }
    }

    /// The daemon that it leads to.
    pub(in crate::engine) fn host(&self) -> &Host {
        &self.inner.host
    }

    /// How long the daemon may take to begin answering a question.
    pub(in crate::engine) fn patience(&self) -> Duration {
        self.inner.patience
    }

    /// How many requests were sent.
    pub(in crate::engine) fn calls(&self) -> u64 {
        self.inner.calls.load(Ordering::Relaxed)
    }

    /// Sends a request and waits for the head of its answer.
    pub(in crate::engine) async fn exchange(
        &self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, Fault> {
        let mut request =
            repair(request, &self.inner.prefix).map_err(|cause| Fault::Broken(cause.to_string()))?;
        self.inner.calls.fetch_add(1, Ordering::Relaxed);
        while let Some(mut sender) = self.take_idle() {
            match sender.try_send_request(request).await {
                Ok(response) => return Ok(self.keep(sender, response)),
                Err(mut fault) => match fault.take_message() {
                    // The daemon had closed the connection while it waited: the request was never sent.
                    Some(unsent) => request = unsent,
                    None => return Err(fault.into_error().into()),
                },
            }
        }
        let mut sender = self.open().await?;
        let response = sender.send_request(request).await?;
        Ok(self.keep(sender, response))
    }

    /// Carries a request of `bollard`.
    pub(in crate::engine) async fn carry(
        self,
        request: bollard::BollardRequest,
    ) -> Result<Response<Incoming>, bollard::errors::Error> {
        let (head, body) = request.into_parts();
        let body = body.map_err(io::Error::other).boxed_unsync();
        let exchanged = self.exchange(Request::from_parts(head, body)).await;
        exchanged.map_err(|fault| bollard::errors::Error::IOError { err: io::Error::other(fault) })
    }

    async fn open(&self) -> Result<SendRequest<Body>, Fault> {
        let stream = dial(&self.inner.host.address).await.map_err(Fault::Unreachable)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // The task ends with the connection; what went wrong on it is told to whoever waits for the answer.
        tokio::spawn(connection.with_upgrades());
        Ok(sender)
    }

    fn take_idle(&self) -> Option<SendRequest<Body>> {
        let mut idle = self.inner.idle.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|sender| !sender.is_closed());
        idle.pop()
    }

    /// Puts a connection back once the body of `response` was read to its end.
    fn keep(&self, mut sender: SendRequest<Body>, response: Response<Incoming>) -> Response<Incoming> {
        if let Some(idle) = &self.inner.idle {
            let idle = Arc::downgrade(idle);
            tokio::spawn(async move {
                if sender.ready().await.is_ok()
                    && let Some(idle) = idle.upgrade()
                {
                    idle.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
                }
            });
        }
        response
    }
}

impl From<hyper::Error> for Fault {
    fn from(fault: hyper::Error) -> Self {
        use std::error::Error as _;
        let cause = fault.source().map(|source| format!(": {source}")).unwrap_or_default();
        Self::Broken(format!("{fault}{cause}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(cause) => cause.fmt(f),
            Self::Broken(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for Fault {}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wire({}{})", self.inner.host.address, self.inner.prefix)
    }
}
