//! What BuildKit tells of its steps, understood: numbers for the steps, whole lines, times.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bollard_buildkit_proto::google::protobuf::Timestamp;
use bollard_buildkit_proto::moby::buildkit::v1::{
    StatusResponse, Vertex, VertexLog, VertexStatus, VertexWarning,
};

use crate::diag::harmless;
use crate::engine::build::outcome::{BuildProgress, BuildStep, StepState};
use crate::event::Stream;

/// So many lines of a step are kept, should it fail.
const KEPT: usize = 20;
/// A line that does not end is told in pieces of this size.
const LONGEST: usize = 64 * 1024;
/// The number of standard error among streams.
const STDERR: i64 = 2;
/// How a step ends that another one's failure ended.
const CANCELLED: &str = "context canceled";

/// All that was told so far.
#[derive(Debug, Default)]
pub(super) struct Trace {
    steps: BTreeMap<String, Step>,
    count: u32,
    failed: Option<Failed>,
}

/// A step that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Failed {
    /// Its name.
    pub(super) name: String,
    /// The last lines that it wrote.
    pub(super) output: Vec<String>,
}

#[derive(Debug, Default)]
struct Step {
    /// 0 as long as it has not begun.
    number: u32,
    name: String,
    began: Option<Timestamp>,
    ended: bool,
    streams: BTreeMap<i64, Vec<u8>>,
    output: VecDeque<String>,
}

impl Trace {
    /// What is new in a message.
    pub(super) fn take(&mut self, told: StatusResponse) -> Vec<BuildProgress> {
        let mut news = Vec::new();
        let (ended, open): (Vec<Vertex>, Vec<Vertex>) =
            told.vertexes.into_iter().partition(|vertex| vertex.completed.is_some());
        for vertex in &open {
            self.begin(vertex, &mut news);
        }
        for vertex in &ended {
            self.begin(vertex, &mut news);
        }
        for status in told.statuses {
            news.extend(self.carried(&status));
        }
        for log in told.logs {
            self.wrote(&log, &mut news);
        }
        for warning in told.warnings {
            news.push(BuildProgress::Warning(words(&warning)));
        }
        // Last: what a step wrote belongs before its end.
        for vertex in &ended {
            self.end(vertex, &mut news);
        }
        news
    }

    /// The step that failed, if one did.
    pub(super) fn failed(&self) -> Option<&Failed> {
        self.failed.as_ref()
    }

    fn begin(&mut self, vertex: &Vertex, news: &mut Vec<BuildProgress>) {
        let step = self.steps.entry(vertex.digest.clone()).or_default();
        if let (None, Some(began)) = (&step.began, &vertex.started) {
            self.count += 1;
            step.number = self.count;
            step.name = harmless(&vertex.name).into_owned();
            step.began = Some(*began);
            news.push(step.moved(StepState::Began));
        }
    }

    fn end(&mut self, vertex: &Vertex, news: &mut Vec<BuildProgress>) {
        let Some(step) = self.steps.get_mut(&vertex.digest) else { return };
        let (Some(began), Some(completed)) = (step.began, &vertex.completed) else { return };
        if step.ended {
            return;
        }
        step.ended = true;
        for stream in [1, STDERR] {
            if let Some(rest) = step.streams.remove(&stream).filter(|rest| !rest.is_empty()) {
                news.push(step.line(&rest, stream, completed));
            }
        }
        let state = match vertex.error.as_str() {
            "" if vertex.cached => StepState::Cached,
            "" => StepState::Done { took: between(&began, completed) },
            error if error.ends_with(CANCELLED) => StepState::Cancelled,
            error => {
                let output = step.output.drain(..).collect();
                self.failed.get_or_insert(Failed { name: step.name.clone(), output });
                StepState::Failed { message: harmless(error).into_owned() }
            }
        };
        news.push(step.moved(state));
        step.output = VecDeque::new();
    }

    fn carried(&self, status: &VertexStatus) -> Option<BuildProgress> {
        let step = self.steps.get(&status.vertex).filter(|step| step.number > 0)?;
        let count = |number: i64| u64::try_from(number).unwrap_or_default();
        Some(BuildProgress::Carried {
            step: step.number,
            what: harmless(&status.id).into_owned(),
            current: count(status.current),
            total: count(status.total),
            done: status.completed.is_some(),
        })
    }

    fn wrote(&mut self, log: &VertexLog, news: &mut Vec<BuildProgress>) {
        let Some(step) = self.steps.get_mut(&log.vertex).filter(|step| step.number > 0) else { return };
        let time = log.timestamp.unwrap_or_default();
        let mut buffer = step.streams.remove(&log.stream).unwrap_or_default();
        buffer.extend_from_slice(&log.msg);
        let mut rest = buffer.as_slice();
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            news.push(step.line(&rest[..end], log.stream, &time));
            rest = &rest[end + 1..];
        }
        if rest.len() > LONGEST {
            news.push(step.line(rest, log.stream, &time));
            rest = &[];
        }
        step.streams.insert(log.stream, rest.to_vec());
    }
}

impl Step {
    fn moved(&self, state: StepState) -> BuildProgress {
        BuildProgress::Moved(BuildStep { number: self.number, name: self.name.clone(), state })
    }

    fn line(&mut self, bytes: &[u8], stream: i64, time: &Timestamp) -> BuildProgress {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_end_matches('\r');
        // What overwrites itself on a terminal is its last version.
        let text = text.rsplit('\r').next().unwrap_or(text);
        if self.output.len() == KEPT {
            self.output.pop_front();
        }
        self.output.push_back(harmless(text).into_owned());
        BuildProgress::Wrote {
            step: self.number,
            after: self.began.as_ref().map_or(Duration::ZERO, |began| between(began, time)),
            stream: if stream == STDERR { Stream::Stderr } else { Stream::Stdout },
            text: text.to_owned(),
        }
    }
}

/// A doubt of the builder, with its place.
fn words(warning: &VertexWarning) -> String {
    let short = String::from_utf8_lossy(&warning.short);
    let line = warning.ranges.first().and_then(|range| range.start).map(|start| start.line);
    let file = warning.info.as_ref().map(|info| info.filename.as_str()).unwrap_or_default();
    let text = match line {
        Some(line) => format!("{short} ({file}:{line})"),
        None => short.into_owned(),
    };
    harmless(&text).into_owned()
}

fn between(from: &Timestamp, to: &Timestamp) -> Duration {
    let nanos = |time: &Timestamp| i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanos);
    Duration::from_nanos(u64::try_from(nanos(to) - nanos(from)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i32) -> Timestamp {
        Timestamp { seconds: 100, nanos: millis * 1_000_000 }
    }

    fn vertex(name: &str, from: i32, to: Option<i32>) -> Vertex {
        Vertex {
            digest: name.to_owned(),
            name: name.to_owned(),
            started: Some(at(from)),
            completed: to.map(at),
            ..Vertex::default()
        }
    }

    fn log(name: &str, text: &str) -> VertexLog {
        VertexLog { vertex: name.to_owned(), timestamp: Some(at(50)), stream: 1, msg: text.into() }
    }

    fn told(news: &[BuildProgress]) -> Vec<String> {
        news.iter()
            .map(|word| match word {
                BuildProgress::Moved(step) => format!("#{} {} {:?}", step.number, step.name, step.state),
                BuildProgress::Wrote { step, after, text, .. } => format!("#{step} {after:?} {text}"),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_step_begins_writes_whole_lines_and_ends() {
        let mut trace = Trace::default();
        let waiting = Vertex { started: None, ..vertex("b", 0, None) };
        let begun =
            StatusResponse { vertexes: vec![vertex("a", 0, None), waiting], ..StatusResponse::default() };
        assert_eq!(told(&trace.take(begun.clone())), ["#1 a Began"]);
        assert!(trace.take(begun).is_empty());
        let wrote = StatusResponse { logs: vec![log("a", "one\ntw")], ..StatusResponse::default() };
        assert_eq!(told(&trace.take(wrote)), ["#1 50ms one"]);
        let ended = StatusResponse {
            vertexes: vec![vertex("a", 0, Some(80)), Vertex { cached: true, ..vertex("b", 0, Some(0)) }],
            logs: vec![log("a", "o")],
            ..StatusResponse::default()
        };
        assert_eq!(
            told(&trace.take(ended)),
            ["#2 b Began", "#1 80ms two", "#1 a Done { took: 80ms }", "#2 b Cached"]
        );
    }

    #[test]
    fn the_step_that_failed_is_known_with_its_last_lines_and_not_the_one_that_was_given_up() {
        let mut trace = Trace::default();
        let text = (0..30).fold(String::new(), |text, number| text + &format!("line {number}\n"));
        let given_up = Vertex { error: "context canceled".to_owned(), ..vertex("a", 0, Some(1)) };
        let failed = Vertex { error: "exit code: 7".to_owned(), ..vertex("b", 0, Some(1)) };
        let begun = StatusResponse {
            vertexes: vec![vertex("b", 0, None)],
            logs: vec![log("b", &text)],
            ..StatusResponse::default()
        };
        trace.take(begun);
        let news =
            trace.take(StatusResponse { vertexes: vec![given_up, failed], ..StatusResponse::default() });
        assert!(told(&news).contains(&"#2 a Cancelled".to_owned()));
        let failed = trace.failed().unwrap();
        assert_eq!((failed.name.as_str(), failed.output.len()), ("b", KEPT));
        assert_eq!(failed.output.last().unwrap(), "line 29");
    }
}
