//! A stack that is watched while the test saves files.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Daemon, Outcome, Running, Stack, daemon};

/// So long a change may take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stack that is watched.
pub(super) struct Scene {
    pub(super) stack: Stack,
    pub(super) watch: Running,
    daemon: &'static Daemon,
}

/// What stands at a path in a container.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) mode: u32,
    pub(super) owner: (u64, u64),
    pub(super) link: Option<PathBuf>,
    pub(super) folder: bool,
    pub(super) content: String,
}

impl Scene {
    /// Starts `rcompose watch` on services, `IMAGE` standing for the image that every daemon has, with files in place.
    pub(super) fn of(name: &str, compose: &str, files: &[(&str, &str)]) -> Option<Self> {
        Self::with(name, compose, files, &["watch"])
    }

    /// The same with other words.
    pub(super) fn with(name: &str, compose: &str, files: &[(&str, &str)], words: &[&str]) -> Option<Self> {
        let daemon = daemon()?;
        let stack = Stack::of(daemon, name, compose);
        for (path, content) in files {
            stack.write(path, content);
        }
        let watch = start(&stack, words);
        Some(Self { stack, watch, daemon })
    }

    /// Saves a file.
    pub(super) fn save(&self, path: &str, content: &str) {
        self.stack.write(path, content);
    }

    /// Removes a file or folder.
    pub(super) fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("it is there");
    }

    /// Renames a file or folder.
    pub(super) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).expect("it can be renamed");
    }

    /// Changes permissions.
    pub(super) fn chmod(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).expect("it is there");
    }

    /// A path in the stack's folder.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.stack.folder().join(path)
    }

    /// What stands at a path in the first container of a service.
    pub(super) fn find(&self, service: &str, path: &str) -> Option<Found> {
        find(self.daemon, &format!("{}-{service}-1", self.stack.project()), path)
    }

    /// Waits until a file of the first container has this content.
    #[track_caller]
    pub(super) fn arrives(&self, service: &str, path: &str, content: &str) -> Found {
        self.eventually(&format!("{service}:{path} with {content:?}"), || {
            self.find(service, path).filter(|found| found.content == content)
        })
    }

    /// Waits until nothing stands at a path of the first container.
    #[track_caller]
    pub(super) fn goes(&self, service: &str, path: &str) {
        self.eventually(&format!("no {service}:{path}"), || self.find(service, path).is_none().then_some(()));
    }

    /// Waits for something.
    #[track_caller]
    pub(super) fn eventually<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "{what} never came; the watch said:\n{}", self.watch.said());
            sleep(Duration::from_millis(15));
        }
    }

    /// Waits until the watch has said something.
    #[track_caller]
    pub(super) fn hears(&mut self, part: &str) {
        self.watch.wait_for(part);
    }

    /// Ends the watch; what it said.
    pub(super) fn end(self) -> (Stack, Outcome) {
        self.watch.signal(Signal::INT);
        (self.stack, self.watch.finish())
    }

    /// Ends the watch; its events of a type.
    pub(super) fn events(self, kind: &str) -> Vec<Value> {
        let (_stack, end) = self.end();
        events(&end, kind)
    }
}

/// Starts a command that watches, telling events, and waits until it does.
pub(super) fn start(stack: &Stack, words: &[&str]) -> Running {
    let mut watch = stack.command(["--progress", "json"]).args(words).start();
    watch.wait_for("\"watching\"");
    watch
}

/// The events of a type.
pub(super) fn events(outcome: &Outcome, kind: &str) -> Vec<Value> {
    let values = outcome.err.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    values.filter(|value| value["type"] == kind).collect()
}

/// What stands at a path in a container, whatever programs it has.
pub(super) fn find(daemon: &Daemon, container: &str, path: &str) -> Option<Found> {
    let answer = daemon
        .api
        .request("GET", &format!("/containers/{container}/archive?path={path}"), ("", b""))
        .expect("the daemon answers");
    if answer.status != 200 {
        return None;
    }
    let mut archive = tar::Archive::new(answer.body.as_slice());
    let mut entry = archive.entries().ok()?.next()?.ok()?;
    let header = entry.header().clone();
    let mut content = String::new();
    entry.read_to_string(&mut content).ok()?;
    Some(Found {
        mode: header.mode().ok()? & 0o7777,
        owner: (header.uid().ok()?, header.gid().ok()?),
        link: header.link_name().ok()?.map(std::borrow::Cow::into_owned),
        folder: header.entry_type().is_dir(),
        content,
    })
}
