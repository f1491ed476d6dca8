//! What is known about the work under way: folded from events, knows neither colour nor width.

use std::collections::VecDeque;
use std::time::Duration;

use indexmap::IndexMap;
use rcompose::event::{Progress, Status, StepProgress, StepState};
use rcompose::resource::ResourceId;

use crate::cli::report::words::one_line;

/// Lines of a build that are kept, to be shown should it fail.
pub(super) const KEPT: usize = 40;

/// One operation and its resources, in the order in which they were first heard of.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// The verb.
    pub(super) operation: &'static str,
    /// Resources that the plan touches, 0 if unknown.
    pub(super) total: usize,
    /// When it began.
    pub(super) began: Duration,
    /// The resources.
    pub(super) rows: IndexMap<ResourceId, Row>,
}

/// One resource.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// How far.
    pub(super) status: Status,
    /// In words.
    pub(super) text: String,
    /// The reason or error, on one line.
    pub(super) details: String,
    /// What is counted of the resource itself.
    pub(super) amount: Amount,
    /// What is counted of its parts.
    pub(super) parts: IndexMap<ResourceId, Amount>,
    /// When the stretch of work under way began.
    since: Option<Duration>,
    /// Stretches of work that ended.
    spent: Duration,
    /// When it changed last.
    pub(super) changed: Duration,
    /// The last lines that work on it wrote.
    pub(super) output: VecDeque<String>,
}

/// So much of so much; a total of 0 is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amount {
    /// Done so far.
    pub(super) current: u64,
    /// In all.
    pub(super) total: u64,
}

impl State {
    /// Begins another operation.
    pub(super) fn begin(&mut self, operation: &'static str, total: usize, now: Duration) {
        *self = Self { operation, total, began: now, rows: IndexMap::new() };
    }

    /// A resource moved on.
    pub(super) fn progress(&mut self, progress: &Progress, now: Duration) {
        if self.rows.is_empty() && self.operation.is_empty() {
            self.began = now;
        }
        let amount = Amount { current: progress.current, total: progress.total };
        if let Some(parent) = &progress.parent {
            let row = self.row(parent, now);
            let part = row.parts.entry(progress.resource.clone()).or_default();
            part.take(amount, progress.status);
            return;
        }
        let row = self.row(&progress.resource, now);
        row.time(progress.status, now);
        row.status = progress.status;
        row.text = one_line(&progress.text);
        row.details = one_line(&progress.details);
        row.amount = amount;
        row.changed = now;
        if progress.status == Status::Done {
            row.parts.clear();
            row.output.clear();
        }
    }

    /// A step of a build moved on: what began last is what is shown.
    pub(super) fn step(&mut self, step: &StepProgress, now: Duration) {
        let row = self.row(&step.resource, now);
        if step.state == StepState::Started {
            row.details = one_line(&step.name);
            row.amount = counted(&step.name).unwrap_or(row.amount);
            row.output.clear();
        }
    }

    /// Work on a resource wrote a line.
    pub(super) fn output(&mut self, resource: &ResourceId, text: &str, now: Duration) {
        let row = self.row(resource, now);
        let line = one_line(text);
        if !line.is_empty() {
            if row.output.len() == KEPT {
                row.output.pop_front();
            }
            row.output.push_back(line);
        }
    }

    /// Resources that are done.
    pub(super) fn done(&self) -> usize {
        self.rows.values().filter(|row| matches!(row.status, Status::Done | Status::Warning)).count()
    }

    /// True while something is under way.
    pub(super) fn is_working(&self) -> bool {
        self.rows.values().any(|row| row.status == Status::Working)
    }

    fn row(&mut self, resource: &ResourceId, now: Duration) -> &mut Row {
        self.rows.entry(resource.clone()).or_insert_with(|| Row {
            status: Status::Working,
            text: String::new(),
            details: String::new(),
            amount: Amount::default(),
            parts: IndexMap::new(),
            since: Some(now),
            spent: Duration::ZERO,
            changed: now,
            output: VecDeque::new(),
        })
    }
}

/// `[build 2/3] RUN x` is the second of three.
fn counted(name: &str) -> Option<Amount> {
    let (head, _) = name.strip_prefix('[')?.split_once(']')?;
    let (current, total) = head.rsplit(' ').next()?.split_once('/')?;
    Some(Amount { current: current.parse().ok()?, total: total.parse().ok()? })
}

impl Row {
    /// Starts or stops the clock: a container that is created, waits for another and is started later is told by
    /// the time that work on it took.
    fn time(&mut self, status: Status, now: Duration) {
        match (status, self.since) {
            (Status::Working, None) => self.since = Some(now),
            (Status::Done | Status::Warning | Status::Error, Some(since)) => {
                self.spent += now.saturating_sub(since);
                self.since = None;
            }
            _ => {}
        }
    }

    /// How long work on it took so far.
    pub(super) fn time_spent(&self, now: Duration) -> Duration {
        self.spent + self.since.map_or(Duration::ZERO, |since| now.saturating_sub(since))
    }

    /// What is counted, its parts added up.
    pub(super) fn sum(&self) -> Amount {
        if self.parts.is_empty() {
            return self.amount;
        }
        self.parts.values().fold(Amount::default(), |sum, part| Amount {
            current: sum.current + part.current,
            total: sum.total + part.total,
        })
    }
}

impl Amount {
    /// Takes over a newer amount. A part that ends, or goes on with work that is not counted, keeps its total.
    fn take(&mut self, newer: Self, status: Status) {
        if newer.total > 0 {
            *self = newer;
        }
        if status == Status::Done {
            self.current = self.total;
        }
    }
}
