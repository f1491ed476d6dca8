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
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::call::Body;
use super::dial::Dialer;
use super::repair::repair;
use crate::engine::host::Host;

/// The wire to one daemon; cheap to clone.
#[derive(Clone)]
pub(in crate::engine) struct Wire {
    inner: Arc<Inner>,
}

struct Inner {
    host: Host,
    dialer: Arc<Dialer>,
    /// `/v1.41`; empty before the version is known.
    prefix: String,
    calls: Arc<AtomicU64>,
    patience: Duration,
    /// There where connections are worth keeping.
    pool: Option<Arc<Pool>>,
}

/// Connections that wait for another request.
struct Pool {
    idle: Mutex<Vec<SendRequest<Body>>>,
    /// Calls that may be under way at once, where the way is narrow.
    slots: Option<Arc<Semaphore>>,
}

/// How long a call waits for others to end before it asks for a connection of its own: those others may be streams.
const QUEUE: Duration = Duration::from_secs(2);

/// Why there was no answer at all.
#[derive(Debug)]
pub(in crate::engine) enum Fault {
    /// No connection.
    Unreachable(io::Error),
    /// The connection ended or made no sense.
    Broken(String),
}

impl Wire {
    /// A wire on which no API version is sent yet. The error says which file cannot be used to dial.
    pub(in crate::engine) fn new(host: Host, patience: Duration) -> io::Result<Self> {
        let dialer = Arc::new(Dialer::new(&host.address)?);
        let slots = dialer.width().map(|width| Arc::new(Semaphore::new(width)));
        let pool = (!dialer.is_cheap()).then(|| Arc::new(Pool { idle: Mutex::default(), slots }));
        let calls = Arc::default();
        Ok(Self { inner: Arc::new(Inner { host, dialer, prefix: String::new(), calls, patience, pool }) })
    }

    /// The same wire, on which every request asks for this API version.
    pub(in crate::engine) fn with_version(&self, version: impl fmt::Display) -> Self {
        Self {
            inner: Arc::new(Inner {
                host: self.inner.host.clone(),
                dialer: Arc::clone(&self.inner.dialer),
                prefix: format!("/v{version}"),
                calls: Arc::clone(&self.inner.calls),
                patience: self.inner.patience,
                pool: self.inner.pool.clone(),
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
        for (name, value) in &self.inner.host.headers {
            request.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        self.inner.calls.fetch_add(1, Ordering::Relaxed);
        let slot = self.slot().await;
        while let Some(mut sender) = self.take_idle() {
            match sender.try_send_request(request).await {
                Ok(response) => return Ok(self.keep(sender, response, slot)),
                Err(mut fault) => match fault.take_message() {
                    // The daemon had closed the connection while it waited: the request was never sent.
                    Some(unsent) => request = unsent,
                    None => return Err(fault.into_error().into()),
                },
            }
        }
        let mut sender = self.open().await?;
        let response = sender.send_request(request).await?;
        Ok(self.keep(sender, response, slot))
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
        let stream = self.inner.dialer.dial().await.map_err(Fault::Unreachable)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // The task ends with the connection; what went wrong on it is told to whoever waits for the answer.
        tokio::spawn(connection.with_upgrades());
        Ok(sender)
    }

    fn take_idle(&self) -> Option<SendRequest<Body>> {
        let mut idle = self.inner.pool.as_ref()?.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|sender| !sender.is_closed());
        idle.pop()
    }

    /// A call's turn, where the way is narrow.
    async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        let slots = self.inner.pool.as_ref()?.slots.clone()?;
        tokio::time::timeout(QUEUE, slots.acquire_owned()).await.ok()?.ok()
    }

    /// Puts a connection back once the body of `response` was read to its end.
    fn keep(
        &self,
        mut sender: SendRequest<Body>,
        response: Response<Incoming>,
        slot: Option<OwnedSemaphorePermit>,
    ) -> Response<Incoming> {
        if let Some(pool) = &self.inner.pool {
            let pool = Arc::downgrade(pool);
            tokio::spawn(async move {
                if sender.ready().await.is_ok()
                    && let Some(pool) = pool.upgrade()
                {
                    pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
                }
                drop(slot);
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
