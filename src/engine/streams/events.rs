//! What happens at the daemon, as it happens.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;

use super::{Flow, json_lines};
use crate::engine::observe::{health, nullable};
use crate::engine::wire::Filters;
use crate::engine::{Engine, Error};
use crate::resource::{Health, labels};

/// Something that happened at the daemon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaemonEvent {
    /// Nanoseconds since 1970, by the daemon's clock.
    pub time_nano: i64,
    /// What it happened to: `container`, `network`, `image`, `volume`, `daemon`, …
    pub kind: String,
    /// What happened: `start`, `die`, `oom`, `health_status: healthy`, `exec_start: sh -c …`, …
    pub action: String,
    /// Id (of a container or network) or name (of a volume or image).
    pub id: String,
    /// Labels and more, such as `name`, `image`, `exitCode`, `signal`.
    pub attributes: BTreeMap<String, String>,
}

/// Which events to hear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only those of things that carry this project's label.
    pub project: Option<String>,
    /// Only those of these kinds; empty: all.
    pub kinds: Vec<String>,
    /// Only these actions, without what follows a colon; empty: all.
    pub actions: Vec<String>,
    /// Those since this time too: nanoseconds since 1970, by the daemon's clock.
    pub since: Option<i64>,
    /// End at this time: nanoseconds since 1970, by the daemon's clock.
    pub until: Option<i64>,
}

/// What is heard on a connection that is made anew when it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Something happened.
    Event(DaemonEvent),
    /// The connection was lost and is there again. What happened meanwhile follows, as far as the daemon remembers it
    /// (it forgets all when it is restarted): look at what matters.
    Gap,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    #[serde(default, rename = "Type", deserialize_with = "nullable")]
    kind: String,
    #[serde(default, deserialize_with = "nullable")]
    action: String,
    #[serde(default, deserialize_with = "nullable")]
    actor: Actor,
    #[serde(default, rename = "timeNano", deserialize_with = "nullable")]
    time_nano: i64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Actor {
    #[serde(default, rename = "ID", deserialize_with = "nullable")]
    id: String,
    #[serde(default, deserialize_with = "nullable")]
    attributes: BTreeMap<String, String>,
}

/// Waits between tries to get a lost connection back.
const TRIES: [Duration; 6] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

impl EventQuery {
    /// What happens to the containers of a project.
    #[must_use]
    pub fn containers_of(project: impl Into<String>) -> Self {
        Self { project: Some(project.into()), kinds: vec!["container".to_owned()], ..Self::default() }
    }

    fn filters(&self) -> Filters {
        let mut filters = Filters::new();
        if let Some(project) = &self.project {
            filters.insert("label", vec![format!("{}={project}", labels::PROJECT)]);
        }
        for (key, values) in [("type", &self.kinds), ("event", &self.actions)] {
            if !values.is_empty() {
                filters.insert(key, values.clone());
            }
        }
        filters
    }
}

impl DaemonEvent {
    /// An attribute, empty if there is none.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// The health that it tells, if it tells one.
    #[must_use]
    pub fn health(&self) -> Option<Health> {
        self.action.strip_prefix("health_status: ").map(health)
    }

    /// The exit code of a container that ended.
    #[must_use]
    pub fn exit_code(&self) -> Option<i64> {
        let code = self
            .attributes
            .get("exitCode")
            .or_else(|| self.attributes.get("containerExitCode").filter(|_| self.action == "die"));
        code.and_then(|code| code.parse().ok())
    }

    /// The action without what follows a colon.
    #[must_use]
    pub fn verb(&self) -> &str {
        self.action.split(':').next().unwrap_or_default()
    }
}

impl Engine {
    /// Events until the connection ends. When this returns, the daemon tells already.
    pub async fn events(&self, query: &EventQuery) -> Result<Flow<DaemonEvent>, Error> {
        let mut call = self.wire.get("/events").filters(&query.filters());
        for (time, parameter) in [(query.since, "since"), (query.until, "until")] {
            if let Some(time) = time {
                call = call.query(parameter, seconds(time));
            }
        }
        let response = call.response().await?;
        let source: Flow<Bytes> = Flow::of_body(response.into_body(), "GET /events".to_owned());
        let messages = json_lines::<Message>(source, "GET /events".to_owned());
        Ok(Flow::new(futures_util::StreamExt::map(messages, |message| message.map(DaemonEvent::from))))
    }

    /// Events for as long as there is a daemon: a connection that breaks is made anew, and the gap is told. It ends
    /// with an error when the daemon stays away, and never if `until` is not set.
    pub async fn listen(&self, query: &EventQuery) -> Result<Flow<Heard>, Error> {
        let flow = self.events(query).await?;
        let listener =
            Listener { engine: self.clone(), query: query.clone(), flow: Some(flow), last: Vec::new() };
        Ok(Flow::new(stream::unfold(listener, |mut listener| async move {
            let heard = listener.next().await?;
            Some((heard, listener))
        })))
    }
}

struct Listener {
    engine: Engine,
    query: EventQuery,
    flow: Option<Flow<DaemonEvent>>,
    /// The events of the latest moment: they are told again after a break.
    last: Vec<DaemonEvent>,
}

impl Listener {
    async fn next(&mut self) -> Option<Result<Heard, Error>> {
        loop {
            let flow = self.flow.as_mut()?;
            match flow.next().await {
                Some(Ok(event)) => {
                    if self.last.contains(&event) {
                        continue;
                    }
                    if self.last.first().is_some_and(|last| last.time_nano != event.time_nano) {
                        self.last.clear();
                    }
                    self.last.push(event.clone());
                    return Some(Ok(Heard::Event(event)));
                }
                None if self.query.until.is_some() => return None,
                Some(Err(fault @ Error::Unreadable { .. })) => return Some(Err(fault)),
                Some(Err(_)) | None => return Some(self.again().await.map(|()| Heard::Gap)),
            }
        }
    }

    async fn again(&mut self) -> Result<(), Error> {
        self.flow = None;
        if let Some(last) = self.last.first() {
            self.query.since = Some(last.time_nano);
        }
        let mut fault = None;
        for pause in TRIES {
            tokio::time::sleep(pause).await;
            match self.engine.events(&self.query).await {
                Ok(flow) => {
                    self.flow = Some(flow);
                    return Ok(());
                }
                Err(failed) => fault = Some(failed),
            }
        }
        Err(fault.unwrap_or_else(|| Error::gone("GET /events", "no connection")))
    }
}

/// `1700000000.000000123`, as the API takes times.
fn seconds(nanos: i64) -> String {
    const GIGA: i64 = 1_000_000_000;
    format!("{}.{:09}", nanos.div_euclid(GIGA), nanos.rem_euclid(GIGA))
}

impl From<Message> for DaemonEvent {
    fn from(message: Message) -> Self {
        Self {
            time_nano: message.time_nano,
            kind: message.kind,
            action: message.action,
            id: message.actor.id,
            attributes: message.actor.attributes,
        }
    }
}
