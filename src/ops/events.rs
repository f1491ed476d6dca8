//! `events`: what happens to a project's containers, as it happens.

use std::collections::BTreeMap;

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{Compose, Error};
use crate::engine::{DaemonEvent, EventQuery, Flow};
use crate::resource::labels;

/// Which events to hear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventsOptions {
    /// Only those of these services; empty for all.
    pub services: Vec<String>,
    /// Those since this time too: nanoseconds since 1970.
    pub since: Option<i64>,
    /// End at this time: nanoseconds since 1970.
    pub until: Option<i64>,
}

/// Something that happened to a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContainerEvent {
    /// When: nanoseconds since 1970, by the daemon's clock.
    pub time: i64,
    /// Service.
    pub service: String,
    /// The container's id.
    pub id: String,
    /// What happened: `start`, `die`, `health_status: healthy`, …
    pub action: String,
    /// More about it, such as `name`, `image`, `exitCode`; none of our own labels.
    pub attributes: BTreeMap<String, String>,
}

/// Events, one after the other.
#[derive(Debug)]
pub struct ContainerEvents {
    flow: Flow<DaemonEvent>,
    services: Vec<String>,
    ends: bool,
    interrupt: CancellationToken,
}

/// What begins the names of labels that are only for us and the peer.
const OURS: &str = "com.docker.compose.";

impl Compose {
    /// What happens to containers of services: one call, which goes on until `until`, or until the user breaks in.
    pub async fn events(&self, options: &EventsOptions) -> Result<ContainerEvents, Error> {
        self.known_services(&options.services)?;
        let query = EventQuery {
            since: options.since,
            until: options.until,
            ..EventQuery::containers_of(self.name())
        };
        Ok(ContainerEvents {
            flow: self.engine().events(&query).await?,
            services: options.services.clone(),
            ends: options.until.is_some(),
            interrupt: self.interrupts().stop.clone(),
        })
    }
}

impl ContainerEvents {
    /// The next event; `None` at the end that was asked for.
    pub async fn next(&mut self) -> Result<Option<ContainerEvent>, Error> {
        loop {
            let event = tokio::select! {
                event = self.flow.next() => event,
                () = self.interrupt.cancelled() => return Err(Error::Interrupted),
            };
            match event {
                Some(Ok(event)) if self.shows(&event) => return Ok(Some(event.into())),
                Some(Ok(_)) => {}
                Some(Err(fault)) => return Err(fault.into()),
                None if self.ends => return Ok(None),
                None => return Err(Error::request("the engine ended its report of events")),
            }
        }
    }

    fn shows(&self, event: &DaemonEvent) -> bool {
        let service = event.attribute(labels::SERVICE);
        event.kind == "container"
            && event.attribute(labels::ONEOFF) != "True"
            && (self.services.is_empty() || self.services.iter().any(|name| name == service))
    }
}

impl From<DaemonEvent> for ContainerEvent {
    fn from(event: DaemonEvent) -> Self {
        Self {
            time: event.time_nano,
            service: event.attribute(labels::SERVICE).to_owned(),
            id: event.id,
            action: event.action,
            attributes: event.attributes.into_iter().filter(|(name, _)| !name.starts_with(OURS)).collect(),
        }
    }
}
