//! Listens to events and has them shown, beside the work that they tell of.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rcompose::event::{Event, Events, Hold, Level, Told};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::chunk::Chunk;
use super::logs::{LogStyle, Logs};
use super::outbox::Outbox;
use super::paint::Paint;
use super::plain::Plain;
use super::tty::{Glyphs, Live, Menu, Screen, View};
use super::words::notice;
use super::writer::Writer;
use super::{json, terminal_size, watched};
use crate::cli::settings::ProgressKind;

/// How events are shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReportStyle {
    /// Progress.
    pub(crate) progress: ProgressKind,
    /// Colour of progress.
    pub(crate) paint: Paint,
    /// Characters of progress.
    pub(crate) glyphs: Glyphs,
    /// Lines of containers.
    pub(crate) logs: LogStyle,
    /// What is left out.
    pub(crate) quiet: Quiet,
    /// True if stdout and stderr are the same terminal.
    pub(crate) same_terminal: bool,
    /// Which keys do what, if any do.
    pub(crate) menu: Option<Menu>,
}

/// What is left out of progress.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Quiet {
    /// How far pulls are.
    pub(crate) pulls: bool,
    /// What builds write.
    pub(crate) builds: bool,
    /// All of it but warnings.
    pub(crate) progress: bool,
}

impl Quiet {
    fn leaves_out(self, event: &Event) -> bool {
        match event {
            Event::Progress(_) | Event::Started { .. } | Event::Finished { .. } if self.progress => true,
            // The start and the end of a build are told in any case.
            Event::Output(_) | Event::Step(_) | Event::Carried(_) => self.builds || self.progress,
            Event::Progress(progress) => self.pulls && (progress.parent.is_some() || progress.current > 0),
            _ => false,
        }
    }
}

/// Shows events until there are no more.
#[derive(Debug)]
pub(crate) struct Reporter {
    listener: JoinHandle<()>,
    writer: thread::JoinHandle<()>,
    broken: CancellationToken,
    last: CancellationToken,
}

/// So many lines go to the writer together at most.
const BATCH: usize = 256;
/// The live region is drawn at most so often.
const PACE: Duration = Duration::from_millis(40);
/// And at least so often while something moves.
const TICK: Duration = Duration::from_millis(100);

impl Reporter {
    /// Begins to listen. Needs the runtime.
    pub(crate) fn start(style: ReportStyle, events: Events) -> Self {
        let outbox = Arc::new(Outbox::default());
        let broken = CancellationToken::new();
        let writer = Writer {
            outbox: outbox.clone(),
            same_terminal: style.same_terminal,
            broken: broken.clone(),
            screen: Screen::default(),
        };
        let writer = thread::spawn(move || writer.run());
        let last = CancellationToken::new();
        let listener = tokio::spawn(Listener::new(style, outbox).listen(events, last.clone()));
        Self { listener, writer, broken, last }
    }

    /// Cancelled when nobody reads stdout any more.
    pub(crate) fn broken(&self) -> CancellationToken {
        self.broken.clone()
    }

    /// Waits until every event that was sent has been shown.
    pub(crate) async fn end(self) {
        self.last.cancel();
        // A panic of either has been told by the panic hook; the work itself is not undone by it.
        let _ = self.listener.await;
        let _ = tokio::task::spawn_blocking(move || self.writer.join()).await;
    }
}

/// One way to show progress.
enum Kind {
    Tty(Live),
    Plain(Plain),
    Json,
    Quiet(Paint),
}

struct Listener {
    style: ReportStyle,
    kind: Kind,
    logs: Logs,
    outbox: Arc<Outbox>,
    /// Lines that stay, on their way to the writer.
    lines: Vec<(Chunk, Hold)>,
    began: Instant,
    drawn: Option<Instant>,
    /// True if something happened since.
    stale: bool,
}

impl Listener {
    fn new(style: ReportStyle, outbox: Arc<Outbox>) -> Self {
        let kind = match style.progress {
            ProgressKind::Tty => Kind::Tty(Live::default()),
            ProgressKind::Plain => Kind::Plain(Plain::new(style.paint)),
            ProgressKind::Json => Kind::Json,
            ProgressKind::Quiet => Kind::Quiet(style.paint),
        };
        Self {
            style,
            kind,
            logs: Logs::new(style.logs),
            outbox,
            lines: Vec::new(),
            began: Instant::now(),
            drawn: None,
            stale: false,
        }
    }

    async fn listen(mut self, mut events: Events, last: CancellationToken) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                next = events.next_held() => {
                    let Some(told) = next else { break };
                    self.take(told);
                    // What has come meanwhile goes to the writer together: waking it costs more than a line.
                    while self.lines.len() < BATCH
                        && let Some(told) = events.ready_held()
                    {
                        self.take(told);
                    }
                    let due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= PACE);
                    if !self.lines.is_empty() || self.stale && due {
                        self.show();
                    }
                }
                // Not before everything that was sent by then.
                () = last.cancelled() => break,
                _ = ticks.tick() => if self.stale || self.is_moving() {
                    self.show();
                },
            }
        }
        let rest = self.settle();
        self.outbox.put(|pending| {
            pending.chunks.extend(rest.map(|chunk| (chunk, Hold::default())));
            pending.frame = Some(Vec::new());
            pending.ended = true;
        });
    }

    fn take(&mut self, told: Told) {
        match told {
            Told::Event(event, hold) => {
                if self.style.quiet.leaves_out(&event) {
                    return;
                }
                let chunk = self.accept(&event);
                self.lines.extend(chunk.map(|chunk| (chunk, hold)));
                self.stale = true;
            }
            Told::Lines(lines, hold) => {
                for line in lines {
                    if let Some(chunk) = self.accept(&Event::Log(line)) {
                        self.lines.push((chunk, Hold::default()));
                    }
                }
                self.mark(hold);
                self.stale = true;
            }
            Told::Mark(hold) => self.mark(hold),
        }
    }

    /// Something that goes the way of all lines, and is let go behind them.
    fn mark(&mut self, hold: Hold) {
        self.lines.push((Chunk::stderr(""), hold));
    }

    fn accept(&mut self, event: &Event) -> Option<Chunk> {
        if let Some(menu) = &mut self.style.menu {
            menu.accept(event);
        }
        if let Some(chunk) = self.logs.accept(event) {
            return Some(chunk);
        }
        let watched = watched::accept(event, Paint { on: self.style.logs.terminals.colour });
        if let (Some(line), Kind::Tty(_) | Kind::Plain(_)) = (watched, &self.kind) {
            return Some(line);
        }
        let (width, height) = if matches!(self.kind, Kind::Tty(_)) { terminal_size() } else { (0, 0) };
        let view = View { width, height, paint: self.style.paint, glyphs: self.style.glyphs };
        match &mut self.kind {
            Kind::Tty(live) => live.accept(event, view, self.began.elapsed()),
            Kind::Plain(plain) => plain.accept(event),
            Kind::Json => json::accept(event),
            Kind::Quiet(paint) => match event {
                Event::Notice { level: level @ (Level::Warning | Level::Error), text } => {
                    Some(Chunk::stderr(notice(*level, text, *paint)))
                }
                _ => None,
            },
        }
    }

    /// Hands on lines that stay, and the live region as it is now: at once, so that no line is seen in both.
    fn show(&mut self) {
        let frame = match &self.kind {
            Kind::Tty(live) => {
                let mut view = self.view();
                let menu = self.style.menu.and_then(|menu| menu.line(view));
                view.height = view.height.saturating_sub(usize::from(menu.is_some()));
                let mut lines = live.lines(view, self.began.elapsed());
                lines.extend(menu);
                Some(lines)
            }
            _ => None,
        };
        let lines = &mut self.lines;
        self.outbox.put(|pending| {
            pending.chunks.append(lines);
            pending.frame = frame.or(pending.frame.take());
        });
        self.drawn = Some(Instant::now());
        self.stale = false;
    }

    fn is_moving(&self) -> bool {
        matches!(&self.kind, Kind::Tty(live) if live.is_moving())
    }

    fn settle(&mut self) -> Option<Chunk> {
        let (view, now) = (self.view(), self.began.elapsed());
        match &mut self.kind {
            Kind::Tty(live) => live.settle(view, now),
            _ => None,
        }
    }

    fn view(&self) -> View {
        let (width, height) = terminal_size();
        View { width, height, paint: self.style.paint, glyphs: self.style.glyphs }
    }
}
