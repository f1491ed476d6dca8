//! Finds the daemon, agrees on an API version, and holds what all calls need.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use http::header::HeaderMap;
use serde::Deserialize;

use super::build::Wish;
use super::error::Error;
use super::host::{Address, ConnectOptions, Host, choose, detach_keys, logins, plugin_folders, proxies};
use super::images::Credentials;
use super::observe::nullable;
use super::wire::Wire;
use crate::resource::{ApiVersion, EngineFacts};

/// The oldest API version that is spoken: Docker Engine 20.10.
const OLDEST: ApiVersion = ApiVersion { major: 1, minor: 41 };
/// The newest API version whose answers were tried: Docker Engine 28.
const NEWEST: ApiVersion = ApiVersion { major: 1, minor: 51 };
/// How long the daemon may take to begin answering a question.
const PATIENCE: Duration = Duration::from_secs(120);
/// A daemon that runs answers a ping at once.
const PING: Duration = Duration::from_secs(20);
/// Time is kept outside of `bollard`, which counts in whole seconds and stops waiting for work that goes on.
const NEVER: u64 = 365 * 24 * 60 * 60;

/// A container daemon; cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) wire: Wire,
    pub(super) docker: bollard::Docker,
    pub(super) credentials: Credentials,
    /// It is Podman behind the same API.
    pub(super) podman: bool,
    /// Which builder is wanted.
    pub(super) wish: Wish,
    facts: Arc<EngineFacts>,
    /// Where the settings of Docker's command line lie.
    config_directory: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    #[serde(default, deserialize_with = "nullable")]
    version: String,
    #[serde(default, deserialize_with = "nullable")]
    os: String,
    #[serde(default, deserialize_with = "nullable")]
    arch: String,
}

impl Engine {
    /// Finds the daemon that `options` name, asks it by one ping whether it lives, and agrees on an API version.
    pub async fn connect(options: &ConnectOptions) -> Result<Self, Error> {
        let host = choose(options)?;
        let bare = Wire::new(host.clone(), options.patience.unwrap_or(PATIENCE))
            .map_err(|cause| Error::unreachable(&host, cause))?;
        let answer = bare.call(Method::HEAD, "/_ping").patience(Some(PING)).response().await;
        let response = answer.map_err(|error| no_engine(&host, error))?;
        let facts = facts(response.headers(), options.variable("DOCKER_API_VERSION"))?;
        let podman = response.headers().contains_key("libpod-api-version");
        let wire = bare.with_version(facts.api_version);
        let version = bollard::ClientVersion {
            major_version: facts.api_version.major as usize,
            minor_version: facts.api_version.minor as usize,
        };
        let carrier = wire.clone();
        let docker = bollard::Docker::connect_with_custom_transport(
            move |request| carrier.clone().carry(request),
            Some("engine://engine"),
            NEVER,
            &version,
        )
        .map_err(|cause| Error::Version(cause.to_string()))?;
        let config_directory = options.config_directory();
        let credentials = Credentials::new(config_directory.clone(), &options.environment);
        let wish = Wish::new(options.variable("DOCKER_BUILDKIT"), !podman && facts.platform != "windows");
        Ok(Self { wire, docker, credentials, podman, wish, facts: Arc::new(facts), config_directory })
    }

    /// What the engine is.
    #[must_use]
    pub fn facts(&self) -> &EngineFacts {
        &self.facts
    }

    /// What the engine is, with its version and platform, for which it has to be asked.
    pub async fn describe(&self) -> Result<EngineFacts, Error> {
        let told: Told = self.wire.get("/version").answer().await?;
        let platform = format!("{}/{}", told.os, told.arch);
        Ok(EngineFacts { api_version: self.facts.api_version, version: told.version, platform })
    }

    /// The address of the daemon, as it would be written in `DOCKER_HOST`.
    #[must_use]
    pub fn address(&self) -> String {
        self.wire.host().address.to_string()
    }

    /// How many requests were sent since `connect`, the ping included.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.wire.calls()
    }

    /// The keys by which the user lets go of a terminal (`detachKeys` of Docker's `config.json`), if any are configured.
    #[must_use]
    pub fn detach_keys(&self) -> Option<String> {
        detach_keys(self.config_directory.as_deref()?)
    }

    /// Where plugins of the `docker` command lie, in the order in which they are looked for.
    #[must_use]
    pub fn plugin_folders(&self) -> Vec<PathBuf> {
        plugin_folders(self.config_directory.as_deref())
    }

    /// The variables that every container gets for the proxies of Docker's `config.json`, unless it says otherwise.
    #[must_use]
    pub fn proxies(&self) -> BTreeMap<String, String> {
        self.config_directory
            .as_deref()
            .map_or_else(BTreeMap::new, |directory| proxies(directory, &self.address()))
    }

    /// The logins that are written in Docker's `config.json`, in the form of such a file.
    #[must_use]
    pub fn logins(&self) -> String {
        self.config_directory.as_deref().map_or_else(String::new, logins)
    }

    /// The agreed API version is at least this one.
    pub(super) fn speaks(&self, major: u32, minor: u32) -> bool {
        self.facts.api_version >= ApiVersion::new(major, minor)
    }
}

/// A machine that hangs up at once was never an engine to us: it may want TLS, or our certificate.
fn no_engine(host: &Host, error: Error) -> Error {
    let plain = matches!(host.address, Address::Tcp { tls: None, .. });
    let cause = match error {
        Error::Gone { cause, .. } => cause,
        // What Go's servers say to who speaks HTTP where they want TLS.
        Error::Refused(refusal) if plain && refusal.status == 400 => "it seems to want TLS".to_owned(),
        other => return other,
    };
    Error::unreachable(host, io::Error::new(io::ErrorKind::ConnectionAborted, cause))
}

/// What the answer to a ping tells, and the version to use: the daemon's newest or ours, whichever is older, unless
/// one is `forced`.
fn facts(headers: &HeaderMap, forced: Option<&str>) -> Result<EngineFacts, Error> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Engines before API 1.25 do not say.
    let theirs = version(text("api-version")).unwrap_or(ApiVersion::new(1, 24));
    let api_version = match forced {
        None => theirs.min(NEWEST),
        Some(forced) => version(forced.trim_start_matches('v')).ok_or_else(|| {
            Error::Version(format!(
                "DOCKER_API_VERSION is `{forced}`, which is no version such as `{NEWEST}`"
            ))
        })?,
    };
    if api_version < OLDEST {
        return Err(Error::Version(match forced {
            Some(_) => {
                format!("DOCKER_API_VERSION asks for {api_version}, but rcompose speaks {OLDEST} and newer")
            }
            None => format!(
                "the container engine speaks API {theirs} at most, and rcompose {OLDEST} at least (Docker Engine 20.10)"
            ),
        }));
    }
    if api_version > theirs {
        return Err(Error::Version(format!(
            "DOCKER_API_VERSION asks for {api_version}, but the container engine speaks API {theirs} at most"
        )));
    }
    // `Docker/20.10.24 (linux)`, `Libpod/4.3.1 (linux)`.
    let server = text("server").split_whitespace().next().unwrap_or_default();
    Ok(EngineFacts {
        api_version,
        version: server.split_once('/').map_or("", |(_, version)| version).to_owned(),
        platform: text("ostype").to_owned(),
    })
}

fn version(text: &str) -> Option<ApiVersion> {
    let (major, minor) = text.split_once('.')?;
    Some(ApiVersion::new(major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(theirs: &str, forced: Option<&str>) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("api-version", theirs.parse().unwrap());
        headers.insert("server", "Docker/20.10.24 (linux)".parse().unwrap());
        match facts(&headers, forced) {
            Ok(facts) => format!("{} {}", facts.api_version, facts.version),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn the_older_of_both_versions_is_agreed_on() {
        assert_eq!(agreed("1.41", None), "1.41 20.10.24");
        assert_eq!(agreed("1.99", None), "1.51 20.10.24");
    }

    #[test]
    fn a_version_that_is_forced_is_used_as_it_is_if_both_sides_speak_it() {
        assert_eq!(agreed("1.51", Some("1.43")), "1.43 20.10.24");
        assert_eq!(agreed("1.51", Some("v1.43")), "1.43 20.10.24");
        assert!(agreed("1.51", Some("1.52")).contains("speaks API 1.51 at most"));
        assert!(agreed("1.51", Some("1.40")).contains("rcompose speaks 1.41 and newer"));
        assert!(agreed("1.51", Some("new")).contains("no version such as"));
    }

    #[test]
    fn an_engine_that_is_too_old_is_named_with_what_is_needed() {
        assert!(agreed("1.40", None).contains("Docker Engine 20.10"));
    }
}
