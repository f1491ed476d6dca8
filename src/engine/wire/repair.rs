//! What is made right on every request on its way to the daemon.

use http::header::{HOST, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, Request, Uri};

/// Headers with credentials. The daemon decodes them with the URL-safe alphabet and ignores silently what it cannot
/// decode; `bollard` encodes with the standard one.
const CREDENTIALS: [HeaderName; 2] =
    [HeaderName::from_static("x-registry-auth"), HeaderName::from_static("x-registry-config")];

/// Gives a request the API version (`prefix` is `/v1.41`, or empty for none), the host, and readable credentials.
pub(super) fn repair<B>(mut request: Request<B>, prefix: &str) -> Result<Request<B>, http::Error> {
    let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let uri: Uri = format!("{prefix}{path}").parse()?;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    // A daemon on a socket has no name; the header must be there all the same.
    headers.insert(HOST, HeaderValue::from_static("engine"));
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("rcompose/", env!("CARGO_PKG_VERSION"))));
    for name in CREDENTIALS {
        url_safe(headers, &name);
    }
    Ok(request)
}

fn url_safe(headers: &mut HeaderMap, name: &HeaderName) {
    let Some(value) = headers.get(name).and_then(|value| value.to_str().ok()) else { return };
    let repaired = value.replace('+', "-").replace('/', "_");
    if let Ok(value) = HeaderValue::from_str(&repaired) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_carries_the_negotiated_version() {
        let request = Request::get("custom://x/containers/json?all=true").body(()).unwrap();
        let repaired = repair(request, "/v1.41").unwrap();
        assert_eq!(repaired.uri().to_string(), "/v1.41/containers/json?all=true");
        assert_eq!(repaired.headers()[HOST], "engine");
    }

    #[test]
    fn credentials_are_turned_into_the_alphabet_that_the_daemon_decodes() {
        let request = Request::get("/x").header("X-Registry-Auth", "a+b/c==").body(()).unwrap();
        assert_eq!(repair(request, "").unwrap().headers()["x-registry-auth"], "a-b_c==");
    }
}
