//! The listening side.

use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::spawn;

use tempfile::TempDir;

use super::super::Daemon;
use super::{Call, Fault, link};

/// A proxy before a daemon; it ends with the test.
pub(crate) struct Proxy {
    folder: TempDir,
    shared: Arc<Shared>,
}

/// What the listening thread and the test both hold.
struct Shared {
    daemon: PathBuf,
    calls: Mutex<Vec<Call>>,
    faults: Mutex<Vec<Fault>>,
    clients: Mutex<Vec<UnixStream>>,
}

impl Proxy {
    /// Starts one.
    pub(crate) fn before(daemon: &Daemon) -> Self {
        let folder =
            tempfile::Builder::new().prefix("rcompose-proxy-").tempdir().expect("a folder can be made");
        let listener = UnixListener::bind(folder.path().join("docker.sock")).expect("a socket can be made");
        let shared = Arc::new(Shared {
            daemon: daemon.socket.clone(),
            calls: Mutex::default(),
            faults: Mutex::default(),
            clients: Mutex::default(),
        });
        let served = Arc::clone(&shared);
        spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&served);
                spawn(move || shared.serve(client));
            }
        });
        Self { folder, shared }
    }

    /// Its address, for `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.folder.path().join("docker.sock").display())
    }

    /// Goes away for good, as a daemon that is killed: all connections end, and there is nothing to connect to.
    pub(crate) fn die(&self) {
        std::fs::remove_file(self.folder.path().join("docker.sock")).expect("the socket is there");
        for client in lock(&self.shared.clients).drain(..) {
            // One that has ended by itself cannot be ended.
            let _ = client.shutdown(Shutdown::Both);
        }
    }

    /// Disturbs a call to come.
    pub(crate) fn disturb(&self, fault: Fault) {
        lock(&self.shared.faults).push(fault);
    }

    /// All calls so far, in the order in which they came.
    pub(crate) fn calls(&self) -> Vec<Call> {
        lock(&self.shared.calls).clone()
    }

    /// All calls so far; the next ones are counted anew.
    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut lock(&self.shared.calls))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no connection panics while it holds this")
}

impl Shared {
    fn serve(&self, mut client: UnixStream) {
        let ours = client.try_clone().expect("a descriptor can be copied");
        lock(&self.clients).push(client.try_clone().expect("a descriptor can be copied"));
        self.relay(&mut client);
        // The copies keep it open.
        let _ = ours.shutdown(Shutdown::Both);
    }

    fn relay(&self, client: &mut UnixStream) {
        let Some(opening) = link::open(client) else { return };
        let mut calls = lock(&self.calls);
        let number = calls.len();
        calls.push(opening.call.clone());
        drop(calls);
        let mut faults = lock(&self.faults);
        // Every fault counts the call, also when another one strikes first.
        let turns: Vec<_> = faults.iter_mut().map(|fault| fault.strikes(&opening.call)).collect();
        let struck = turns.iter().position(|turn| *turn).map(|index| faults.remove(index));
        drop(faults);
        opening.pass(
            (client.try_clone().expect("a descriptor can be copied"), &self.daemon),
            struck,
            |bytes| {
                if let Some(call) = lock(&self.calls).get_mut(number) {
                    call.body.extend_from_slice(bytes);
                }
            },
        );
    }
}
