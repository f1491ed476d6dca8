//! Programs beside us: plugins of the `docker` command, and what lies in the PATH.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::engine::Engine;

/// A plugin of the `docker` command (`model` for `docker-model`), if it is there.
pub(super) fn plugin(engine: &Engine, name: &str) -> Option<PathBuf> {
    let folders = engine.plugin_folders().into_iter();
    folders.map(|folder| folder.join(format!("docker-{name}"))).find(|path| runs(path))
}

/// A program by its name in the PATH of the variables, or by its path.
pub(super) fn program(variables: &BTreeMap<String, String>, name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|path| runs(path));
    }
    let path = variables.get("PATH").map(String::as_str).unwrap_or_default();
    std::env::split_paths(path).map(|folder| folder.join(name)).find(|path| runs(path))
}

fn runs(path: &Path) -> bool {
    path.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}
