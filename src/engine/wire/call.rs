//! A call in our own words: path, query, body; and its answer, or the daemon's refusal.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use bytes::Bytes;
use form_urlencoded::Serializer;
use futures_util::{Stream, TryStreamExt};
use http::header::{CONNECTION, CONTENT_TYPE, UPGRADE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Collected, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::exchange::Wire;
use crate::engine::error::Error;

/// What is sent with a request.
pub(in crate::engine) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A filter of list calls: values by key. Values of one key are joined by and (labels) or by or (names).
pub(in crate::engine) type Filters = BTreeMap<&'static str, Vec<String>>;

/// All that may stand in a part of a path as it is.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':').remove(b'@');

/// A name as it may stand in a path: nothing in it ends its part, begins a query or climbs up.
pub(in crate::engine) fn segment(name: &str) -> String {
    if name.trim_matches('.').is_empty() {
        return name.replace('.', "%2E");
    }
    utf8_percent_encode(name, PLAIN).to_string()
}

/// A body that lies in memory.
pub(in crate::engine) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A body that is made while it is sent.
pub(in crate::engine) fn streamed(pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Body {
    StreamBody::new(pieces.map_ok(Frame::data)).boxed_unsync()
}

/// A call that was not sent yet.
pub(in crate::engine) struct Call<'a> {
    wire: &'a Wire,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
    body: Option<(&'static str, Body)>,
    encoding: Option<serde_json::Error>,
    patience: Option<Duration>,
    upgrade: Option<&'static str>,
}

impl Wire {
    /// A question: a daemon that does not begin to answer soon is stuck.
    pub(in crate::engine) fn get(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// A call that does something, which may take as long as it takes.
    pub(in crate::engine) fn post(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::POST, path)
    }

    /// A call with any method.
    pub(in crate::engine) fn call(&self, method: Method, path: impl Into<String>) -> Call<'_> {
        Call {
            wire: self,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            encoding: None,
            patience: (method == Method::GET || method == Method::HEAD).then(|| self.patience()),
            method,
            upgrade: None,
        }
    }
}

impl Call<'_> {
    /// Adds a parameter.
    pub(in crate::engine) fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// Adds filters, if there are any: as `{"key": {"value": true}}`, which all engines join alike.
    pub(in crate::engine) fn filters(self, filters: &Filters) -> Self {
        if filters.is_empty() {
            return self;
        }
        let sets: BTreeMap<_, BTreeMap<_, bool>> = filters
            .iter()
            .map(|(key, values)| (key, values.iter().map(|value| (value, true)).collect()))
            .collect();
        let text = serde_json::to_string(&sets).expect("strings are always JSON");
        self.query("filters", text)
    }

    /// Sends a header with credentials.
    pub(in crate::engine) fn credentials(mut self, header: &'static str, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(text) => self.headers.push((header, URL_SAFE.encode(text))),
            Err(cause) => self.encoding = Some(cause),
        }
        self
    }

    /// Sends a header.
    pub(in crate::engine) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sends JSON.
    pub(in crate::engine) fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(text) => self.body = Some(("application/json", full(text))),
            Err(cause) => self.encoding = Some(cause),
        }
        self
    }

    /// Sends bytes of a kind.
    pub(in crate::engine) fn body(mut self, kind: &'static str, body: Body) -> Self {
        self.body = Some((kind, body));
        self
    }

    /// How long the daemon may take until it begins to answer; `None`: for ever.
    pub(in crate::engine) fn patience(mut self, patience: Option<Duration>) -> Self {
        self.patience = patience;
        self
    }

    /// Sends it and gives the answer, whose body was not read yet. A refusal is an error.
    pub(in crate::engine) async fn response(self) -> Result<Response<Incoming>, Error> {
        self.send().await
    }

    /// Sends it and reads the answer.
    pub(in crate::engine) async fn answer<T: DeserializeOwned>(self) -> Result<T, Error> {
        let name = self.name();
        let response = self.response().await?;
        let body =
            response.into_body().collect().await.map_err(|cause| Error::gone(&name, cause.to_string()))?;
        serde_json::from_slice(&body.to_bytes()).map_err(|cause| Error::Unreadable { call: name, cause })
    }

    /// Sends it; the answer has nothing to tell.
    pub(in crate::engine) async fn done(self) -> Result<(), Error> {
        let name = self.name();
        let response = self.response().await?;
        response.into_body().collect().await.map_err(|cause| Error::gone(&name, cause.to_string()))?;
        Ok(())
    }

    /// Sends it and takes over the connection, both ways, without a word of HTTP any more.
    pub(in crate::engine) async fn hijack(self) -> Result<TokioIo<Upgraded>, Error> {
        self.upgrade("tcp").await.map(TokioIo::new)
    }

    /// Sends it and takes over the connection to speak another protocol on it.
    pub(in crate::engine) async fn upgrade(mut self, protocol: &'static str) -> Result<Upgraded, Error> {
        let name = self.name();
        self.upgrade = Some(protocol);
        let response = self.send().await?;
        hyper::upgrade::on(response).await.map_err(|cause| Error::gone(&name, cause.to_string()))
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    async fn send(self) -> Result<Response<Incoming>, Error> {
        let name = self.name();
        if let Some(cause) = self.encoding {
            return Err(Error::Unwritable { call: name, cause });
        }
        let uri = if self.query.is_empty() {
            self.path
        } else {
            let query = Serializer::new(String::new()).extend_pairs(self.query).finish();
            format!("{}?{query}", self.path)
        };
        let mut request = Request::builder().method(self.method).uri(uri);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(protocol) = self.upgrade {
            request = request.header(CONNECTION, "Upgrade").header(UPGRADE, protocol);
        }
        let body = match self.body {
            Some((kind, body)) => {
                request = request.header(CONTENT_TYPE, kind);
                body
            }
            None => full(Bytes::new()),
        };
        let request = request.body(body).map_err(|cause| Error::gone(&name, cause.to_string()))?;
        let exchange = self.wire.exchange(request);
        let exchanged = match self.patience {
            Some(patience) => match tokio::time::timeout(patience, exchange).await {
                Ok(exchanged) => exchanged,
                Err(_) => return Err(Error::Silent { call: name, seconds: patience.as_secs() }),
            },
            None => exchange.await,
        };
        let response = exchanged.map_err(|fault| Error::from_fault(self.wire, &name, fault))?;
        let status = response.status();
        if status.is_success()
            || status == StatusCode::NOT_MODIFIED
            || status == StatusCode::SWITCHING_PROTOCOLS
        {
            return Ok(response);
        }
        let body = response.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
        Err(Error::refused(&name, status.as_u16(), &body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place_in_the_path() {
        assert_eq!(segment("../networks/x?force=1#"), "..%2Fnetworks%2Fx%3Fforce%3D1%23");
        assert_eq!(segment(".."), "%2E%2E");
        assert_eq!(segment("p-web.1_x"), "p-web.1_x");
        assert_eq!(segment("host:5000/a/b:1@sha256:0"), "host:5000%2Fa%2Fb:1@sha256:0");
    }
}
