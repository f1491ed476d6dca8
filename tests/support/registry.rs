//! Registries on loopback, for one test each: Debian's `docker-registry`, and a gate before it that answers oddly.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{Api, Daemon, skip};

/// The login of a registry with a password, as `auth` in a configuration has it.
const LOGIN: &str = "tester:secret";

/// A registry; it and all images that the daemon has from it go when it is dropped.
pub(crate) struct Registry {
    daemon: &'static Daemon,
    address: String,
    login: bool,
    child: Child,
    _folder: TempDir,
}

impl Registry {
    /// One that is open to all; without the program, the test is skipped with a printed reason.
    pub(crate) fn open(daemon: &'static Daemon) -> Option<Self> {
        Self::start(daemon, false)
    }

    /// One that wants a login.
    pub(crate) fn with_login(daemon: &'static Daemon) -> Option<Self> {
        Self::start(daemon, true)
    }

    fn start(daemon: &'static Daemon, login: bool) -> Option<Self> {
        for _ in 0..5 {
            let mut registry = Self::launch(daemon, login)?;
            if registry.answers() {
                return Some(registry);
            }
            // Somebody else took the port in between.
        }
        panic!("docker-registry does not start");
    }

    fn launch(daemon: &'static Daemon, login: bool) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut users = String::new();
        if login {
            let Ok(made) = Command::new("htpasswd").args(["-Bbn", "tester", "secret"]).output() else {
                skip("`htpasswd` is not installed (apt-get install apache2-utils)");
                return None;
            };
            let path = folder.path().join("users");
            std::fs::write(&path, made.stdout).expect("a file can be written");
            users = format!("auth: {{htpasswd: {{realm: test, path: '{}'}}}}\n", path.display());
        }
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a port is free").to_string();
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: '{}'}}}}\nhttp: {{addr: '{address}'}}\n{users}",
            folder.path().join("data").display()
        );
        let file = folder.path().join("config.yml");
        std::fs::write(&file, config).expect("a file can be written");
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let Ok(child) = command.spawn() else {
            skip("`docker-registry` is not installed (apt-get install docker-registry)");
            return None;
        };
        Some(Self { daemon, address, login, child, _folder: folder })
    }

    fn answers(&mut self) -> bool {
        for _ in 0..600 {
            if self.child.try_wait().expect("it can be asked").is_some() {
                return false;
            }
            if self.ask("GET", "/v2/", ("", b"")).is_some_and(|(status, _)| status == 200) {
                return true;
            }
            sleep(Duration::from_millis(50));
        }
        false
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A `config.json` with the login.
    pub(crate) fn configuration(&self) -> String {
        json!({ "auths": { self.address.as_str(): { "auth": STANDARD.encode(LOGIN) } } }).to_string()
    }

    /// Puts an image into it, which is like no other: `repository:tag`.
    pub(crate) fn seed(&self, name: &str) {
        let (repository, tag) = name.split_once(':').expect("a tag");
        let layer = layer(format!("{}/{name}", self.address).as_bytes());
        let config = json!({
            "architecture": architecture(), "os": "linux", "config": { "Cmd": ["true"] },
            "rootfs": { "type": "layers", "diff_ids": [digest(&layer)] },
        })
        .to_string();
        for blob in [layer.as_slice(), config.as_bytes()] {
            let (status, head) =
                self.ask("POST", &format!("/v2/{repository}/blobs/uploads/"), ("", b"")).expect("an answer");
            assert_eq!(status, 202, "{head}");
            let place = head.lines().find_map(|line| line.strip_prefix("Location: ")).expect("a place");
            let path = place.trim().splitn(4, '/').nth(3).expect("a path");
            let path = format!("/{path}&digest={}", digest(blob));
            let (status, head) =
                self.ask("PUT", &path, ("application/octet-stream", blob)).expect("an answer");
            assert_eq!(status, 201, "{head}");
        }
        let kind = "application/vnd.docker.distribution.manifest.v2+json";
        let manifest = json!({
            "schemaVersion": 2, "mediaType": kind,
            "config": {
                "mediaType": "application/vnd.docker.container.image.v1+json",
                "size": config.len(), "digest": digest(config.as_bytes()),
            },
            "layers": [{
                "mediaType": "application/vnd.docker.image.rootfs.diff.tar",
                "size": layer.len(), "digest": digest(&layer),
            }],
        })
        .to_string();
        let path = format!("/v2/{repository}/manifests/{tag}");
        let (status, head) = self.ask("PUT", &path, (kind, manifest.as_bytes())).expect("an answer");
        assert_eq!(status, 201, "{head}");
    }

    /// True if it has the image.
    pub(crate) fn has(&self, name: &str) -> bool {
        let (repository, tag) = name.split_once(':').expect("a tag");
        self.ask("HEAD", &format!("/v2/{repository}/manifests/{tag}"), ("", b""))
            .is_some_and(|(status, _)| status == 200)
    }

    /// The status and the head of an answer.
    fn ask(&self, method: &str, path: &str, (kind, body): (&str, &[u8])) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let accept = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json";
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: {accept}\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        if self.login {
            write!(head, "Authorization: Basic {}\r\n", STANDARD.encode(LOGIN)).expect("a string takes all");
        }
        if !kind.is_empty() {
            write!(head, "Content-Type: {kind}\r\n").expect("a string takes all");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
        stream.write_all(body).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        Some((text.split(' ').nth(1)?.parse().ok()?, text))
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        forget(self.daemon, &self.address);
    }
}

/// Removes what the daemon has from a registry.
fn forget(daemon: &Daemon, address: &str) {
    let patterns: Vec<String> = ["*", "*/*"].iter().map(|rest| format!("{address}/{rest}")).collect();
    let filters = json!({ "reference": patterns });
    let listed = daemon.api.get(&format!("/images/json?filters={}", Api::filters(&filters)));
    for image in listed.as_array().into_iter().flatten() {
        let names = ["RepoTags", "RepoDigests"].iter().filter_map(|key| image[key].as_array()).flatten();
        for name in names.filter_map(|name| name.as_str()).filter(|name| name.starts_with(address)) {
            daemon.api.delete(&format!("/images/{name}?force=1"));
        }
    }
}

/// A layer with one file.
fn layer(content: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, "content", content).expect("memory takes all");
    tar.into_inner().expect("memory takes all")
}

fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
}

fn digest(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").expect("a string takes all");
    }
    text
}

/// What a gate does with a request.
pub(crate) enum Verdict {
    /// It goes on to the registry.
    Pass,
    /// It is answered: status, one more header, body.
    Answer(u16, &'static str, String),
    /// It is never answered.
    Hang,
    /// The connection is cut.
    Cut,
}

/// Stands where a registry is looked for, and decides about each request by its path.
pub(crate) struct Gate {
    daemon: &'static Daemon,
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Gate {
    /// A gate with a registry behind it, or nothing; `rule` is asked for each path.
    pub(crate) fn before(
        daemon: &'static Daemon,
        registry: Option<&Registry>,
        rule: impl Fn(&str) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("an address").to_string();
        let behind = registry.map(|registry| registry.address().to_owned());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (rule, told) = (Arc::new(rule), Arc::clone(&seen));
        spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (rule, told, behind) = (Arc::clone(&rule), Arc::clone(&told), behind.clone());
                spawn(move || serve(stream, (rule.as_ref(), &told), behind.as_deref()));
            }
        });
        Self { daemon, address, seen }
    }

    /// `host:port`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The paths that were asked for.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("no thread panics").clone()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        forget(self.daemon, &self.address);
    }
}

type Told<'a> = (&'a (dyn Fn(&str) -> Verdict + Send + Sync), &'a Mutex<Vec<String>>);

/// One request a connection, so that each is decided about.
fn serve(mut stream: TcpStream, (rule, told): Told<'_>, behind: Option<&str>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            // Engines try TLS first, and go on in the clear once they are told that nobody understands that.
            Ok(1) if head.is_empty() && byte[0] == 0x16 => {
                let _ = stream
                    .write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                let _ = stream.shutdown(Shutdown::Write);
                let _ = std::io::copy(&mut stream, &mut std::io::sink());
                return;
            }
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    told.lock().expect("no thread panics").push(path.clone());
    match rule(&path) {
        Verdict::Pass => {
            let Some(mut onward) = behind.and_then(|address| TcpStream::connect(address).ok()) else {
                return;
            };
            let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
            let _ = onward.write_all(head.as_bytes());
            let (mut from, mut to) =
                (stream.try_clone().expect("a socket"), onward.try_clone().expect("a socket"));
            spawn(move || std::io::copy(&mut from, &mut to));
            let _ = std::io::copy(&mut onward, &mut stream);
            let _ = stream.shutdown(Shutdown::Both);
        }
        Verdict::Answer(status, header, body) => {
            let body = if head.starts_with("HEAD ") { String::new() } else { body };
            let header = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
            let answer = format!(
                "HTTP/1.1 {status} X\r\nConnection: close\r\nDocker-Distribution-Api-Version: registry/2.0\r\n{header}Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes());
        }
        Verdict::Hang => {
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
        }
        Verdict::Cut => {}
    }
}
