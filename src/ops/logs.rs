//! `logs`: what the containers of a project wrote.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use futures_util::FutureExt;
use futures_util::future::try_join_all;

use super::{Compose, Error};
use crate::engine::{Flow, Line, LogOptions};
use crate::event::{Event, LogLine};
use crate::resource::{ObservedContainer, labels};
use crate::run::{Abort, End, Follower, Listener, Monitor};

/// Which lines to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogsOptions {
    /// Only these services; empty for all.
    pub services: Vec<String>,
    /// Only the container of this number.
    pub index: Option<u32>,
    /// Go on until the containers end.
    pub follow: bool,
    /// Only so many lines of each container, from the end.
    pub tail: Option<u64>,
    /// Only lines since then: seconds since 1970, with a fraction after a point.
    pub since: Option<String>,
    /// Only lines until then: seconds since 1970, with a fraction after a point.
    pub until: Option<String>,
    /// With the times at which they were written.
    pub timestamps: bool,
}

/// One container's lines, with the one that comes next taken out.
struct Source {
    container: String,
    service: String,
    lines: Flow<Line>,
}

impl Compose {
    /// Tells what the containers wrote. Without `follow`, lines of all containers come in the order of their times.
    pub async fn logs(&self, options: &LogsOptions) -> Result<(), Error> {
        self.known_services(&options.services)?;
        if !options.follow {
            let containers = self.logged(options).await?;
            return self.merged(&containers, options).await;
        }
        let listener = Listener::open(self.engine(), self.name()).await?;
        let events = listener.subscribe();
        let containers = self.logged(options).await?;
        let follower = self.follower(&containers, options);
        let wanted = LogOptions { follow: true, ..daemon_options(options) };
        try_join_all(containers.iter().map(|container| {
            let service = container.label(labels::SERVICE);
            follower.logs(&container.id, (&container.name, service), &wanted)
        }))
        .await?;
        let mut monitor = Monitor {
            engine: self.engine().clone(),
            sink: self.sink().clone(),
            project: self.name().to_owned(),
            follower: follower.clone(),
            events,
            abort: Abort::Never,
            tells_ends: false,
            busy: None,
            interrupt: self.interrupts().stop.clone(),
            ended: BTreeSet::new(),
        };
        if monitor.run().await? == End::Interrupted {
            return Err(Error::Interrupted);
        }
        follower.drained().await;
        Ok(())
    }

    async fn logged(&self, options: &LogsOptions) -> Result<Vec<ObservedContainer>, Error> {
        let observed = self.observe_containers().await?;
        let mut containers: Vec<ObservedContainer> =
            observed.containers.into_iter().filter(|container| options.shows(container)).collect();
        containers.sort_by(|left, right| left.name.cmp(&right.name));
        let names = containers.iter().map(|container| self.short_name(&container.name).to_owned()).collect();
        self.sink().send(Event::Shown { containers: names });
        Ok(containers)
    }

    /// A container's name without the project.
    fn short_name<'a>(&self, name: &'a str) -> &'a str {
        name.strip_prefix(self.name()).and_then(|rest| rest.strip_prefix('-')).unwrap_or(name)
    }

    fn follower(&self, containers: &[ObservedContainer], options: &LogsOptions) -> Follower {
        let shown: BTreeSet<String> = match self.loaded() {
            Some(loaded) if options.services.is_empty() => loaded.project.services.keys().cloned().collect(),
            _ => options.services.iter().cloned().collect(),
        };
        let present = containers.iter().map(|container| container.label(labels::SERVICE).to_owned());
        let shown = shown.into_iter().chain(present).collect();
        Follower::new(self.engine().clone(), self.sink().clone(), (self.name(), shown))
    }

    /// The lines of all containers in the order of their times; of one container in its own order.
    async fn merged(&self, containers: &[ObservedContainer], options: &LogsOptions) -> Result<(), Error> {
        let wanted = LogOptions { timestamps: true, ..daemon_options(options) };
        let flows = containers.iter().map(|container| self.engine().log_lines(&container.id, &wanted));
        let mut sources: Vec<Source> = try_join_all(flows)
            .await?
            .into_iter()
            .zip(containers)
            .map(|(lines, container)| Source {
                container: self.short_name(&container.name).to_owned(),
                service: container.label(labels::SERVICE).to_owned(),
                lines,
            })
            .collect();
        let mut waiting: Vec<Option<Line>> = Vec::with_capacity(sources.len());
        let mut order: BinaryHeap<Reverse<(String, usize)>> = BinaryHeap::new();
        for (index, source) in sources.iter_mut().enumerate() {
            let line = source.lines.next().await.transpose()?;
            order.extend(line.as_ref().map(|line| Reverse((time(line), index))));
            waiting.push(line);
        }
        let mut told = Vec::new();
        while let Some(Reverse((_, index))) = order.pop() {
            let Some(line) = waiting[index].take() else { continue };
            told.push(sources[index].told(line, options.timestamps));
            // Lines that are there go together: whoever shows them is woken once.
            let next = match sources[index].lines.next().now_or_never() {
                Some(next) => next,
                None => {
                    self.sink().logs(std::mem::take(&mut told)).await;
                    sources[index].lines.next().await
                }
            };
            let next = match next.transpose() {
                Ok(next) => next,
                Err(fault) => {
                    self.sink().logs(told).await;
                    return Err(fault.into());
                }
            };
            order.extend(next.as_ref().map(|line| Reverse((time(line), index))));
            waiting[index] = next;
        }
        self.sink().logs(told).await;
        Ok(())
    }
}

impl Source {
    fn told(&self, line: Line, timestamps: bool) -> LogLine {
        LogLine {
            timestamp: line.timestamp.filter(|_| timestamps),
            ..LogLine::new(&self.container, &self.service, (line.stream, line.bytes))
        }
    }
}

impl LogsOptions {
    fn shows(&self, container: &ObservedContainer) -> bool {
        let service = container.label(labels::SERVICE);
        let selected = self.services.is_empty() || self.services.iter().any(|name| name == service);
        let number = container.label(labels::CONTAINER_NUMBER).parse::<u32>().ok();
        let numbered = self.index.is_none_or(|index| number == Some(index));
        selected && numbered && container.label(labels::ONEOFF) != "True"
    }
}

/// The daemon pads its time stamps to one length, so that they sort as text.
fn time(line: &Line) -> String {
    line.timestamp.clone().unwrap_or_default()
}

fn daemon_options(options: &LogsOptions) -> LogOptions {
    LogOptions {
        follow: false,
        timestamps: options.timestamps,
        tail: options.tail,
        since: options.since.clone(),
        until: options.until.clone(),
        tty: None,
    }
}
