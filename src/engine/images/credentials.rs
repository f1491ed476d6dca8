//! Logins to registries, as the Docker command line keeps them: in `config.json`, or in a helper's keeping.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::auth::DockerCredentials;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Where the login to the default registry is kept.
const DEFAULT_KEY: &str = "https://index.docker.io/v1/";
/// The name that references have for the default registry.
const DEFAULT_DOMAIN: &str = "docker.io";
/// The user name under which helpers give a token instead of a password.
const TOKEN: &str = "<token>";

/// Finds logins.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Credentials {
    directory: Option<PathBuf>,
    environment: Arc<BTreeMap<String, String>>,
}

/// A login, or none, and why there is none although one should be.
#[derive(Debug, Default)]
pub(in crate::engine) struct Login {
    /// The login.
    pub(in crate::engine) credentials: Option<DockerCredentials>,
    /// What went wrong on the way to it.
    pub(in crate::engine) fault: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Configuration {
    auths: BTreeMap<String, Entry>,
    creds_store: String,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
    registrytoken: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Kept {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

impl Credentials {
    /// Logins of this configuration folder; helpers are found by the `PATH` of `environment`.
    pub(in crate::engine) fn new(directory: Option<PathBuf>, environment: &BTreeMap<String, String>) -> Self {
        Self { directory, environment: Arc::new(environment.clone()) }
    }

    /// The login to the registry that references call `domain`.
    pub(in crate::engine) async fn login(&self, domain: &str) -> Login {
        match self.read().await {
            Ok(configuration) => self.find(&configuration, domain).await,
            Err(fault) => Login { credentials: None, fault: Some(fault) },
        }
    }

    /// Every login that there is, by the key under which it is kept: a builder is not told beforehand which it needs.
    pub(in crate::engine) async fn all(&self) -> BTreeMap<String, DockerCredentials> {
        let Ok(configuration) = self.read().await else { return BTreeMap::new() };
        let mut keys: BTreeSet<String> =
            configuration.auths.keys().chain(configuration.cred_helpers.keys()).cloned().collect();
        if !configuration.creds_store.is_empty()
            && let Ok(text) = self.ask(&configuration.creds_store, "list", "").await
            && let Ok(kept) = serde_json::from_str::<BTreeMap<String, String>>(&text)
        {
            keys.extend(kept.into_keys());
        }
        let mut found = BTreeMap::new();
        for key in keys {
            let domain = if key == DEFAULT_KEY { DEFAULT_DOMAIN } else { key.as_str() };
            if let Some(login) = self.find(&configuration, domain).await.credentials {
                found.insert(key, login);
            }
        }
        found
    }

    async fn read(&self) -> Result<Configuration, String> {
        let Some(directory) = &self.directory else { return Ok(Configuration::default()) };
        let path = directory.join("config.json");
        let text = match tokio::fs::read(&path).await {
            Ok(text) => text,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Configuration::default()),
            Err(cause) => return Err(format!("cannot read `{}`: {cause}", path.display())),
        };
        serde_json::from_slice(&text)
            .map_err(|cause| format!("`{}` is not what a configuration looks like: {cause}", path.display()))
    }

    async fn find(&self, configuration: &Configuration, domain: &str) -> Login {
        let key = if domain == DEFAULT_DOMAIN { DEFAULT_KEY } else { domain };
        let helper = configuration
            .cred_helpers
            .get(domain)
            .or_else(|| configuration.cred_helpers.get(key))
            .unwrap_or(&configuration.creds_store);
        let mut login = Login::default();
        if !helper.is_empty() {
            match self.ask(helper, "get", key).await.map(|text| serde_json::from_str::<Kept>(&text)) {
                Ok(Ok(kept)) => login.credentials = of_helper(kept, key),
                Ok(Err(cause)) => login.fault = Some(format!("`docker-credential-{helper}`: {cause}")),
                // This is how every helper says that it has none.
                Err(fault) if fault.contains("credentials not found") => {}
                Err(fault) => login.fault = Some(format!("`docker-credential-{helper}`: {fault}")),
            }
        }
        if login.credentials.is_none() {
            login.credentials = configuration
                .auths
                .get(key)
                .or_else(|| {
                    configuration.auths.iter().find(|(kept, _)| host(kept) == host(key)).map(|found| found.1)
                })
                .and_then(|entry| of_entry(entry, key));
        }
        login
    }

    /// Asks a helper; the answer is what it prints.
    async fn ask(&self, helper: &str, verb: &str, input: &str) -> Result<String, String> {
        // The name comes from a file and becomes part of a program's name: it must not lead elsewhere.
        if helper.contains('/') {
            return Err("a helper's name has no `/`".to_owned());
        }
        let mut child = Command::new(format!("docker-credential-{helper}"))
            .arg(verb)
            .env_clear()
            .envs(self.environment.iter())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| cause.to_string())?;
        if let Some(mut stdin) = child.stdin.take() {
            // A helper that does not read its input says why on its own.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let output = child.wait_with_output().await.map_err(|cause| cause.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() { Ok(text) } else { Err(text) }
    }
}

/// The host in a key, which may be an address: `https://host/v1/`.
fn host(key: &str) -> &str {
    let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

fn of_helper(kept: Kept, key: &str) -> Option<DockerCredentials> {
    let server = Some(key.to_owned());
    match kept.username.as_str() {
        "" => None,
        TOKEN => Some(DockerCredentials {
            identitytoken: Some(kept.secret),
            serveraddress: server,
            ..DockerCredentials::default()
        }),
        _ => Some(DockerCredentials {
            username: Some(kept.username),
            password: Some(kept.secret),
            serveraddress: server,
            ..DockerCredentials::default()
        }),
    }
}

fn of_entry(entry: &Entry, key: &str) -> Option<DockerCredentials> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let decoded = STANDARD.decode(entry.auth.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let (username, password) = match decoded.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((username, password)) => (some(username), some(password.trim_end_matches('\0'))),
        None => (some(&entry.username), some(&entry.password)),
    };
    let login = DockerCredentials {
        username,
        password,
        identitytoken: some(&entry.identitytoken),
        registrytoken: some(&entry.registrytoken),
        serveraddress: Some(key.to_owned()),
        ..DockerCredentials::default()
    };
    let any = login.username.is_some() || login.identitytoken.is_some() || login.registrytoken.is_some();
    any.then_some(login)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn with(configuration: &str) -> (tempfile::TempDir, Credentials) {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("config.json"), configuration).unwrap();
        let path = format!("{}:/usr/bin:/bin", directory.path().display());
        let environment = BTreeMap::from([("PATH".to_owned(), path)]);
        let credentials = Credentials::new(Some(directory.path().to_owned()), &environment);
        (directory, credentials)
    }

    fn helper(directory: &tempfile::TempDir, name: &str, script: &str) {
        let path = directory.path().join(format!("docker-credential-{name}"));
        // Written by another process: a program that this one holds open for writing cannot be started.
        let status = std::process::Command::new("sh")
            .args(["-c", "printf '%s' \"$1\" > \"$2\"", "sh", &format!("#!/bin/sh\n{script}")])
            .arg(&path)
            .status();
        assert!(status.unwrap().success());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn found(credentials: &Credentials, domain: &str) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let login = runtime.block_on(credentials.login(domain));
        match (login.credentials, login.fault) {
            (Some(found), _) => format!(
                "{}:{}:{} at {}",
                found.username.unwrap_or_default(),
                found.password.unwrap_or_default(),
                found.identitytoken.unwrap_or_default(),
                found.serveraddress.unwrap_or_default()
            ),
            (None, Some(fault)) => format!("fault: {fault}"),
            (None, None) => "none".to_owned(),
        }
    }

    #[test]
    fn logins_are_read_out_of_the_file_under_all_spellings_of_a_registry() {
        // `me:a:b` and `you:pw`.
        let (_directory, credentials) = with(
            r#"{"auths": {
                "https://index.docker.io/v1/": {"auth": "bWU6YTpi"},
                "https://old.example/v1/": {"auth": "eW91OnB3"},
                "new.example:5000": {"username": "u", "password": "p"},
                "empty.example": {}
            }}"#,
        );
        assert_eq!(found(&credentials, "docker.io"), "me:a:b: at https://index.docker.io/v1/");
        assert_eq!(found(&credentials, "old.example"), "you:pw: at old.example");
        assert_eq!(found(&credentials, "new.example:5000"), "u:p: at new.example:5000");
        assert_eq!(found(&credentials, "empty.example"), "none");
        assert_eq!(found(&credentials, "other.example"), "none");
    }

    #[test]
    fn a_helper_is_asked_for_its_registry_and_the_store_for_the_others() {
        let (directory, credentials) =
            with(r#"{"credsStore": "all", "credHelpers": {"one.example": "one"}}"#);
        helper(
            &directory,
            "one",
            r#"read key; printf '{"ServerURL":"%s","Username":"<token>","Secret":"t"}' "$key""#,
        );
        helper(
            &directory,
            "all",
            r#"read key; case $1 in
                list) echo '{"two.example":"u"}' ;;
                get) case $key in
                    two.example) printf '{"ServerURL":"%s","Username":"u","Secret":"s"}' "$key" ;;
                    *) echo "credentials not found in native keychain"; exit 1 ;;
                esac ;;
            esac"#,
        );
        assert_eq!(found(&credentials, "one.example"), "::t at one.example");
        assert_eq!(found(&credentials, "two.example"), "u:s: at two.example");
        assert_eq!(found(&credentials, "three.example"), "none");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let all = runtime.block_on(credentials.all());
        assert_eq!(all.keys().collect::<Vec<_>>(), ["one.example", "two.example"]);
    }

    #[test]
    fn a_helper_that_is_missing_is_named() {
        let (_directory, credentials) = with(r#"{"credsStore": "desktop.exe"}"#);
        let text = found(&credentials, "docker.io");
        assert!(text.contains("docker-credential-desktop.exe") && text.contains("No such file"), "{text}");
        let (_directory, credentials) = with(r#"{"credsStore": "../x"}"#);
        assert!(found(&credentials, "docker.io").contains("no `/`"));
    }
}
