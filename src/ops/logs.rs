//! `logs`: what the containers of a project wrote.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::try_join_all;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::{Compose, Error};
use crate::engine::{Error as EngineError, Flow, Line, LogOptions};
use crate::event::{Event, LogLine, Sink};
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

/// So many lines are told together at most.
const TOGETHER: usize = 256;
/// Lines that were read are told when the next one takes longer than this.
const LULL: Duration = Duration::from_millis(2);

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
        try_join_all(containers.iter().map(async |container| {
            let names = (container.name.as_str(), container.label(labels::SERVICE));
            still_there(follower.logs(&container.id, names, &wanted).await)
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
        let flows = containers.iter().map(async |container| {
            let lines = still_there(self.engine().log_lines(&container.id, &wanted).await)?;
            Ok::<_, EngineError>(lines.map(|lines| Source {
                container: self.short_name(&container.name).to_owned(),
                service: container.label(labels::SERVICE).to_owned(),
                lines,
            }))
        });
        let sources = try_join_all(flows).await?.into_iter().flatten().collect();
        let merge = Merge { sink: self.sink().clone(), timestamps: options.timestamps, told: Vec::new() };
        // A task of its own is woken without a call to the system, which the outermost future of the runtime is not.
        let merging = AbortOnDropHandle::new(tokio::spawn(merge.run(sources)));
        merging.await.unwrap_or_else(|cause| match cause.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Interrupted),
        })
    }
}

/// Nothing is said by a container that went away after it was listed, or is about to.
fn still_there<T>(answer: Result<T, EngineError>) -> Result<Option<T>, EngineError> {
    match answer {
        Err(error) if error.is_not_found() || error.is_already_done() => Ok(None),
        answer => answer.map(Some),
    }
}

/// Lines on their way, in the order of their times.
struct Merge {
    sink: Sink,
    timestamps: bool,
    /// They go together: whoever shows them is woken once.
    told: Vec<LogLine>,
}

impl Merge {
    async fn run(mut self, sources: Vec<Source>) -> Result<(), Error> {
        let outcome = self.merge(sources).await;
        self.flush().await;
        outcome
    }

    async fn merge(&mut self, mut sources: Vec<Source>) -> Result<(), Error> {
        let mut waiting: Vec<Option<Line>> = Vec::with_capacity(sources.len());
        let mut order: BinaryHeap<Reverse<(String, usize)>> = BinaryHeap::new();
        for (index, source) in sources.iter_mut().enumerate() {
            let line = source.lines.next().await.transpose()?;
            order.extend(line.as_ref().map(|line| Reverse((time(line), index))));
            waiting.push(line);
        }
        while let Some(Reverse((_, index))) = order.pop() {
            let Some(line) = waiting[index].take() else { continue };
            self.told.push(sources[index].told(line, self.timestamps));
            if self.told.len() >= TOGETHER {
                self.flush().await;
            }
            let next = self.next(&mut sources[index].lines).await.transpose()?;
            order.extend(next.as_ref().map(|line| Reverse((time(line), index))));
            waiting[index] = next;
        }
        Ok(())
    }

    /// The next line. What came before it is not held back while it lets itself be waited for.
    async fn next(&mut self, lines: &mut Flow<Line>) -> Option<Result<Line, EngineError>> {
        if let Some(next) = lines.next().now_or_never() {
            return next;
        }
        if let Ok(next) = timeout(LULL, lines.next()).await {
            return next;
        }
        self.flush().await;
        lines.next().await
    }

    async fn flush(&mut self) {
        self.sink.logs(std::mem::take(&mut self.told)).await;
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
