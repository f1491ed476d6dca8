//! What decides which daemon is talked to, as plain data.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Everything that decides which daemon is talked to. Nothing else is read but the files below `config_directory`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectOptions {
    /// The address of the daemon, above all else (an option of the command line).
    pub host: Option<String>,
    /// The name of a context, above all but `host` (an option of the command line).
    pub context: Option<String>,
    /// TLS, above the variables that ask for it (options of the command line).
    pub tls: Option<TlsOptions>,
    /// The variables of the process that speak of daemons: `DOCKER_HOST`, `DOCKER_CONTEXT`, `DOCKER_CONFIG`,
    /// `DOCKER_API_VERSION`, `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH`, `HOME`, `XDG_RUNTIME_DIR`, `PATH`.
    pub environment: BTreeMap<String, String>,
    /// How long the daemon may take to begin answering a question; default: two minutes. Work (starts, stops, pulls,
    /// builds) may take as long as it takes.
    pub patience: Option<Duration>,
}

/// TLS as options of the command line ask for it. Files that are not named are those of `DOCKER_CERT_PATH`, else of the
/// configuration folder: `ca.pem`, `cert.pem`, `key.pem`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsOptions {
    /// The daemon's certificate is checked.
    pub verify: bool,
    /// The authority that signed it.
    pub authority: Option<PathBuf>,
    /// Our own certificate.
    pub certificate: Option<PathBuf>,
    /// The key of our certificate.
    pub key: Option<PathBuf>,
}

impl ConnectOptions {
    /// Options from the variables of a process.
    #[must_use]
    pub fn from_environment(environment: &BTreeMap<String, String>) -> Self {
        Self { environment: environment.clone(), ..Self::default() }
    }

    /// Options that name the daemon's address and nothing else.
    #[must_use]
    pub fn at(host: impl Into<String>) -> Self {
        Self { host: Some(host.into()), ..Self::default() }
    }

    /// A variable that is set and not empty.
    pub(in crate::engine) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where `config.json` and the contexts lie: `DOCKER_CONFIG`, else `~/.docker`.
    pub(in crate::engine) fn config_directory(&self) -> Option<PathBuf> {
        self.variable("DOCKER_CONFIG")
            .map(PathBuf::from)
            .or_else(|| self.variable("HOME").map(|home| PathBuf::from(home).join(".docker")))
    }
}
