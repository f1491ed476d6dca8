//! `stats`: what a project's containers use.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::{BoxStream, SelectAll};
use tokio_util::sync::CancellationToken;

use super::{Compose, Error};
use crate::engine::{Engine, EventQuery, Flow, Heard, Query, Usage};
use crate::resource::{ObservedContainer, labels};

/// Whose use to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatsOptions {
    /// Only containers of these services; empty for all.
    pub services: Vec<String>,
    /// Those that do not run, too.
    pub all: bool,
}

/// What one container uses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerUsage {
    /// Its id.
    pub id: String,
    /// Its name.
    pub container: String,
    /// What it uses; nothing, if it does not run.
    pub usage: Usage,
}

/// What containers use, again and again.
pub struct Gauges {
    engine: Engine,
    project: String,
    options: StatsOptions,
    /// By name.
    shown: BTreeMap<String, ContainerUsage>,
    samples: SelectAll<BoxStream<'static, (String, Usage)>>,
    heard: Flow<Heard>,
    interrupt: CancellationToken,
}

/// How often it is told.
const PACE: Duration = Duration::from_secs(1);

impl Compose {
    /// What containers use now, by name: one call, and one of about a second for each of them at the same time.
    pub async fn usage(&self, options: &StatsOptions) -> Result<Vec<ContainerUsage>, Error> {
        self.known_services(&options.services)?;
        let containers = shown(self.engine(), self.name(), options).await?;
        let asked = containers.iter().map(|container| async {
            let mut flow = self.engine().usage(&container.id, false).await.ok()?;
            flow.next().await?.ok()
        });
        // One that has just ended uses nothing.
        let told = join_all(asked).await;
        let pairs = containers.iter().zip(told);
        Ok(pairs.map(|(container, usage)| entry(container, usage.unwrap_or_default())).collect())
    }

    /// The same as it goes on, also for containers that are started in the meantime.
    pub async fn gauges(&self, options: &StatsOptions) -> Result<Gauges, Error> {
        self.known_services(&options.services)?;
        let mut gauges = Gauges {
            engine: self.engine().clone(),
            project: self.name().to_owned(),
            options: options.clone(),
            shown: BTreeMap::new(),
            samples: SelectAll::new(),
            heard: self.engine().listen(&EventQuery::containers_of(self.name())).await?,
            interrupt: self.interrupts().stop.clone(),
        };
        gauges.look().await?;
        Ok(gauges)
    }
}

impl Gauges {
    /// What containers use about a second later, by name.
    pub async fn next(&mut self) -> Result<Vec<ContainerUsage>, Error> {
        let end = tokio::time::sleep(PACE);
        tokio::pin!(end);
        loop {
            tokio::select! {
                () = &mut end => return Ok(self.shown.values().cloned().collect()),
                () = self.interrupt.cancelled() => return Err(Error::Interrupted),
                heard = self.heard.next() => match heard {
                    Some(Ok(Heard::Event(event))) => {
                        let service = event.attribute(labels::SERVICE);
                        if !self.options.shows(service) {
                            continue;
                        }
                        let (id, name) = (event.id.clone(), event.attribute("name").to_owned());
                        match event.verb() {
                            "start" => self.follow(id, name).await,
                            "die" if self.options.all => {
                                let gone = ContainerUsage { id, container: name.clone(), usage: Usage::default() };
                                self.shown.insert(name, gone);
                            }
                            "die" | "destroy" => drop(self.shown.remove(&name)),
                            _ => {}
                        }
                    }
                    Some(Ok(Heard::Gap)) => self.look().await?,
                    Some(Err(fault)) => return Err(fault.into()),
                    None => return Err(Error::request("the engine ended its report of events")),
                },
                Some((name, usage)) = self.samples.next(), if !self.samples.is_empty() => {
                    if let Some(shown) = self.shown.get_mut(&name) {
                        shown.usage = usage;
                    }
                }
            }
        }
    }

    /// Begins anew with what is there.
    async fn look(&mut self) -> Result<(), Error> {
        self.samples.clear();
        self.shown.clear();
        for container in shown(&self.engine, &self.project, &self.options).await? {
            if container.state.is_alive() {
                self.follow(container.id, container.name).await;
            } else {
                self.shown.insert(container.name.clone(), entry(&container, Usage::default()));
            }
        }
        Ok(())
    }

    /// Listens to what a container uses; one that has ended again in the meantime is told by an event.
    async fn follow(&mut self, id: String, name: String) {
        let Ok(flow) = self.engine.usage(&id, true).await else { return };
        let of = name.clone();
        let samples = flow.filter_map(move |usage| {
            let sample = usage.ok().map(|usage| (of.clone(), usage));
            std::future::ready(sample)
        });
        self.samples.push(samples.boxed());
        self.shown.insert(name.clone(), ContainerUsage { id, container: name, usage: Usage::default() });
    }
}

impl std::fmt::Debug for Gauges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gauges").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl StatsOptions {
    fn shows(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|name| name == service)
    }
}

async fn shown(
    engine: &Engine,
    project: &str,
    options: &StatsOptions,
) -> Result<Vec<ObservedContainer>, Error> {
    let observed = engine.observe(&Query::containers(project)).await?;
    let mut containers = observed.containers;
    containers.retain(|container| {
        options.shows(container.label(labels::SERVICE)) && (options.all || container.state.is_alive())
    });
    Ok(containers)
}

fn entry(container: &ObservedContainer, usage: Usage) -> ContainerUsage {
    ContainerUsage { id: container.id.clone(), container: container.name.clone(), usage }
}
