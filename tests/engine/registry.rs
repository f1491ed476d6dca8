//! A registry for one test, in memory, with a password if wanted: enough of the protocol for one push and pull.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::spawn;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The first byte of a connection that begins with TLS.
const TLS_HANDSHAKE: u8 = 22;

/// A registry; it goes on until the tests end.
#[derive(Clone)]
pub(crate) struct Registry {
    address: String,
    shared: Arc<Shared>,
}

struct Shared {
    /// `Basic …`, as it must be sent.
    password: Option<String>,
    /// What was sent instead of it.
    wrong: Mutex<Vec<String>>,
    /// Blobs and manifests by path.
    kept: Mutex<HashMap<String, Kept>>,
}

#[derive(Clone)]
struct Kept {
    kind: String,
    bytes: Vec<u8>,
}

struct Request {
    method: String,
    path: String,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

impl Registry {
    /// Starts one that asks for this login.
    pub(crate) fn with_login(user: &str, password: &str) -> Self {
        Self::start(Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))))
    }

    fn start(password: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shared = Arc::new(Shared { password, wrong: Mutex::default(), kept: Mutex::default() });
        let served = Arc::clone(&shared);
        spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&served);
                spawn(move || shared.serve(&stream));
            }
        });
        Self { address, shared }
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Authorization headers that came and were not right.
    pub(crate) fn wrong(&self) -> Vec<String> {
        self.shared.wrong.lock().unwrap().clone()
    }
}

impl Shared {
    fn serve(&self, mut stream: &TcpStream) {
        // Engines with containerd's image store try TLS first, and go on without when they are answered in plain words.
        let mut first = [0];
        if stream.peek(&mut first).is_ok() && first == [TLS_HANDSHAKE] {
            let _ = stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n");
            return;
        }
        let Some(request) = Request::read(stream) else { return };
        let sent = request.headers.get("authorization");
        let answer = if self.password.as_ref().is_none_or(|password| sent == Some(password)) {
            self.answer(&request)
        } else {
            self.wrong.lock().unwrap().extend(sent.cloned());
            let challenge = [("WWW-Authenticate", "Basic realm=\"test\"".to_owned())];
            let body = br#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#;
            response(401, &challenge, body)
        };
        let _ = stream.write_all(&if request.method == "HEAD" { head(&answer) } else { answer });
    }

    fn answer(&self, request: &Request) -> Vec<u8> {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let mut kept = self.kept.lock().unwrap();
        match request.method.as_str() {
            "POST" => {
                let place = format!("{path}{}", kept.len());
                kept.insert(place.clone(), Kept { kind: String::new(), bytes: Vec::new() });
                response(202, &[("Location", place), ("Docker-Upload-UUID", "1".to_owned())], b"")
            }
            "PATCH" => {
                let bytes = &mut kept.get_mut(path).unwrap().bytes;
                bytes.extend_from_slice(&request.body);
                let range = format!("0-{}", bytes.len().saturating_sub(1));
                response(202, &[("Location", path.to_owned()), ("Range", range)], b"")
            }
            "PUT" => {
                let kind = request.headers.get("content-type").cloned().unwrap_or_default();
                let (folder, bytes) = if let Some((folder, _)) = path.split_once("/uploads/") {
                    let mut bytes = kept.remove(path).unwrap().bytes;
                    bytes.extend_from_slice(&request.body);
                    (folder, bytes)
                } else {
                    let bytes = request.body.clone();
                    kept.insert(path.to_owned(), Kept { kind: kind.clone(), bytes: bytes.clone() });
                    (path.rsplit_once('/').unwrap().0, bytes)
                };
                let digest = digest(&bytes);
                assert!(
                    query.is_empty() || query.ends_with(&digest.replace(':', "%3A")),
                    "{query} is {digest}"
                );
                kept.insert(format!("{folder}/{digest}"), Kept { kind, bytes });
                response(201, &[("Docker-Content-Digest", digest)], b"")
            }
            _ if path == "/v2/" => response(200, &[], b"{}"),
            _ => match kept.get(path) {
                Some(found) => response(
                    200,
                    &[("Content-Type", found.kind.clone()), ("Docker-Content-Digest", digest(&found.bytes))],
                    &found.bytes,
                ),
                None => response(
                    404,
                    &[],
                    br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#,
                ),
            },
        }
    }
}

impl Request {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let mut body = Vec::new();
        if headers.get("transfer-encoding").is_some_and(|encoding| encoding == "chunked") {
            loop {
                let mut size = String::new();
                reader.read_line(&mut size).ok()?;
                let size = u64::from_str_radix(size.trim(), 16).ok()?;
                (&mut reader).take(size).read_to_end(&mut body).ok()?;
                reader.read_line(&mut String::new()).ok()?;
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = headers.get("content-length").and_then(|length| length.parse().ok()) {
            reader.take(length).read_to_end(&mut body).ok()?;
        }
        Some(Self { method, path, headers, body })
    }
}

fn response(status: u16, headers: &[(&str, String)], body: &[u8]) -> Vec<u8> {
    let mut text = format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nDocker-Distribution-Api-Version: registry/2.0\r\n"
    );
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").unwrap();
    }
    write!(text, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn head(answer: &[u8]) -> Vec<u8> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    answer[..end + 4].to_vec()
}

fn digest(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}
