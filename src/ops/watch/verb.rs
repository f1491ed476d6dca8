//! `watch`, and what can be asked of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use super::reload::Reload;
use super::session::Session;
use crate::ops::{Compose, Error};
use crate::plan::{BuildChoice, UpPolicy};
use crate::run::watch::{Lock, LockError};

/// How to watch.
#[derive(Clone, Debug)]
pub struct WatchOptions {
    /// Only these services; empty for all.
    pub services: Vec<String>,
    /// Images that a rebuild replaced are removed.
    pub prune: bool,
    /// Look at everything from time to time, even if the file system tells changes.
    pub polling: bool,
    /// The files of the project are watched, too.
    pub reload: Option<Reload>,
    /// What the user asks for meanwhile.
    pub requests: Requests,
}

/// What a user can ask a watch for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchRequest {
    /// A summary of what was done.
    Summary,
    /// The plan that was shown is carried out.
    Apply,
}

/// Requests on their way to a watch.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    receiver: Option<Arc<Mutex<mpsc::UnboundedReceiver<WatchRequest>>>>,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            services: Vec::new(),
            prune: true,
            polling: false,
            reload: None,
            requests: Requests::default(),
        }
    }
}

impl Requests {
    /// Requests, and where to send them.
    #[must_use]
    pub fn channel() -> (mpsc::UnboundedSender<WatchRequest>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Self { receiver: Some(Arc::new(Mutex::new(receiver))) })
    }

    /// The next; never, once nobody can ask any more.
    pub(super) async fn next(&self) -> WatchRequest {
        if let Some(receiver) = &self.receiver
            && let Some(request) = receiver.lock().await.recv().await
        {
            return request;
        }
        std::future::pending().await
    }
}

impl Compose {
    /// Brings the project up, as `up -d --build` does, unless `no_up`; then watches until an interrupt.
    pub async fn watch(&self, options: &WatchOptions, no_up: bool) -> Result<(), Error> {
        // Whatever is wrong with the rules is told before anything is built.
        let session = Session::locked(self, options)?;
        if !no_up {
            let policy = UpPolicy {
                services: options.services.clone(),
                build: BuildChoice::Always,
                ..UpPolicy::default()
            };
            let prepared = self.prepare_up(policy).await?;
            self.bring("up", &prepared).await?;
        }
        Box::pin(session.run(self.interrupts().stop.clone())).await
    }

    /// The lock of a project that is watched.
    pub(super) fn watch_lock(&self) -> Result<Lock, Error> {
        Lock::take(self.name(), &self.engine().address()).map_err(|fault| match fault {
            LockError::Held { ref holder, .. } => Error::Request {
                message: fault.to_string(),
                help: Some(format!("it is {holder}; end it first, or watch another project (`-p`)")),
            },
            LockError::File { path, cause } => Error::File { path: path.display().to_string(), cause },
        })
    }

    /// A path as people of this project write it.
    pub(super) fn inside(&self, path: &Path) -> PathBuf {
        let inside = self.loaded().and_then(|loaded| path.strip_prefix(&loaded.directory).ok());
        inside.filter(|inside| !inside.as_os_str().is_empty()).unwrap_or(path).to_path_buf()
    }
}
