//! Keys for the builder: it talks to an agent here through the connection, and never sees a key.
//!
//! An agent's protocol is passed on as bytes. Keys in files are given to an agent of our own, which lives as long as the
//! build: the system's `ssh-agent`, because it reads all kinds of keys that the user has.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bollard_buildkit_proto::moby::sshforward::v1::{BytesMessage, CheckAgentRequest, CheckAgentResponse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};

use crate::engine::Error;
use crate::engine::build::context::is_git_over_ssh;
use crate::engine::grpc::{Answer, Code, Question, Status};

pub(super) const CHECK: &str = "/moby.sshforward.v1.SSH/CheckAgent";
pub(super) const FORWARD: &str = "/moby.sshforward.v1.SSH/ForwardAgent";
/// The name that is meant when a step names none.
const DEFAULT: &str = "default";
/// How long an agent may take to be there.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest piece that is passed on at once.
const PIECE: usize = 32 * 1024;

/// Agents by the names that steps use.
#[derive(Debug, Default)]
pub(super) struct Agents {
    sockets: BTreeMap<String, PathBuf>,
    /// Ours; they end with this.
    own: Vec<OwnAgent>,
}

/// An agent of ours, in a folder of its own.
#[derive(Debug)]
struct OwnAgent {
    folder: PathBuf,
    _child: Child,
}

impl Drop for OwnAgent {
    fn drop(&mut self) {
        // It lies among other temporary files; what cannot be removed harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Agents {
    /// Finds or starts what a build names: `id` for the agent of the environment, `id=path` for a socket, or for key
    /// files, separated by commas. A context that is fetched over SSH gets the agent of the environment unasked.
    pub(super) async fn gather(
        named: &[String],
        context: &str,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let mut agents = Self::default();
        // As buildx does; without an agent the builder says what it misses.
        if named.is_empty()
            && is_git_over_ssh(context)
            && let Ok(socket) = of_environment(environment)
        {
            agents.sockets.insert(DEFAULT.to_owned(), socket);
        }
        for entry in named {
            let (id, paths) = entry.split_once('=').unwrap_or((entry, ""));
            let id = if id.is_empty() { DEFAULT } else { id };
            let socket = if paths.is_empty() {
                of_environment(environment)?
            } else if is_socket(Path::new(paths)) {
                PathBuf::from(paths)
            } else {
                agents.with_keys(paths.split(','), environment).await?
            };
            agents.sockets.insert(id.to_owned(), socket);
        }
        Ok(agents)
    }

    /// The methods that can be asked for.
    pub(super) fn methods(&self) -> impl Iterator<Item = &'static str> + use<> {
        [CHECK, FORWARD].into_iter().take(if self.sockets.is_empty() { 0 } else { 2 })
    }

    /// Says whether there is an agent of that name.
    pub(super) fn check(&self, asked: &CheckAgentRequest) -> Result<CheckAgentResponse, Status> {
        self.socket(&asked.id).map(|_| CheckAgentResponse {})
    }

    /// Passes bytes on between a step and an agent, until one of them ends.
    pub(super) async fn forward(&self, mut question: Question, answer: &Answer) {
        let id = question.about.get("buildkit.ssh.id").and_then(|id| id.to_str().ok()).unwrap_or(DEFAULT);
        let stream = match self.socket(id) {
            Ok(socket) => UnixStream::connect(socket).await.map_err(|cause| {
                Status::new(Code::UNKNOWN, format!("the agent at `{}`: {cause}", socket.display()))
            }),
            Err(status) => Err(status),
        };
        let (mut read, mut write) = match stream {
            Ok(stream) => stream.into_split(),
            Err(status) => return answer.end(status).await,
        };
        let to_agent = async {
            while let Ok(Some(message)) = question.messages.next::<BytesMessage>().await {
                if write.write_all(&message.data).await.is_err() {
                    return;
                }
            }
            // The other side has said all; what the agent still says is passed on.
            let _ = write.shutdown().await;
            std::future::pending::<()>().await;
        };
        let from_agent = async {
            let mut buffer = vec![0; PIECE];
            while let Ok(length @ 1..) = read.read(&mut buffer).await {
                if answer.send(&BytesMessage { data: buffer[..length].to_vec() }).await.is_err() {
                    break;
                }
            }
        };
        tokio::select! {
            () = to_agent => {}
            () = from_agent => {}
        }
        answer.end(Status::ok()).await;
    }

    fn socket(&self, id: &str) -> Result<&PathBuf, Status> {
        let id = if id.is_empty() { DEFAULT } else { id };
        self.sockets
            .get(id)
            .ok_or_else(|| Status::new(Code::NOT_FOUND, format!("unset ssh forward key {id}")))
    }

    /// Starts an agent and gives it keys; where it listens.
    async fn with_keys(
        &mut self,
        keys: impl Iterator<Item = &str>,
        environment: &BTreeMap<String, String>,
    ) -> Result<PathBuf, Error> {
        let about = |what: &str| {
            let what = what.to_owned();
            move |cause| Error::Local { what, cause }
        };
        let folder = folder().map_err(about("a folder for the keys of the build cannot be made"))?;
        let socket = folder.join("agent");
        let child = Command::new("ssh-agent")
            .args(["-D", "-a"])
            .arg(&socket)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(about("`ssh` names a key, and `ssh-agent`, which holds keys, cannot be started"))?;
        self.own.push(OwnAgent { folder, _child: child });
        let listening = async {
            while UnixStream::connect(&socket).await.is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let late = || io::Error::from(io::ErrorKind::TimedOut);
        tokio::time::timeout(PATIENCE, listening)
            .await
            .map_err(|_| about("`ssh-agent` does not begin to listen")(late()))?;
        for key in keys {
            add(key, &socket, environment)
                .await
                .map_err(about(&format!("the key `{key}` cannot be used")))?;
        }
        Ok(socket)
    }
}

/// Gives a key to an agent.
async fn add(key: &str, socket: &Path, environment: &BTreeMap<String, String>) -> io::Result<()> {
    // It says less about a missing file than the system does.
    tokio::fs::metadata(key).await?;
    let output = Command::new("ssh-add")
        .arg("-q")
        .arg(key)
        .env_clear()
        .envs(environment)
        .env("SSH_AUTH_SOCK", socket)
        .env_remove("DISPLAY")
        .env("SSH_ASKPASS_REQUIRE", "never")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .output()
        .await?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let words = if words.is_empty() {
        "it may have a passphrase; add it to your own agent and name no file".to_owned()
    } else {
        words
    };
    Err(io::Error::other(words))
}

/// The user's own agent.
fn of_environment(environment: &BTreeMap<String, String>) -> Result<PathBuf, Error> {
    let socket = environment.get("SSH_AUTH_SOCK").filter(|socket| !socket.is_empty()).map(PathBuf::from);
    match socket {
        Some(socket) if is_socket(&socket) => Ok(socket),
        Some(socket) => {
            let cause = io::Error::other("no agent listens there");
            Err(Error::Local { what: format!("SSH_AUTH_SOCK is `{}`", socket.display()), cause })
        }
        None => Err(Error::Unsupported(
            "`ssh` asks for the agent of the environment, but SSH_AUTH_SOCK is not set: start `ssh-agent`, or name a \
             key file (`default=~/.ssh/id_ed25519`)"
                .to_owned(),
        )),
    }
}

fn is_socket(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|about| about.file_type().is_socket())
}

/// A folder that only we can look into.
fn folder() -> io::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt;
    let path = std::env::temp_dir().join(format!("rcompose-{}", super::session::id()));
    std::fs::DirBuilder::new().mode(0o700).create(&path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    async fn default_agent(context: &str, socket: &Path) -> Option<PathBuf> {
        let environment = BTreeMap::from([("SSH_AUTH_SOCK".to_owned(), socket.display().to_string())]);
        let agents = Agents::gather(&[], context, &environment).await.unwrap();
        agents.sockets.get(DEFAULT).cloned()
    }

    #[tokio::test]
    async fn a_repository_behind_ssh_gets_the_users_agent_and_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("agent");
        assert_eq!(default_agent("git@host:a/b.git", &socket).await, None, "nobody listens yet");
        let _listener = UnixListener::bind(&socket).unwrap();
        for context in ["git@host:a/b.git", "ssh://git@host/a/b.git#main:sub"] {
            assert_eq!(default_agent(context, &socket).await.as_ref(), Some(&socket), "{context}");
        }
        for context in ["https://host/a/b.git", "/work/folder", "."] {
            assert_eq!(default_agent(context, &socket).await, None, "{context}");
        }
    }
}
