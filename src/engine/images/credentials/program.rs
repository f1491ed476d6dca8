//! The programs that keep logins: `docker-credential-NAME get` reads a registry's key and prints the login.
//!
//! Protocol: <https://github.com/docker/docker-credential-helpers#development>.

use std::collections::BTreeMap;
use std::io;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bollard::auth::DockerCredentials;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use super::fault::CredentialTrouble;
use crate::diag::harmless;

/// The user name under which helpers give a token instead of a password.
const TOKEN: &str = "<token>";
/// How every helper says that it has none.
const NONE: &str = "credentials not found";
/// So much of what a helper says is told.
const WORDS: usize = 300;

/// A helper.
pub(super) struct Helper<'a> {
    /// Its name in the file: `pass` for `docker-credential-pass`.
    pub(super) name: &'a str,
    /// All that it sees of our environment; it is found by the `PATH` in it.
    pub(super) environment: &'a BTreeMap<String, String>,
    /// How long it may take: it may have to ask somebody.
    pub(super) patience: Duration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Kept {
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

impl Helper<'_> {
    /// The login that it keeps under a key.
    pub(super) async fn get(&self, key: &str) -> Result<Option<DockerCredentials>, CredentialTrouble> {
        let output = self.ask("get", key).await?;
        let text = text(&output.stdout);
        if output.status.success() {
            let kept: Kept = self.read(&text)?;
            return Ok(kept.login(key));
        }
        if text.contains(NONE) { Ok(None) } else { Err(self.failed(&output)) }
    }

    /// The keys of all that it keeps.
    pub(super) async fn list(&self) -> Result<Vec<String>, CredentialTrouble> {
        let output = self.ask("list", "").await?;
        if !output.status.success() {
            return Err(self.failed(&output));
        }
        let kept: BTreeMap<String, String> = self.read(&text(&output.stdout))?;
        Ok(kept.into_keys().collect())
    }

    fn program(&self) -> String {
        format!("docker-credential-{}", self.name)
    }

    fn read<T: serde::de::DeserializeOwned>(&self, text: &str) -> Result<T, CredentialTrouble> {
        serde_json::from_str(text).map_err(|cause| CredentialTrouble::HelperAnswer {
            helper: self.program(),
            cause: Arc::new(cause),
        })
    }

    fn failed(&self, output: &Output) -> CredentialTrouble {
        let words = [text(&output.stdout), text(&output.stderr)].into_iter().find(|words| !words.is_empty());
        let words = words.unwrap_or_else(|| output.status.to_string());
        let words: String = harmless(&words).replace('\n', " ").chars().take(WORDS).collect();
        CredentialTrouble::HelperFailed { helper: self.program(), words }
    }

    async fn ask(&self, verb: &'static str, input: &str) -> Result<Output, CredentialTrouble> {
        // The name comes from a file and becomes part of a program's name: it must not lead elsewhere.
        if self.name.contains('/') {
            return Err(CredentialTrouble::HelperNamed { helper: self.name.to_owned() });
        }
        let missing =
            |cause| CredentialTrouble::HelperMissing { helper: self.program(), cause: Arc::new(cause) };
        let mut child = self.start(verb).await.map_err(missing)?;
        let answer = async {
            if let Some(mut stdin) = child.stdin.take() {
                // A helper that does not read its input says why on its own.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
            child.wait_with_output().await
        };
        match tokio::time::timeout(self.patience, answer).await {
            Ok(output) => output.map_err(missing),
            Err(_) => Err(CredentialTrouble::HelperSilent {
                helper: self.program(),
                seconds: self.patience.as_secs(),
            }),
        }
    }

    /// Starts it on a thread that may wait: a program on a slow disk would hold up everything else.
    async fn start(&self, verb: &'static str) -> io::Result<Child> {
        let mut command = Command::new(self.program());
        command
            .arg(verb)
            .env_clear()
            .envs(self.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        tokio::task::spawn_blocking(move || command.spawn()).await.map_err(io::Error::other)?
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

impl Kept {
    fn login(self, key: &str) -> Option<DockerCredentials> {
        let server = Some(key.to_owned());
        match self.username.as_str() {
            "" => None,
            TOKEN => Some(DockerCredentials {
                identitytoken: Some(self.secret),
                serveraddress: server,
                ..DockerCredentials::default()
            }),
            _ => Some(DockerCredentials {
                username: Some(self.username),
                password: Some(self.secret),
                serveraddress: server,
                ..DockerCredentials::default()
            }),
        }
    }
}
