//! Contexts: named daemons that the Docker command line keeps below its configuration folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// What a context says about its daemon.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Context {
    /// The address.
    pub(super) host: String,
    /// The certificate of the daemon is not checked.
    pub(super) skip_verify: bool,
    /// The folder of the context's certificates, if it has any.
    pub(super) certificates: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Endpoints", default)]
    endpoints: Endpoints,
}

#[derive(Default, Deserialize)]
struct Endpoints {
    docker: Option<DockerEndpoint>,
}

#[derive(Deserialize)]
struct DockerEndpoint {
    #[serde(rename = "Host", default)]
    host: String,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_verify: bool,
}

#[derive(Default, Deserialize)]
struct Configuration {
    #[serde(rename = "currentContext", default)]
    current_context: Option<String>,
    #[serde(rename = "detachKeys", default)]
    detach_keys: Option<String>,
}

/// The context that `config.json` makes current, if any.
pub(super) fn current(config_directory: &Path) -> Result<Option<String>, String> {
    Ok(configuration(config_directory)?.current_context.filter(|name| !name.is_empty()))
}

/// The keys by which a terminal's user lets go of a container, as `config.json` has them, if any.
pub(in crate::engine) fn detach_keys(config_directory: &Path) -> Option<String> {
    configuration(config_directory).ok()?.detach_keys.filter(|keys| !keys.is_empty())
}

fn configuration(config_directory: &Path) -> Result<Configuration, String> {
    let path = config_directory.join("config.json");
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Configuration::default()),
        Err(cause) => return Err(format!("cannot read `{}`: {cause}", path.display())),
    };
    serde_json::from_slice(&text)
        .map_err(|cause| format!("`{}` is not what a configuration looks like: {cause}", path.display()))
}

/// Reads a context by name. The folder of a context is the SHA-256 of its name.
pub(super) fn read(config_directory: &Path, name: &str) -> Result<Context, String> {
    use std::fmt::Write as _;
    let mut folder = String::with_capacity(64);
    for byte in Sha256::digest(name.as_bytes()) {
        write!(folder, "{byte:02x}").expect("a string takes all that is written");
    }
    let contexts = config_directory.join("contexts");
    let path = contexts.join("meta").join(&folder).join("meta.json");
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            return Err(format!("there is none of that name below `{}`", contexts.display()));
        }
        Err(cause) => return Err(format!("cannot read `{}`: {cause}", path.display())),
    };
    let meta: Meta = serde_json::from_slice(&text)
        .map_err(|cause| format!("`{}` is not what a context looks like: {cause}", path.display()))?;
    let endpoint = meta.endpoints.docker.ok_or("it has no `docker` endpoint")?;
    let certificates = contexts.join("tls").join(&folder).join("docker");
    Ok(Context {
        host: endpoint.host,
        skip_verify: endpoint.skip_verify,
        certificates: certificates.is_dir().then_some(certificates),
    })
}
