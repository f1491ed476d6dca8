//! A tiny client of the Engine API for assertions: one blocking request a connection, no version in the path.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

/// A daemon's socket to ask.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    socket: PathBuf,
}

/// What the daemon answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body, put together when it came in chunks.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `null` when it is not.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

impl Api {
    /// A client of the daemon behind `socket`.
    pub(crate) fn new(socket: &Path) -> Self {
        Self { socket: socket.to_owned() }
    }

    /// The JSON of a `GET` that must succeed.
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.request("GET", path, ("application/json", b"")).expect("the daemon answers");
        assert!(
            answer.status < 300,
            "GET {path}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        answer.json()
    }

    /// A `POST` of JSON, whatever comes of it.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.request("POST", path, ("application/json", body.as_bytes())).expect("the daemon answers")
    }

    /// A `DELETE`, whatever comes of it.
    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.request("DELETE", path, ("application/json", b"")).expect("the daemon answers")
    }

    /// Sends one request with a body of a content type and reads the answer to its end.
    pub(crate) fn request(&self, method: &str, path: &str, body: (&str, &[u8])) -> std::io::Result<Answer> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let (kind, content) = body;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            content.len()
        )?;
        stream.write_all(content)?;
        let mut bytes = Vec::new();
        match stream.read_to_end(&mut bytes) {
            // A daemon that does not read what it has no use for closes with a reset, behind its answer.
            Err(cause) if cause.kind() == std::io::ErrorKind::ConnectionReset && !bytes.is_empty() => {}
            read => drop(read?),
        }
        parse(&bytes).ok_or_else(|| std::io::Error::other("the daemon answered something that is not HTTP"))
    }

    /// The filters of a list call, encoded for a query.
    pub(crate) fn filters(filters: &Value) -> String {
        encode(&filters.to_string())
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let rest = &bytes[end + 4..];
    let chunked = head.lines().any(|line| line.eq_ignore_ascii_case("transfer-encoding: chunked"));
    Some(Answer { status, body: if chunked { unchunk(rest) } else { rest.to_vec() } })
}

/// The content of a chunked body, as far as it came.
pub(super) fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let line = String::from_utf8_lossy(&rest[..end]);
        let size = usize::from_str_radix(line.split(';').next().unwrap_or("").trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        let chunk = &rest[end + 2..];
        body.extend_from_slice(&chunk[..size.min(chunk.len())]);
        rest = chunk.get(size + 2..).unwrap_or(&[]);
    }
    body
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
