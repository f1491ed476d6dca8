//! A rule of a service, ready to be held against what changes. No file system.

use std::path::{Path, PathBuf};

use super::filter::Filter;
use crate::model::WatchAction;
use crate::resource::HookSpec;

/// A rule of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The service.
    pub service: String,
    /// What a change leads to.
    pub action: WatchAction,
    /// What is watched: a folder or a file, absolute.
    pub path: PathBuf,
    /// Where it goes in the container, absolute; empty for actions that copy nothing.
    pub target: PathBuf,
    /// What is left out.
    pub filter: Filter,
    /// The command of `sync+exec`.
    pub exec: HookSpec,
    /// Everything is copied at the start.
    pub initial_sync: bool,
}

impl Rule {
    /// True if changes are copied.
    #[must_use]
    pub fn copies(&self) -> bool {
        matches!(self.action, WatchAction::Sync | WatchAction::SyncRestart | WatchAction::SyncExec)
    }

    /// Where a path of the host goes.
    #[must_use]
    pub fn target_of(&self, path: &Path) -> Option<PathBuf> {
        let inside = path.strip_prefix(&self.path).ok()?;
        // Joined with an empty path, a file's own target would end with a slash.
        Some(if inside.as_os_str().is_empty() { self.target.clone() } else { self.target.join(inside) })
    }
}
