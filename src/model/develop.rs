//! What happens when source files change.

use super::Hook;
use super::concept::concept;
use super::word::words;

words! {
    /// What a change leads to.
    pub enum WatchAction {
        /// The file is copied into the container.
        Sync = "sync",
        /// The image is built and the container made anew.
        Rebuild = "rebuild",
        /// The container is restarted.
        Restart = "restart",
        /// The file is copied, then the container restarted.
        SyncRestart = "sync+restart",
        /// The file is copied, then a command run.
        SyncExec = "sync+exec",
    }
}

concept! {
    /// How a service is developed.
    pub struct Develop {
        /// The rules.
        pub watch: Vec<WatchRule>,
    }
}

concept! {
    /// What a change below a path leads to.
    pub struct WatchRule {
        /// The path.
        pub path(always): String,
        /// What a change leads to.
        pub action: WatchAction,
        /// The path in the container.
        pub target: String,
        /// The command that is run.
        pub exec(json): Hook,
        /// Patterns of what is watched; none: everything.
        pub include: Vec<String>,
        /// Patterns of what is not watched.
        pub ignore: Vec<String>,
        /// Whether everything is copied at the start.
        pub initial_sync: bool,
    }
}
