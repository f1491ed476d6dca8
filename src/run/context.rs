//! What every step of a run has at hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::event::{Event, Level, Progress, Sink, Status};
use crate::resource::ResourceId;

use super::{Follower, Gates, Listener};

/// What every step of a run has at hand. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Context {
    /// The daemon.
    pub engine: Engine,
    /// Where to tell.
    pub sink: Sink,
    /// The project's name.
    pub project: String,
    /// How much at once.
    pub limits: Limits,
    /// Health tests that we run ourselves while somebody waits.
    pub gates: Gates,
    /// The first interrupt: nothing new is begun, waits end.
    pub cancel: CancellationToken,
    /// The second: what was begun is not waited for any more.
    pub kill: CancellationToken,
    /// What does not hang on a failed step is done all the same (teardowns).
    pub keep_going: bool,
    /// The ear on the daemon's events; opened when it is needed and not there.
    pub listener: Option<Listener>,
    /// The variables that programs standing for services get.
    pub variables: Arc<BTreeMap<String, String>>,
    /// Shows the output of containers that are started, if wanted.
    pub follower: Option<Follower>,
}

/// How much is done at once.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Daemon calls in all; without a limit of the user's, as many as the graph allows.
    calls: Option<Arc<Semaphore>>,
    /// Creations: more at once are no faster, and each holds a connection.
    creates: Arc<Semaphore>,
    /// Starts: more than about two a core gain nothing, as the daemon itself works on them.
    starts: Arc<Semaphore>,
    /// Stops that begin: an engine that is asked for all at once takes half as long again.
    stops: Arc<Semaphore>,
    /// Starts at which an engine that is known to choose a port twice chooses one.
    ports: Arc<Semaphore>,
}

impl Limits {
    /// Limits with the user's own bound (`--parallel`), if there is one.
    #[must_use]
    pub fn new(parallel: Option<usize>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            calls: parallel.map(|bound| Arc::new(Semaphore::new(bound.max(1)))),
            creates: Arc::new(Semaphore::new((4 * cores).max(8))),
            starts: Arc::new(Semaphore::new((2 * cores).max(4))),
            stops: Arc::new(Semaphore::new((4 * cores).max(8))),
            ports: Arc::new(Semaphore::new(1)),
        }
    }

    pub(super) fn calls(&self) -> Option<Arc<Semaphore>> {
        self.calls.clone()
    }

    pub(super) fn creates(&self) -> Arc<Semaphore> {
        self.creates.clone()
    }

    pub(super) fn starts(&self) -> Arc<Semaphore> {
        self.starts.clone()
    }

    pub(super) fn stops(&self) -> Arc<Semaphore> {
        self.stops.clone()
    }

    pub(super) fn ports(&self) -> Arc<Semaphore> {
        self.ports.clone()
    }
}

impl Context {
    pub(super) fn tell(&self, resource: &ResourceId, status: Status, text: &str) {
        self.sink.send(Event::Progress(Progress::new(resource.clone(), status, text)));
    }

    pub(super) fn tell_why(&self, resource: &ResourceId, status: Status, words: (&str, String)) {
        let progress = Progress::new(resource.clone(), status, words.0).details(words.1);
        self.sink.send(Event::Progress(progress));
    }

    pub(super) fn notice(&self, level: Level, text: impl Into<String>) {
        self.sink.send(Event::Notice { level, text: text.into() });
    }
}
