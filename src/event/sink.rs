//! Where events go: one channel with a total order. Work never waits for who draws; lines that containers and builds
//! write do, so that a slow reader bounds how many of them are held in memory.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::{Event, LogLine, OutputLine};

/// Lines that may be under way at once, from who wrote them to where they were printed.
const LINES: usize = 4096;
/// Lines that are told together at most.
const TOGETHER: usize = 256;

/// The sending end; cheap to clone. Sending never fails: with no listener, events are dropped.
#[derive(Clone, Debug)]
pub struct Sink {
    sender: Option<mpsc::UnboundedSender<Told>>,
    lines: Arc<Semaphore>,
}

/// The listening end: events in the order in which they were sent.
#[derive(Debug)]
pub struct Events {
    receiver: mpsc::UnboundedReceiver<Told>,
    lines: Arc<Semaphore>,
    /// Of lines that came together, those that [`next`](Self::next) has not given yet.
    ahead: VecDeque<LogLine>,
}

/// What comes out at the listening end.
#[derive(Debug)]
pub enum Told {
    /// Something happened.
    Event(Event, Hold),
    /// Lines that containers wrote, in their order.
    Lines(Vec<LogLine>, Hold),
    /// Somebody waits until everything before this has been shown: until the hold is dropped.
    Mark(Hold),
}

/// The share of a line in what may be under way, or somebody's wait; it ends when this is dropped.
#[derive(Debug, Default)]
pub struct Hold {
    _permit: Option<OwnedSemaphorePermit>,
    _waiter: Option<oneshot::Sender<()>>,
}

/// A connected pair.
#[must_use]
pub fn channel() -> (Sink, Events) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let lines = Arc::new(Semaphore::new(LINES));
    (Sink { sender: Some(sender), lines: lines.clone() }, Events { receiver, lines, ahead: VecDeque::new() })
}

impl Sink {
    /// A sink that drops everything.
    #[must_use]
    pub fn silent() -> Self {
        Self { sender: None, lines: Arc::new(Semaphore::new(0)) }
    }

    /// Tells, without waiting. For everything but lines, of which there is no end.
    pub fn send(&self, event: Event) {
        self.pass(event, Hold::default());
    }

    /// Tells a line that a container wrote; waits while too many are under way.
    pub async fn log(&self, line: LogLine) {
        self.line(Event::Log(line)).await;
    }

    /// Tells lines that containers wrote, together: for who has many of them at once. Waits as for one.
    pub async fn logs(&self, mut lines: Vec<LogLine>) {
        if self.sender.is_none() {
            return;
        }
        while !lines.is_empty() {
            let rest = lines.split_off(lines.len().min(TOGETHER));
            let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
            // Closed with the listening end: nobody waits for one that has gone.
            let permit = self.lines.clone().acquire_many_owned(count).await.ok();
            self.tell(Told::Lines(lines, Hold { _permit: permit, ..Hold::default() }));
            lines = rest;
        }
    }

    /// Tells a line that work on a resource wrote; waits while too many are under way.
    pub async fn output(&self, line: OutputLine) {
        self.line(Event::Output(line)).await;
    }

    async fn line(&self, event: Event) {
        if self.sender.is_some() {
            // Closed with the listening end: nobody waits for one that has gone.
            let permit = self.lines.clone().acquire_owned().await.ok();
            self.pass(event, Hold { _permit: permit, ..Hold::default() });
        }
    }

    fn pass(&self, event: Event, hold: Hold) {
        self.tell(Told::Event(event, hold));
    }

    fn tell(&self, told: Told) {
        if let Some(sender) = &self.sender {
            // The listener may have gone first, for instance after a broken pipe: work goes on without it.
            let _ = sender.send(told);
        }
    }

    /// Waits until everything that was sent so far has been shown.
    pub async fn flushed(&self) {
        let Some(sender) = &self.sender else { return };
        let (waiter, shown) = oneshot::channel();
        if sender.send(Told::Mark(Hold { _waiter: Some(waiter), ..Hold::default() })).is_ok() {
            // It ends with an error: nothing is ever sent, the hold is dropped.
            let _ = shown.await;
        }
    }
}

impl Events {
    /// The next event; `None` once every sink is gone.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(line) = self.ahead.pop_front() {
                return Some(Event::Log(line));
            }
            match self.receiver.recv().await? {
                Told::Event(event, _) => return Some(event),
                Told::Lines(lines, _) => self.ahead.extend(lines),
                Told::Mark(_) => {}
            }
        }
    }

    /// The next event with its hold, if there is one already.
    pub fn ready_held(&mut self) -> Option<Told> {
        self.receiver.try_recv().ok()
    }

    /// The next event with its hold: a line counts as under way until that is dropped. Marks come too.
    pub async fn next_held(&mut self) -> Option<Told> {
        self.receiver.recv().await
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.lines.close();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;
    use crate::event::{Level, Stream};

    fn line(number: usize) -> LogLine {
        LogLine {
            bytes: None,
            container: "web-1".to_owned(),
            service: "web".to_owned(),
            stream: Stream::Stdout,
            timestamp: None,
            text: number.to_string(),
        }
    }

    #[tokio::test]
    async fn lines_told_together_come_in_their_order_and_wait_as_single_ones_do() {
        let (sink, mut events) = channel();
        sink.logs((0..LINES).map(line).collect()).await;
        assert!(waits(&sink).await);
        drop(events.next_held().await);
        assert!(!waits(&sink).await);
        for number in TOGETHER..LINES {
            let Some(Event::Log(line)) = events.next().await else { panic!("a line of {number}") };
            assert_eq!(line.text, number.to_string());
        }
        drop(events);
        sink.logs((0..2 * LINES).map(line).collect()).await;
        Sink::silent().logs((0..2 * LINES).map(line).collect()).await;
    }

    async fn waits(sink: &Sink) -> bool {
        timeout(Duration::from_millis(20), sink.log(line(0))).await.is_err()
    }

    #[tokio::test]
    async fn lines_wait_for_a_slow_reader_and_events_do_not() {
        let (sink, mut events) = channel();
        for number in 0..LINES {
            sink.log(line(number)).await;
        }
        assert!(waits(&sink).await);
        sink.send(Event::Notice { level: Level::Info, text: "at once".to_owned() });
        let held = events.next_held().await;
        assert!(waits(&sink).await, "a line that is held is still under way");
        drop(held);
        assert!(!waits(&sink).await);
    }

    #[tokio::test]
    async fn a_flush_ends_when_everything_before_it_was_taken_and_let_go() {
        let (sink, mut events) = channel();
        sink.send(Event::Notice { level: Level::Info, text: "first".to_owned() });
        let flushed = tokio::spawn({
            let sink = sink.clone();
            async move { sink.flushed().await }
        });
        assert!(matches!(events.next_held().await, Some(Told::Event(..))));
        let mark = events.next_held().await;
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert!(!flushed.is_finished());
        drop(mark);
        flushed.await.unwrap();
        drop(events);
        sink.flushed().await;
        Sink::silent().flushed().await;
    }

    #[tokio::test]
    async fn nobody_waits_for_a_reader_that_has_gone() {
        let (sink, events) = channel();
        drop(events);
        for number in 0..=LINES {
            sink.log(line(number)).await;
        }
        assert!(!waits(&Sink::silent()).await);
    }
}
