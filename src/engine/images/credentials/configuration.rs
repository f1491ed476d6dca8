//! What `config.json` says about logins.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::auth::DockerCredentials;
use serde::Deserialize;

use super::fault::CredentialTrouble;

/// The part of the file that is about logins.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Configuration {
    /// Logins, or only their keys when a helper keeps them.
    pub(super) auths: BTreeMap<String, Entry>,
    /// The helper that keeps all others.
    pub(super) creds_store: String,
    /// The helper of each registry that has one of its own.
    pub(super) cred_helpers: BTreeMap<String, String>,
}

/// A login as the file keeps it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
    registrytoken: String,
}

impl Configuration {
    /// Reads the file; one that is not there says nothing.
    pub(super) async fn read(path: &Path) -> Result<Self, CredentialTrouble> {
        match tokio::fs::read(path).await {
            Ok(text) => Self::parse(&text),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(CredentialTrouble::Unreadable(Arc::new(cause))),
        }
    }

    /// Reads a text that looks like the file.
    pub(super) fn parse(text: &[u8]) -> Result<Self, CredentialTrouble> {
        serde_json::from_slice(text).map_err(|cause| CredentialTrouble::Malformed(Arc::new(cause)))
    }

    /// The login kept under a key, or under another spelling of its host.
    pub(super) fn entry(&self, key: &str) -> Result<Option<DockerCredentials>, CredentialTrouble> {
        let same_host = || self.auths.iter().find(|(kept, _)| host(kept) == host(key)).map(|found| found.1);
        match self.auths.get(key).or_else(same_host) {
            Some(entry) => entry.login(key),
            None => Ok(None),
        }
    }
}

impl Entry {
    fn login(&self, key: &str) -> Result<Option<DockerCredentials>, CredentialTrouble> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (username, password) = if self.auth.is_empty() {
            (some(&self.username), some(&self.password))
        } else {
            let (username, password) = decode(&self.auth).ok_or(CredentialTrouble::Undecodable)?;
            (some(&username), some(&password))
        };
        let login = DockerCredentials {
            username,
            password,
            identitytoken: some(&self.identitytoken),
            registrytoken: some(&self.registrytoken),
            serveraddress: Some(key.to_owned()),
            ..DockerCredentials::default()
        };
        let any = login.username.is_some() || login.identitytoken.is_some() || login.registrytoken.is_some();
        Ok(any.then_some(login))
    }
}

/// `user:password`; old versions of docker filled it up with zeros.
fn decode(auth: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(auth.trim()).ok()?).ok()?;
    let (username, password) = text.split_once(':')?;
    Some((username.to_owned(), password.trim_end_matches('\0').to_owned()))
}

/// The host in a key, which may be an address: `https://host/v1/`.
fn host(key: &str) -> &str {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}
