//! The daemon that the tests run on, or the reason why there is none.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Api, image};

/// A daemon that answers.
#[derive(Debug)]
pub(crate) struct Daemon {
    /// Its address as `DOCKER_HOST` has it.
    pub(crate) host: String,
    /// Its socket.
    pub(crate) socket: PathBuf,
    /// A client of it.
    pub(crate) api: Api,
    /// Its API version, such as `(1, 41)`.
    pub(crate) version: (u32, u32),
}

impl Daemon {
    /// True if its images lie in containerd's store, which drops what has lost its name.
    pub(crate) fn has_containerd_store(&self) -> bool {
        self.api.get("/info")["DriverStatus"].to_string().contains("io.containerd.snapshotter")
    }
}

static DAEMON: OnceLock<Result<Daemon, String>> = OnceLock::new();

/// The daemon of `DOCKER_HOST`; without one, the test is skipped with a printed reason, or fails where
/// `RCOMPOSE_REQUIRE_ENGINE` is `1`.
pub(crate) fn daemon() -> Option<&'static Daemon> {
    match DAEMON.get_or_init(find) {
        Ok(daemon) => Some(daemon),
        Err(reason) => {
            let required = std::env::var("RCOMPOSE_REQUIRE_ENGINE").is_ok_and(|value| value == "1");
            assert!(!required, "an engine is required, but {reason}");
            skip(reason);
            None
        }
    }
}

/// Says that the running test is skipped, and why; `tests/run` counts these.
#[expect(clippy::print_stderr, reason = "a skipped test has to say so")]
pub(crate) fn skip(reason: &str) {
    let thread = std::thread::current();
    let line = format!("skipped: {}: {reason}", thread.name().unwrap_or("a test"));
    eprintln!("{line}");
    if let Some(path) = std::env::var_os("RCOMPOSE_SKIP_LOG") {
        let mut log =
            std::fs::File::options().append(true).create(true).open(path).expect("the skip log opens");
        writeln!(log, "{line}").expect("the skip log is written");
    }
}

fn find() -> Result<Daemon, String> {
    let host = std::env::var("DOCKER_HOST").map_err(|_| "`DOCKER_HOST` is not set".to_owned())?;
    let path = host.strip_prefix("unix://").ok_or_else(|| format!("`{host}` is not a unix socket"))?;
    on(Path::new(path))
}

/// The daemon behind a socket, with the tests' image.
pub(super) fn on(path: &Path) -> Result<Daemon, String> {
    let host = format!("unix://{}", path.display());
    let api = Api::new(path);
    let answer = api
        .request("GET", "/version", ("application/json", b""))
        .map_err(|fault| format!("`{host}` does not answer: {fault}"))?;
    let version = answer.json()["ApiVersion"].as_str().unwrap_or_default().to_owned();
    let (major, minor) = version.split_once('.').ok_or_else(|| format!("`{host}` has no API version"))?;
    let version = (major.parse().unwrap_or(0), minor.parse().unwrap_or(0));
    image::provide(&api)?;
    Ok(Daemon { socket: path.to_owned(), api, version, host })
}
