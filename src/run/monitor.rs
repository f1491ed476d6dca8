//! Following a running project until its containers have ended, or somebody wants it to.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Followed, Follower};
use crate::engine::{DaemonEvent, Engine, Error, Heard, Query};
use crate::event::{Event, Sink};
use crate::resource::{ContainerState, labels};

/// When the end of a container ends it all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Abort {
    /// Never: only when all have ended.
    #[default]
    Never,
    /// When the first one ends.
    OnExit,
    /// When the first one ends with another code than 0.
    OnFailure,
}

/// How following ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All containers have ended by themselves.
    AllExited,
    /// One ended, and that was to end it all.
    Aborted {
        /// Its service.
        service: String,
        /// Its exit code.
        code: i64,
    },
    /// An interrupt came.
    Interrupted,
}

/// What following needs. The subscription must be older than the first start, so that no end is missed.
#[derive(Debug)]
pub struct Monitor {
    /// The daemon.
    pub engine: Engine,
    /// Where to tell.
    pub sink: Sink,
    /// The project.
    pub project: String,
    /// What is shown.
    pub follower: Follower,
    /// The project's events.
    pub events: Receiver<Heard>,
    /// When one end ends it all.
    pub abort: Abort,
    /// Ends of containers are told.
    pub tells_ends: bool,
    /// True while somebody makes containers anew: that none runs is no end then.
    pub busy: Option<watch::Receiver<bool>>,
    /// Ends it.
    pub interrupt: CancellationToken,
    /// Containers whose end was told, by id.
    pub ended: BTreeSet<String>,
}

/// How long lines may be under way while some containers go on.
const LAST_LINES: Duration = Duration::from_millis(300);

/// An end that was seen.
struct Ended {
    followed: Followed,
    code: i64,
    restarting: bool,
}

impl Monitor {
    /// Follows until there is an [`End`]; may be called again to follow on from there.
    pub async fn run(&mut self) -> Result<End, Error> {
        let mut alive = self.alive();
        let deaths = self.deaths();
        if let Some(end) = self.look(&mut alive).await? {
            return Ok(end);
        }
        for event in deaths {
            if let Some(end) = self.heard(&event, &mut alive).await? {
                return Ok(end);
            }
        }
        loop {
            let mut busy = self.busy.clone();
            let event = tokio::select! {
                biased;
                event = self.events.recv() => event,
                () = self.interrupt.cancelled() => return Ok(End::Interrupted),
                () = changed(&mut busy) => {
                    self.busy = busy;
                    if alive.is_empty() && self.is_over().await? {
                        return Ok(End::AllExited);
                    }
                    continue;
                }
            };
            let end = match event {
                Ok(Heard::Event(event)) => self.heard(&event, &mut alive).await?,
                Ok(Heard::Gap) | Err(RecvError::Lagged(_)) => self.look(&mut alive).await?,
                Err(RecvError::Closed) => Some(End::AllExited),
            };
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// What happened so far shows in the first look, but for ends: engine 20.10 tells of one before its lists show it.
    fn deaths(&mut self) -> Vec<DaemonEvent> {
        let mut deaths: Vec<DaemonEvent> = Vec::new();
        loop {
            match self.events.try_recv() {
                Ok(Heard::Event(event)) => {
                    deaths.retain(|death| death.id != event.id || event.verb() != "start");
                    deaths.extend((event.verb() == "die").then(|| event.clone()));
                }
                Ok(Heard::Gap) | Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return deaths,
            }
        }
    }

    /// Tells the ends that were not told yet.
    pub async fn catch_up(&mut self) -> Result<(), Error> {
        self.abort = Abort::Never;
        let mut alive = self.alive();
        self.look(&mut alive).await.map(drop)
    }

    /// Ends when what containers wrote before their end has been told; what goes on running has no end to wait for.
    pub async fn drained(&self) {
        let drained = self.follower.drained();
        if self.alive().is_empty() {
            drained.await;
        } else {
            // Lines that are under way are not lost.
            let _ = tokio::time::timeout(LAST_LINES, drained).await;
        }
    }

    fn alive(&self) -> BTreeSet<String> {
        self.follower.followed().into_keys().filter(|id| !self.ended.contains(id)).collect()
    }

    /// Looks at everything at once: some may have ended before we listened.
    async fn look(&mut self, alive: &mut BTreeSet<String>) -> Result<Option<End>, Error> {
        let observed = self.engine.observe(&Query::containers(&self.project)).await?;
        let followed = self.follower.followed();
        for (id, names) in &followed {
            if !alive.contains(id) {
                continue;
            }
            let found = observed.containers.iter().find(|container| container.id == *id);
            let ended = found.is_none_or(|container| {
                matches!(container.state, ContainerState::Exited | ContainerState::Dead)
            });
            if ended {
                let code = found.and_then(|container| container.exit_code).unwrap_or_default();
                alive.remove(id);
                self.ended.insert(id.clone());
                let ended = Ended { followed: names.clone(), code, restarting: false };
                if let Some(end) = self.tell(&ended, alive) {
                    return Ok(Some(end));
                }
            }
        }
        Ok((alive.is_empty() && !self.is_busy()).then_some(End::AllExited))
    }

    async fn heard(
        &mut self,
        event: &DaemonEvent,
        alive: &mut BTreeSet<String>,
    ) -> Result<Option<End>, Error> {
        match event.verb() {
            "die" if alive.contains(&event.id) => self.died(event, alive).await,
            "start" => {
                self.started(event, alive).await?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    async fn died(
        &mut self,
        event: &DaemonEvent,
        alive: &mut BTreeSet<String>,
    ) -> Result<Option<End>, Error> {
        let Some(followed) = self.follower.followed().get(&event.id).cloned() else { return Ok(None) };
        let code = event.exit_code().unwrap_or_default();
        let restarting = match self.engine.inspect_container(&event.id).await {
            Ok(found) => matches!(found.state, ContainerState::Restarting | ContainerState::Running),
            Err(error) if error.is_not_found() => false,
            Err(error) => return Err(error),
        };
        if !restarting {
            alive.remove(&event.id);
            self.ended.insert(event.id.clone());
        }
        Ok(self.tell(&Ended { followed, code, restarting }, alive))
    }

    fn tell(&self, ended: &Ended, alive: &BTreeSet<String>) -> Option<End> {
        if self.tells_ends {
            self.sink.send(Event::Exited {
                container: ended.followed.name.clone(),
                service: ended.followed.service.clone(),
                code: ended.code,
                restarting: ended.restarting,
            });
        }
        let aborts = match self.abort {
            Abort::Never => false,
            Abort::OnExit => !ended.restarting,
            Abort::OnFailure => !ended.restarting && ended.code != 0,
        };
        if aborts {
            return Some(End::Aborted { service: ended.followed.service.clone(), code: ended.code });
        }
        (alive.is_empty() && !self.is_busy()).then_some(End::AllExited)
    }

    fn is_busy(&self) -> bool {
        self.busy.as_ref().is_some_and(|busy| *busy.borrow())
    }

    /// True if nobody is busy and nothing that is shown runs: a start may not have been heard yet.
    async fn is_over(&self) -> Result<bool, Error> {
        if self.is_busy() {
            return Ok(false);
        }
        let observed = self.engine.observe(&Query::containers(&self.project)).await?;
        Ok(!observed.containers.iter().any(|container| {
            self.follower.shows(container.label(labels::SERVICE))
                && matches!(container.state, ContainerState::Running | ContainerState::Restarting)
        }))
    }

    /// One that runs again is followed again; one that somebody added to a shown service is followed too.
    async fn started(&mut self, event: &DaemonEvent, alive: &mut BTreeSet<String>) -> Result<(), Error> {
        let service = event.attribute(labels::SERVICE);
        if !self.follower.shows(service) || event.attribute(labels::ONEOFF) == "True" {
            return Ok(());
        }
        let fresh = !self.follower.followed().contains_key(&event.id);
        if !alive.insert(event.id.clone()) {
            return Ok(());
        }
        self.ended.remove(&event.id);
        if fresh {
            self.follower.note(&event.id, (event.attribute("name"), service));
        }
        // What a new container wrote before its start was told is part of what it has to say.
        let since = if fresh { "0".to_owned() } else { since(event) };
        match self.follower.resume(&event.id, &since).await {
            // It may have ended and been removed in the meantime.
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }
}

/// When it happened, as the daemon's log calls take it: seconds since 1970 with nine digits after the point.
fn since(event: &DaemonEvent) -> String {
    format!("{}.{:09}", event.time_nano / 1_000_000_000, event.time_nano % 1_000_000_000)
}

/// Ends when somebody became busy or is so no more.
async fn changed(busy: &mut Option<watch::Receiver<bool>>) {
    if let Some(receiver) = busy
        && receiver.changed().await.is_ok()
    {
        return;
    }
    // Who was busy has gone, or nobody ever was.
    std::future::pending::<()>().await;
}
