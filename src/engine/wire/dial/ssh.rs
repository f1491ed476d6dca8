//! The daemon of another machine, by way of the system's `ssh` and the `docker` command over there, as the Docker command
//! line does it; but all connections go through one login as long as the server allows it.

use std::fs::{DirBuilder, remove_dir_all};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep};

/// Calls that are under way at once. A server allows ten sessions a login (`MaxSessions`); some are left for streams.
pub(super) const WIDTH: usize = 6;
/// Sessions of one login: one is the login's own.
const SESSIONS: usize = 9;
/// How long a login may take, in seconds.
const LOGIN: u64 = 30;
/// How long a socket's path may be (`sun_path`), less what `ssh` adds to it while it makes one.
const LONGEST_PATH: usize = 107 - 18;

/// The way to one machine.
pub(in crate::engine::wire) struct Ssh {
    target: String,
    port: Option<u16>,
    socket: Option<String>,
    folder: PathBuf,
    logins: Mutex<Vec<Arc<Login>>>,
}

/// A login that others share. It ends when its standard input does, also when we are killed.
struct Login {
    control: PathBuf,
    sessions: Arc<Semaphore>,
    _child: Child,
    _input: Option<ChildStdin>,
}

/// A connection to the daemon over there: the standard streams of an `ssh`.
pub(in crate::engine::wire) struct Channel {
    child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
    errors: ChildStderr,
    /// What `ssh` said, for the case that it is all that comes.
    said: Vec<u8>,
    heard: bool,
    _session: OwnedSemaphorePermit,
    _login: Arc<Login>,
}

impl Ssh {
    pub(super) fn new(target: &str, port: Option<u16>, socket: Option<&str>) -> io::Result<Self> {
        Ok(Self {
            target: target.to_owned(),
            port,
            socket: socket.map(ToOwned::to_owned),
            folder: private_folder()?,
            logins: Mutex::default(),
        })
    }

    pub(super) async fn dial(&self) -> io::Result<Channel> {
        let (login, session) = self.session().await?;
        let mut command = self.command(&login.control, "no");
        command.arg("--").arg(&self.target).arg("docker");
        if let Some(socket) = &self.socket {
            command.arg("--host").arg(format!("unix://{socket}"));
        }
        let mut child = command.args(["system", "dial-stdio"]).spawn().map_err(|cause| unable(&cause))?;
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("`ssh` has no streams"));
        };
        let input = Some(input);
        let said = Vec::new();
        Ok(Channel { child, input, output, errors, said, heard: false, _session: session, _login: login })
    }

    /// A free session: of a login that there is, else of a new one.
    async fn session(&self) -> io::Result<(Arc<Login>, OwnedSemaphorePermit)> {
        let mut logins = self.logins.lock().await;
        logins.retain(|login| login.control.exists());
        for login in logins.iter() {
            if let Ok(session) = Arc::clone(&login.sessions).try_acquire_owned() {
                return Ok((Arc::clone(login), session));
            }
        }
        // While the lock is held: servers turn those away who log in many times at once (`MaxStartups`).
        let login = Arc::new(self.log_in().await?);
        let session = Arc::clone(&login.sessions).try_acquire_owned().map_err(io::Error::other)?;
        logins.push(Arc::clone(&login));
        Ok((login, session))
    }

    async fn log_in(&self) -> io::Result<Login> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let control = self.folder.join(NUMBER.fetch_add(1, Ordering::Relaxed).to_string());
        let mut command = self.command(&control, "yes");
        // Reads until we close it or die: so the login never outlives us.
        let mut child =
            command.arg("--").arg(&self.target).arg("cat").spawn().map_err(|cause| unable(&cause))?;
        let begun = Instant::now();
        while UnixStream::connect(&control).await.is_err() {
            if child.try_wait()?.is_some() {
                let mut said = Vec::new();
                if let Some(mut errors) = child.stderr.take() {
                    errors.read_to_end(&mut said).await?;
                }
                return Err(io::Error::new(io::ErrorKind::ConnectionRefused, told(&said)));
            }
            if begun.elapsed() > Duration::from_secs(LOGIN + 5) {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "`ssh` did not log in"));
            }
            sleep(Duration::from_millis(5)).await;
        }
        let input = child.stdin.take();
        Ok(Login { control, sessions: Arc::new(Semaphore::new(SESSIONS)), _child: child, _input: input })
    }

    fn command(&self, control: &Path, master: &str) -> Command {
        let mut command = Command::new("ssh");
        command
            .arg("-T")
            .args(["-o", &format!("ConnectTimeout={LOGIN}"), "-o", "BatchMode=yes"])
            .args(["-o", &format!("ControlMaster={master}"), "-o", "ControlPersist=no"])
            .arg("-o")
            .arg(format!("ControlPath={}", control.display().to_string().replace('%', "%%")));
        if let Some(port) = self.port {
            command.args(["-p", &port.to_string()]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // Ctrl-C is for us: the connection is needed to end gracefully.
        command.process_group(0);
        command
    }
}

impl Drop for Ssh {
    fn drop(&mut self) {
        // Best effort: it lies among what is temporary.
        let _ = remove_dir_all(&self.folder);
    }
}

impl AsyncRead for Channel {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.output).poll_read(context, buffer))?;
        if buffer.filled().len() > before || buffer.remaining() == 0 {
            this.heard = true;
            return Poll::Ready(Ok(()));
        }
        if this.heard {
            return Poll::Ready(Ok(()));
        }
        // Not a word from the daemon: what `ssh`, or the `docker` over there, has to say is the reason.
        loop {
            let mut piece = [0; 1024];
            let mut words = ReadBuf::new(&mut piece);
            ready!(Pin::new(&mut this.errors).poll_read(context, &mut words))?;
            if words.filled().is_empty() {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionRefused, told(&this.said))));
            }
            this.said.extend_from_slice(words.filled());
        }
    }
}

impl AsyncWrite for Channel {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.input {
            Some(input) => Pin::new(input).poll_write(context, bytes),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.input {
            Some(input) => Pin::new(input).poll_flush(context),
            None => Poll::Ready(Ok(())),
        }
    }

    /// The other side sees the end of the input; what it writes still comes.
    fn poll_shutdown(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.input = None;
        Poll::Ready(Ok(()))
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        // It ends by itself when its input does; a kill makes that sure.
        let _ = self.child.start_kill();
    }
}

/// A folder that nobody else can look into: who can write to a login's socket is logged in.
fn private_folder() -> io::Result<PathBuf> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("rcompose-ssh-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let long = |folder: &PathBuf| folder.as_os_str().len() + name.len() + 8 > LONGEST_PATH;
    let places = [std::env::temp_dir(), PathBuf::from("/tmp")];
    let place = places.iter().find(|folder| !long(folder)).unwrap_or(&places[1]);
    let folder = place.join(&name);
    // One of a process that was killed, which had our number.
    let _ = remove_dir_all(&folder);
    DirBuilder::new().mode(0o700).create(&folder).map_err(|cause| {
        io::Error::new(cause.kind(), format!("cannot make the folder `{}`: {cause}", folder.display()))
    })?;
    Ok(folder)
}

fn unable(cause: &io::Error) -> io::Error {
    io::Error::new(cause.kind(), format!("cannot run `ssh`: {cause}"))
}

/// What was said on standard error, as one line.
fn told(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let lines = text.lines().map(|line| line.trim().trim_start_matches("ssh: "));
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        "`ssh` ended without a word".to_owned()
    } else {
        format!("ssh: {}", lines.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_for_logins_is_private_and_short_enough_for_a_socket() {
        use std::os::unix::fs::PermissionsExt;
        let ssh = Ssh::new("box", None, None).unwrap();
        let folder = ssh.folder.clone();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert!(folder.join("99").as_os_str().len() <= LONGEST_PATH);
        drop(ssh);
        assert!(!folder.exists());
    }

    #[test]
    fn what_ssh_says_becomes_one_line() {
        assert_eq!(told(b"ssh: a: b\r\n\n  c\n"), "ssh: a: b; c");
        assert_eq!(told(b""), "`ssh` ended without a word");
    }
}
