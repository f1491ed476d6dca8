//! One watch a project and daemon: a lock that names its holder, and that the kernel takes away with the process.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};

/// A lock that is held; it ends with this, or with the process however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("cannot take exclusive lock for project {project:?}: process with PID {pid} is still running")]
    Held {
        /// The project.
        project: String,
        /// The process.
        pid: String,
        /// Its command line and folder, as it noted them.
        holder: String,
    },
    /// The file of the lock cannot be used.
    #[error("the lock `{}` cannot be used: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
}

impl Lock {
    /// Takes the lock of a project on a daemon, whose address tells two daemons apart.
    pub fn take(project: &str, daemon: &str) -> Result<Self, LockError> {
        let folder = folder();
        let path = folder.join(name(project, daemon));
        let fault = |cause| LockError::File { path: path.clone(), cause };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(fault)?;
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(fault)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(held(project, &mut file)),
            Err(cause) => return Err(fault(cause.into())),
        }
        // The file stays when the lock ends: whoever waited for it would else hold one that nobody else finds.
        let words: Vec<String> = env::args().collect();
        let place = env::current_dir().unwrap_or_default();
        let note = format!("{}\n`{}` in {}\n", std::process::id(), words.join(" "), place.display());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(note.as_bytes()))
            .map_err(fault)?;
        Ok(Self { _file: file })
    }
}

fn held(project: &str, file: &mut File) -> LockError {
    let mut note = String::new();
    // Its holder may not have written yet.
    let _ = file.read_to_string(&mut note);
    let mut lines = note.lines();
    LockError::Held {
        project: project.to_owned(),
        pid: lines.next().unwrap_or("?").to_owned(),
        holder: lines.next().unwrap_or_default().to_owned(),
    }
}

/// A folder of the user's own that does not outlive a restart of the machine.
fn folder() -> PathBuf {
    match env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder).join("rcompose"),
        None => env::temp_dir().join(format!("rcompose-{}", rustix::process::geteuid().as_raw())),
    }
}

fn name(project: &str, daemon: &str) -> String {
    let hash = Sha256::digest(daemon.as_bytes());
    format!("watch-{project}-{:02x}{:02x}{:02x}{:02x}.lock", hash[0], hash[1], hash[2], hash[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_one_a_project_and_daemon_and_names_its_holder() {
        let project = format!("lock-test-{}", std::process::id());
        let first = Lock::take(&project, "unix:///a").expect("free");
        let other = Lock::take(&project, "unix:///b").expect("another daemon");
        let refused = Lock::take(&project, "unix:///a").expect_err("held");
        let pid = std::process::id().to_string();
        assert!(matches!(&refused, LockError::Held { pid: told, .. } if *told == pid), "{refused}");
        drop(first);
        Lock::take(&project, "unix:///a").expect("free again");
        drop(other);
        for daemon in ["unix:///a", "unix:///b"] {
            let _ = fs::remove_file(folder().join(name(&project, daemon)));
        }
    }
}
