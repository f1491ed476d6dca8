//! The one loop of a watch: hears files, daemon and user, and decides what is done.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use tokio_util::sync::CancellationToken;

use super::crew::Crew;
use super::delivery::{self, Report};
use super::rebuild::Rebuilder;
use super::reload::Keeper;
use super::rules::{rules, services};
use super::tally::Tally;
use super::verb::{WatchOptions, WatchRequest};
use crate::engine::{DaemonEvent, Heard};
use crate::event::{Event, Level};
use crate::load::Loaded;
use crate::model::WatchAction;
use crate::ops::{Compose, Error};
use crate::resource::{ContainerState, labels};
use crate::run::Listener;
use crate::run::watch::{
    Courier, DeliveryError, Lock, Outbox, Refreshed, Rule, Source, Stirred, Watched, Window,
};

/// A watch of a project.
#[derive(Debug)]
pub(in crate::ops) struct Session {
    compose: Compose,
    options: WatchOptions,
    watched: Vec<Watched>,
    source: Source,
    window: Window,
    crew: Crew,
    /// The image that the last container of each service was made from.
    images: BTreeMap<String, String>,
    deliveries: JoinSet<Report>,
    rebuilder: Rebuilder,
    keeper: Option<Keeper>,
    tally: Tally,
    polling_told: bool,
    busy: watch::Sender<bool>,
    _lock: Lock,
}

impl Session {
    /// Takes the project's lock, and reads rules and trees: what changes from now on will reach the containers, those that
    /// are still to be made included.
    pub(in crate::ops) fn locked(compose: &Compose, options: &WatchOptions) -> Result<Self, Error> {
        let lock = compose.watch_lock()?;
        let loaded =
            compose.loaded().ok_or_else(|| Error::request("no configuration file provided: not found"))?;
        compose.known_services(&options.services)?;
        let rules = read(compose, options, loaded)?;
        let source = source(compose, options, &rules);
        let watched = rules.into_iter().map(Watched::begin).collect();
        let keeper = options.reload.as_ref().map(|reload| Keeper::open(reload, loaded, options.polling));
        let polling_told = source.why_polling().is_some();
        let mut session = Self {
            compose: compose.clone(),
            options: options.clone(),
            watched,
            source,
            window: Window::default(),
            crew: Crew::default(),
            images: BTreeMap::new(),
            deliveries: JoinSet::new(),
            rebuilder: Rebuilder::default(),
            keeper,
            tally: Tally::default(),
            polling_told,
            busy: watch::Sender::new(false),
            _lock: lock,
        };
        session.look();
        Ok(session)
    }

    /// True while containers may be made anew or restarted.
    pub(in crate::ops) fn busy(&mut self) -> watch::Receiver<bool> {
        self.busy.subscribe()
    }

    /// Watches until `quit`. What is under way then is brought to its end.
    pub(in crate::ops) async fn run(mut self, quit: CancellationToken) -> Result<(), Error> {
        let listener = Listener::open(self.compose.engine(), self.compose.name()).await?;
        let mut events = listener.subscribe();
        self.muster(true).await?;
        self.announce();
        while !quit.is_cancelled() {
            self.turn(&mut events, &quit).await?;
        }
        self.rebuilder.stop().await;
        while let Some(report) = self.deliveries.join_next().await {
            self.reported(report.ok());
        }
        self.compose.sink().send(Event::Finished { operation: "watch", success: true });
        Ok(())
    }

    async fn turn(&mut self, events: &mut Receiver<Heard>, quit: &CancellationToken) -> Result<(), Error> {
        let now = Instant::now();
        for errand in self.crew.errands(now) {
            self.deliveries.spawn(delivery::run(self.compose.clone(), errand));
        }
        let busy = self.rebuilder.is_running() || !self.deliveries.is_empty();
        self.busy.send_if_modified(|known| std::mem::replace(known, busy) != busy);
        let (due, retry, rebuild) = (self.window.due(), self.crew.retry(), self.rebuilder.due());
        let at = |moment: Option<Instant>| sleep_until(moment.unwrap_or(now).into());
        let requests = self.options.requests.clone();
        let keeper = &mut self.keeper;
        tokio::select! {
            biased;
            () = quit.cancelled() => {}
            Some(report) = self.deliveries.join_next() => self.reported(report.ok()),
            () = at(due), if due.is_some() => self.flush(),
            stirred = self.source.next() => self.stirred(stirred),
            () = at(rebuild), if rebuild.is_some() => {
                self.busy.send_replace(true);
                for service in self.rebuilder.begin(&self.compose, self.options.prune) {
                    self.settle(&service);
                }
            }
            heard = events.recv() => self.heard(heard).await?,
            ended = self.rebuilder.ended() => if ended.is_some() {
                self.tally.rebuilt();
                self.muster(false).await?;
            },
            () = at(retry), if retry.is_some() => {}
            () = changed(keeper) => self.reload().await?,
            request = requests.next() => self.asked(request).await?,
        }
        Ok(())
    }

    fn announce(&mut self) {
        let rules: Vec<_> = self.watched.iter().map(|watched| watched.rule.clone()).collect();
        self.compose.sink().send(Event::Watching {
            services: services(&rules).into_iter().collect(),
            folders: self.source.folders(),
            paths: self.watched.iter().map(Watched::len).sum(),
            polling: self.source.why_polling().map(ToOwned::to_owned),
        });
    }

    fn stirred(&mut self, stirred: Stirred) {
        let mut next = Some(stirred);
        while let Some(stirred) = next {
            let now = Instant::now();
            match stirred {
                Stirred::Path(path, urgency) => {
                    if self.watched.iter().any(|watched| watched.concerns(&path)) {
                        self.window.note(&path, urgency, now);
                    }
                }
                Stirred::Everything => self.look(),
            }
            next = self.source.ready();
        }
    }

    fn flush(&mut self) {
        for (path, since) in self.window.take(Instant::now()) {
            for index in 0..self.watched.len() {
                let seen = self.watched[index].refresh(&path);
                self.seen(index, seen, since);
            }
        }
    }

    /// Takes in what looking again brought to light; folders that are new are watched, and then looked at once more.
    fn seen(&mut self, index: usize, seen: Refreshed, since: Instant) {
        let mut open = vec![seen];
        while let Some(mut seen) = open.pop() {
            // The folder that a rule's path lies in is watched for that path alone.
            let root = self.watched[index].rule.path.clone();
            for folder in self.source.add(std::mem::take(&mut seen.folders), &root) {
                open.push(self.watched[index].refresh(&folder));
            }
            self.take_in(index, &seen, since);
        }
        if let (false, Some(why)) = (self.polling_told, self.source.why_polling()) {
            let text = format!("{why}; until then everything is looked at every 400 ms");
            self.polling_told = true;
            self.notice(Level::Warning, text);
        }
    }

    fn take_in(&mut self, index: usize, seen: &Refreshed, since: Instant) {
        self.unreadable(&seen.unreadable);
        let rule = self.watched[index].rule.clone();
        if seen.changes.is_empty() {
            return;
        }
        self.crew.touch(&rule.service, since);
        if rule.copies() {
            for (target, change) in &seen.changes {
                self.crew.change(&rule.service, target, change);
            }
        }
        match rule.action {
            WatchAction::Sync => {}
            WatchAction::Restart | WatchAction::SyncRestart => self.crew.restart(&rule.service),
            WatchAction::SyncExec => self.crew.command(&rule.service, &rule.exec),
            WatchAction::Rebuild => self.rebuilder.want(&rule.service, Instant::now()),
        }
    }

    fn unreadable(&self, paths: &[(PathBuf, std::io::Error)]) {
        for (path, cause) in paths {
            let path = self.compose.inside(path);
            let text = format!("`{}` cannot be read and is passed over: {cause}", path.display());
            self.notice(Level::Warning, text);
        }
    }

    fn reported(&mut self, report: Option<Report>) {
        // A task that panicked has been told by the panic hook; its service would wait for ever.
        let Some(report) = report else { return };
        self.crew.back(&report.service);
        self.tally.reacted(report.reactions);
        if let Some(synced) = &report.synced {
            self.tally.synced(synced);
        }
        for (member, outbox, result) in report.results {
            match result {
                Ok(delivered) => {
                    for watched in self.watched.iter_mut().filter(|one| one.rule.service == member.service) {
                        for (path, known) in &delivered.learned {
                            watched.learn(path, *known);
                        }
                    }
                    self.unreadable(&delivered.refused);
                    if self.crew.served(&member.to.id) {
                        self.notice(Level::Info, format!("{} is up to date again", member.name));
                    }
                }
                Err(DeliveryError::Gone) => {
                    self.crew.leave(&member.to.id);
                    let help = DeliveryError::Gone.help().unwrap_or_default();
                    self.notice(
                        Level::Warning,
                        format!("{} is gone; the next one will get what it lacks ({help})", member.name),
                    );
                }
                Err(DeliveryError::NotStarted) => {
                    self.crew.postponed(&member.to.id, outbox, Instant::now());
                }
                Err(error) => {
                    self.tally.failed();
                    let why = error.to_string();
                    if self.crew.failed(&member.to.id, (outbox, &why), Instant::now()) {
                        let help = error.help().map(|help| format!(" ({help})")).unwrap_or_default();
                        let text = format!("{} was not reached: {why}{help}; it is tried again", member.name);
                        self.notice(Level::Error, text);
                    }
                }
            }
        }
    }

    async fn heard(&mut self, heard: Result<Heard, RecvError>) -> Result<(), Error> {
        match heard {
            Ok(Heard::Event(event)) => self.happened(&event).await,
            Ok(Heard::Gap) | Err(RecvError::Lagged(_)) => self.muster(false).await?,
            Err(RecvError::Closed) => {
                return Err(Error::request("the container engine went away, and stays away"));
            }
        }
        Ok(())
    }

    async fn happened(&mut self, event: &DaemonEvent) {
        match event.verb() {
            // Before its start, so that its process finds everything in its place.
            "create" | "start"
                if event.attribute(labels::ONEOFF) != "True" && !self.crew.knows(&event.id) =>
            {
                let number = event.attribute(labels::CONTAINER_NUMBER).to_owned();
                self.join(&event.id, event.attribute(labels::SERVICE), &number).await;
            }
            "start" => self.crew.started(&event.id),
            "destroy" => drop(self.crew.leave(&event.id)),
            _ => {}
        }
    }

    /// Gets to know a container of a service that is watched.
    async fn join(&mut self, id: &str, service: &str, number: &str) {
        let ours = self.watched.iter().any(|watched| watched.rule.service == service);
        if !ours || number.is_empty() {
            return;
        }
        let name = format!("{service}-{number}");
        match Courier::new(self.compose.engine().clone()).visit(id).await {
            Ok(to) => {
                if self
                    .images
                    .insert(service.to_owned(), to.image.clone())
                    .is_some_and(|known| known != to.image)
                {
                    self.settle(service);
                }
                let more = self.initial(service);
                self.crew.join((service, name), to, more);
            }
            Err(DeliveryError::Gone) => {}
            Err(error) => self.notice(Level::Error, format!("{name}: {error}")),
        }
    }

    /// There is a new image for a service, or will be: it may have what came since the watch began.
    fn settle(&mut self, service: &str) {
        for watched in self.watched.iter_mut().filter(|watched| watched.rule.service == service) {
            watched.settle();
        }
    }

    /// What a container gets in any case.
    fn initial(&self, service: &str) -> Outbox {
        let mut outbox = Outbox::default();
        let rules = self.watched.iter().filter(|watched| watched.rule.service == service);
        for watched in rules.filter(|watched| watched.rule.initial_sync && watched.rule.copies()) {
            outbox.extend(watched.everything());
        }
        outbox
    }

    /// Compares the containers that are known with those that are there.
    async fn muster(&mut self, first: bool) -> Result<(), Error> {
        let observed = self.compose.observe_containers().await?;
        for id in self.crew.ids() {
            if !observed.containers.iter().any(|container| container.id == id) {
                self.crew.leave(&id);
            }
        }
        for container in &observed.containers {
            let dead = matches!(container.state, ContainerState::Dead | ContainerState::Removing);
            if !dead && container.label(labels::ONEOFF) != "True" && !self.crew.knows(&container.id) {
                let service = container.label(labels::SERVICE).to_owned();
                let number = container.label(labels::CONTAINER_NUMBER).to_owned();
                self.join(&container.id, &service, &number).await;
            }
        }
        if first {
            let rules: Vec<_> = self.watched.iter().map(|watched| watched.rule.clone()).collect();
            for service in services(&rules) {
                if self.crew.of(&service).next().is_none() {
                    let text = format!(
                        "service {service:?} has no container: it will get what it lacks when it has (`rcompose up {service}`)"
                    );
                    self.notice(Level::Warning, text);
                }
            }
        }
        Ok(())
    }

    async fn asked(&mut self, request: WatchRequest) -> Result<(), Error> {
        match request {
            WatchRequest::Summary => {
                self.notice(Level::Info, self.tally.summary(self.crew.waiting()));
            }
            WatchRequest::Apply => {
                let Some(keeper) = &mut self.keeper else { return Ok(()) };
                if let Some(next) = keeper.apply().await {
                    self.adopt(next).await?;
                }
            }
        }
        Ok(())
    }

    async fn reload(&mut self) -> Result<(), Error> {
        let Some(keeper) = &mut self.keeper else { return Ok(()) };
        if let Some(next) = keeper.reload(&self.compose, &self.options.services).await {
            self.adopt(next).await?;
        }
        Ok(())
    }

    /// Goes on with the project as it was saved. Trees of rules that are as before are kept, so that no change is missed.
    async fn adopt(&mut self, next: Compose) -> Result<(), Error> {
        let Some(loaded) = next.loaded() else { return Ok(()) };
        match read(&next, &self.options, loaded) {
            Ok(rules) => {
                self.source = source(&next, &self.options, &rules);
                self.polling_told = self.source.why_polling().is_some();
                let mut known = std::mem::take(&mut self.watched);
                for rule in rules {
                    let same = known.iter().position(|one| one.rule == rule);
                    let one = same.map_or_else(|| Watched::begin(rule), |at| known.swap_remove(at));
                    self.watched.push(one);
                }
                self.look();
            }
            Err(error) => self.notice(Level::Error, format!("{error}; the rules stay as they were")),
        }
        self.compose = next;
        self.muster(false).await?;
        self.announce();
        Ok(())
    }

    /// Looks at everything.
    fn look(&mut self) {
        let now = Instant::now();
        for index in 0..self.watched.len() {
            let seen = self.watched[index].refresh_all();
            self.seen(index, seen, now);
        }
    }

    fn notice(&self, level: Level, text: String) {
        self.compose.sink().send(Event::Notice { level, text });
    }
}

/// The rules of a project; what is to be said about them is told.
fn read(compose: &Compose, options: &WatchOptions, loaded: &Loaded) -> Result<Vec<Rule>, Error> {
    let (rules, warnings) = rules(loaded, &options.services)?;
    for text in warnings {
        compose.sink().send(Event::Notice { level: Level::Warning, text });
    }
    Ok(rules)
}

/// What tells of changes below the paths of rules.
fn source(compose: &Compose, options: &WatchOptions, rules: &[Rule]) -> Source {
    let source = Source::open(rules.iter().map(|rule| rule.path.as_path()), options.polling);
    if let Some(why) = source.why_polling() {
        let text = format!("{why}; everything is looked at every 400 ms");
        compose.sink().send(Event::Notice { level: Level::Warning, text });
    }
    source
}

/// Ends when a file of the project was saved; never, where nobody wants to know.
async fn changed(keeper: &mut Option<Keeper>) {
    match keeper {
        Some(keeper) => keeper.changed().await,
        None => std::future::pending().await,
    }
}
