//! One connection of a client, and the one to the daemon that it becomes.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::{scope, sleep};
use std::time::Duration;

use super::fault::Harm;
use super::{Call, Fault};

/// The first bytes of a request: its head, the bytes after it that came along, and what it asks.
pub(super) struct Opening {
    head: String,
    rest: Vec<u8>,
    pub(super) call: Call,
}

/// Reads a connection up to the end of the request's head; `None` when the client leaves before.
pub(super) fn open(client: &mut UnixStream) -> Option<Opening> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            let head = String::from_utf8_lossy(&bytes).into_owned();
            let call = Call::parse(&head)?;
            return Some(Opening { head, rest, call });
        }
        match client.read(&mut buffer) {
            Ok(length @ 1..) => bytes.extend_from_slice(&buffer[..length]),
            _ => return None,
        }
    }
}

impl Opening {
    fn upgrades(&self) -> bool {
        self.head.lines().any(|line| line.to_ascii_lowercase().starts_with("upgrade:"))
    }

    /// The head as the daemon gets it: asked to hang up after its answer, unless the stream is to live on.
    fn head_for_daemon(&self) -> String {
        if self.upgrades() {
            return self.head.clone();
        }
        let kept: Vec<_> = self
            .head
            .trim_end()
            .lines()
            .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"))
            .collect();
        format!("{}\r\nConnection: close\r\n\r\n", kept.join("\r\n"))
    }

    /// Passes the request and its answer on; gives every byte of the body to `record`.
    pub(super) fn pass(
        self,
        sides: (UnixStream, &Path),
        fault: Option<Fault>,
        record: impl FnMut(&[u8]) + Send,
    ) {
        let (mut client, daemon) = sides;
        let harm = fault.map(|fault| fault.harm);
        let limit = match harm {
            Some(Harm::Refuse) => return,
            Some(Harm::Answer(status, message)) => return answer(&mut client, status, &message),
            Some(Harm::Delay(time)) => {
                sleep(time);
                None
            }
            Some(Harm::Lose) => Some(0),
            Some(Harm::Truncate(bytes)) => Some(bytes),
            None => None,
        };
        // A daemon that is away is a closed connection, as it would be without a proxy.
        let Ok(mut daemon) = UnixStream::connect(daemon) else { return };
        if daemon.write_all(self.head_for_daemon().as_bytes()).is_err()
            || daemon.write_all(&self.rest).is_err()
        {
            return;
        }
        join(&client, &daemon, (limit, self.upgrades(), &self.rest, record));
    }
}

fn answer(client: &mut UnixStream, status: u16, body: &str) {
    // A client that has left already wants no answer.
    let _ = write!(
        client,
        "HTTP/1.1 {status} Disturbed\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    // Who closes while the rest of a request is on its way takes the answer with it.
    let _ = client.shutdown(Shutdown::Write);
    let _ = client.set_read_timeout(Some(Duration::from_secs(1)));
    let mut rest = [0; 8192];
    while matches!(client.read(&mut rest), Ok(1..)) {}
}

/// Copies both ways until the daemon has said all, or `limit` bytes of it are through.
fn join(
    client: &UnixStream,
    daemon: &UnixStream,
    what: (Option<usize>, bool, &[u8], impl FnMut(&[u8]) + Send),
) {
    let (limit, upgraded, rest, mut record) = what;
    if !upgraded && !rest.is_empty() {
        record(rest);
    }
    scope(|tasks| {
        tasks.spawn(move || {
            copy(client, daemon, |bytes| {
                if !upgraded {
                    record(bytes);
                }
                bytes.len()
            });
            let _ = daemon.shutdown(Shutdown::Write);
        });
        let mut left = limit.unwrap_or(usize::MAX);
        copy(daemon, client, |bytes| {
            let through = bytes.len().min(left);
            left -= through;
            through
        });
        // Wakes the other direction: nobody listens to the client any more.
        let _ = client.shutdown(Shutdown::Both);
        let _ = daemon.shutdown(Shutdown::Both);
    });
}

/// Copies until the end, an error, or a chunk of which `through` lets less pass than there is.
fn copy(mut from: &UnixStream, mut to: &UnixStream, mut through: impl FnMut(&[u8]) -> usize) {
    let mut buffer = [0; 16384];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let passing = through(&buffer[..length]);
        if to.write_all(&buffer[..passing]).is_err() || passing < length {
            return;
        }
    }
}
