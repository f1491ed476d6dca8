//! Contexts: named daemons that the Docker command line keeps below its configuration folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::resource::hash::hex;

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
    /// More places of plugins of the `docker` command.
    #[serde(rename = "cliPluginsExtraDirs", default)]
    plugin_folders: Vec<PathBuf>,
    #[serde(rename = "detachKeys", default)]
    detach_keys: Option<String>,
    /// By daemon address, or `default`.
    #[serde(default)]
    proxies: Value,
    /// By registry.
    #[serde(default)]
    auths: Value,
    #[serde(rename = "HttpHeaders", default)]
    headers: BTreeMap<String, String>,
}

/// The context that `config.json` makes current, if any.
pub(super) fn current(config_directory: &Path) -> Result<Option<String>, String> {
    Ok(configuration(config_directory)?.current_context.filter(|name| !name.is_empty()))
}

/// The keys by which a terminal's user lets go of a container, as `config.json` has them, if any.
pub(in crate::engine) fn detach_keys(config_directory: &Path) -> Option<String> {
    configuration(config_directory).ok()?.detach_keys.filter(|keys| !keys.is_empty())
}

/// What every request carries besides, as `config.json` has it.
pub(super) fn headers(config_directory: &Path) -> BTreeMap<String, String> {
    configuration(config_directory).unwrap_or_default().headers
}

/// Where plugins of the `docker` command lie, in the order in which they are looked for.
pub(in crate::engine) fn plugin_folders(config_directory: Option<&Path>) -> Vec<PathBuf> {
    let named = config_directory.and_then(|directory| configuration(directory).ok());
    let own = config_directory.map(|directory| directory.join("cli-plugins"));
    let shared = [
        "/usr/local/lib/docker/cli-plugins",
        "/usr/local/libexec/docker/cli-plugins",
        "/usr/lib/docker/cli-plugins",
        "/usr/libexec/docker/cli-plugins",
    ];
    let named = named.unwrap_or_default().plugin_folders;
    named.into_iter().chain(own).chain(shared.map(PathBuf::from)).collect()
}

/// The variables that containers and builds at a daemon get for its proxies, in both spellings.
pub(in crate::engine) fn proxies(config_directory: &Path, daemon: &str) -> BTreeMap<String, String> {
    let configured = configuration(config_directory).unwrap_or_default().proxies;
    let Some(own) = configured.get(daemon).or_else(|| configured.get("default")) else {
        return BTreeMap::new();
    };
    let variables = [
        ("httpProxy", "HTTP_PROXY"),
        ("httpsProxy", "HTTPS_PROXY"),
        ("noProxy", "NO_PROXY"),
        ("ftpProxy", "FTP_PROXY"),
        ("allProxy", "ALL_PROXY"),
    ];
    let said = variables.into_iter().filter_map(|(key, name)| {
        let value = own.get(key)?.as_str().filter(|value| !value.is_empty())?;
        Some((name, value.to_owned()))
    });
    said.flat_map(|(name, value)| [(name.to_owned(), value.clone()), (name.to_lowercase(), value)]).collect()
}

/// A `config.json` with nothing but the logins that are written in this one. Those that a credential program keeps are
/// not asked for.
pub(in crate::engine) fn logins(config_directory: &Path) -> String {
    let kept = configuration(config_directory).unwrap_or_default().auths;
    let told = |login: &Value| {
        let mut entries = login.as_object().into_iter().flatten();
        entries.any(|(name, value)| name != "email" && value.as_str().is_some_and(|text| !text.is_empty()))
    };
    let entries = kept.as_object().into_iter().flatten();
    let auths: BTreeMap<&String, &Value> = entries.filter(|(_, login)| told(login)).collect();
    format!("{:#}", json!({ "auths": auths }))
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
    let folder = hex(&Sha256::digest(name.as_bytes()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_come_from_the_daemons_own_entry_and_else_from_the_default_in_both_spellings() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"proxies": {"default": {"httpProxy": "http://p:1", "noProxy": "a,b"}, "tcp://d:1": {"allProxy": "x"}}}"#;
        fs::write(folder.path().join("config.json"), text).unwrap();
        let names = |daemon: &str| proxies(folder.path(), daemon).into_keys().collect::<Vec<_>>();
        assert_eq!(names("unix:///s"), ["HTTP_PROXY", "NO_PROXY", "http_proxy", "no_proxy"]);
        assert_eq!(names("tcp://d:1"), ["ALL_PROXY", "all_proxy"]);
    }

    #[test]
    fn only_logins_go_into_a_container_and_nothing_else_of_the_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"credsStore": "x", "auths": {"r.example": {"auth": "YTpi"}, "kept.elsewhere": {}}}"#;
        fs::write(folder.path().join("config.json"), text).unwrap();
        let told: Value = serde_json::from_str(&logins(folder.path())).unwrap();
        assert_eq!(told, json!({ "auths": { "r.example": { "auth": "YTpi" } } }));
        assert_eq!(logins(&folder.path().join("absent")), "{\n  \"auths\": {}\n}");
    }
}
