//! Showing what containers write, from before their start to their end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio_util::task::TaskTracker;

use crate::engine::{AttachOptions, Engine, Error, Flow, Line, Lines, LogOptions};
use crate::event::{LogLine, Sink};

/// Shows what containers write; cheap to clone. Each container is followed once, however often it is asked for.
#[derive(Clone, Debug)]
pub struct Follower {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    engine: Engine,
    sink: Sink,
    prefix: String,
    services: BTreeSet<String>,
    stamping: bool,
    readers: TaskTracker,
    followed: Mutex<BTreeMap<String, Followed>>,
}

/// A container that is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Name without the project.
    pub name: String,
    /// Service.
    pub service: String,
}

impl Follower {
    /// A follower of the containers of some services of a project.
    #[must_use]
    pub fn new(engine: Engine, sink: Sink, scope: (&str, BTreeSet<String>)) -> Self {
        Self::made(engine, sink, scope, false)
    }

    /// The same; lines that come without a time get that of their arrival.
    #[must_use]
    pub fn stamping(engine: Engine, sink: Sink, scope: (&str, BTreeSet<String>)) -> Self {
        Self::made(engine, sink, scope, true)
    }

    fn made(engine: Engine, sink: Sink, scope: (&str, BTreeSet<String>), stamping: bool) -> Self {
        let (project, services) = scope;
        Self {
            shared: Arc::new(Shared {
                engine,
                sink,
                prefix: format!("{project}-"),
                services,
                stamping,
                readers: TaskTracker::new(),
                followed: Mutex::default(),
            }),
        }
    }

    /// True if the containers of a service are shown.
    #[must_use]
    pub fn shows(&self, service: &str) -> bool {
        self.shared.services.contains(service)
    }

    /// Everything that is followed, by container id.
    #[must_use]
    pub fn followed(&self) -> BTreeMap<String, Followed> {
        self.lock().clone()
    }

    /// The name of a container without its project.
    #[must_use]
    pub fn short_name(&self, name: &str) -> String {
        name.strip_prefix(&self.shared.prefix).unwrap_or(name).to_owned()
    }

    /// Follows a container of a shown service from now on. When it returns, the daemon has the connection, so that
    /// nothing that is written afterwards is missed.
    pub async fn attach(&self, id: &str, names: (&str, &str), tty: Option<bool>) -> Result<(), Error> {
        if !self.shows(names.1) || !self.begin(id, names) {
            return Ok(());
        }
        self.opened(id, names, self.open(id, tty).await)
    }

    /// Reads what was opened; what could not be is not followed.
    fn opened(&self, id: &str, names: (&str, &str), lines: Result<Flow<Line>, Error>) -> Result<(), Error> {
        match lines {
            Ok(lines) => self.read(lines, names),
            Err(error) => {
                self.lock().remove(id);
                return Err(error);
            }
        }
        Ok(())
    }

    async fn open(&self, id: &str, tty: Option<bool>) -> Result<Flow<Line>, Error> {
        let engine = &self.shared.engine;
        let tty = match tty {
            Some(tty) => tty,
            None => engine.inspect_container(id).await?.tty,
        };
        let attached = engine.attach(id, &AttachOptions { tty, ..AttachOptions::default() }).await?;
        Ok(Lines::of(attached.output, false))
    }

    /// Shows what a container of a shown service wrote, by the daemon's log, as far as `options` say.
    pub async fn logs(&self, id: &str, names: (&str, &str), options: &LogOptions) -> Result<(), Error> {
        if !self.shows(names.1) || !self.begin(id, names) {
            return Ok(());
        }
        self.opened(id, names, self.shared.engine.log_lines(id, options).await)
    }

    /// Goes on with a container that was started again: its log from that moment (seconds since 1970).
    pub async fn resume(&self, id: &str, since: &str) -> Result<(), Error> {
        let Some(followed) = self.lock().get(id).cloned() else { return Ok(()) };
        let options = LogOptions { follow: true, since: Some(since.to_owned()), ..LogOptions::default() };
        let lines = self.shared.engine.log_lines(id, &options).await?;
        self.read(lines, (&followed.name, &followed.service));
        Ok(())
    }

    /// Ends when everything that containers wrote before their end has been told.
    pub async fn drained(&self) {
        self.shared.readers.close();
        self.shared.readers.wait().await;
    }

    /// Counts a container among those that are followed, without reading yet.
    pub fn note(&self, id: &str, names: (&str, &str)) {
        self.begin(id, names);
    }

    fn begin(&self, id: &str, names: (&str, &str)) -> bool {
        let followed = Followed { name: self.short_name(names.0), service: names.1.to_owned() };
        self.lock().insert(id.to_owned(), followed).is_none()
    }

    fn read(&self, lines: Flow<Line>, names: (&str, &str)) {
        let (container, service) = (self.short_name(names.0), names.1.to_owned());
        let sink = self.shared.sink.clone();
        let stamping = self.shared.stamping;
        self.shared.readers.spawn(async move {
            let mut lines = lines;
            while let Some(Ok(line)) = lines.next().await {
                sink.log(LogLine {
                    timestamp: line.timestamp.or_else(|| if stamping { now() } else { None }),
                    ..LogLine::new(&container, &service, (line.stream, line.bytes))
                })
                .await;
            }
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Followed>> {
        // A panic elsewhere leaves the map as it was: nothing is done to it in steps.
        self.shared.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In the form of the daemon's own time stamps.
fn now() -> Option<String> {
    OffsetDateTime::now_utc().format(&Rfc3339).ok()
}
