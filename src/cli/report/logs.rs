//! Lines of containers: `web-1  | text`, each container in its colour. The same for every kind of progress.

use indexmap::IndexSet;
use owo_colors::Style;
use rcompose::event::{Event, LogLine, Stream};
use unicode_width::UnicodeWidthStr;

use super::chunk::{Chunk, Target};
use super::paint::Paint;
use super::scrub::scrub;

/// How lines are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogStyle {
    /// With the container's name in front.
    pub(crate) prefix: bool,
    /// With colours for the names.
    pub(crate) colour: bool,
    /// What containers wrote to standard error goes to ours; else all goes to standard output, as `logs` of the peer
    /// has it.
    pub(crate) apart: bool,
    /// What the streams lead to.
    pub(crate) terminals: LogTerminals,
}

/// Which of the streams that lines go to are terminals: what steers one is taken out of lines that reach it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogTerminals {
    /// Standard output.
    pub(crate) stdout: bool,
    /// Standard error.
    pub(crate) stderr: bool,
    /// True if the lines' own colours may stay.
    pub(crate) colour: bool,
}

/// Formats lines; remembers the names, for their colours and the width of the first column.
#[derive(Debug)]
pub(crate) struct Logs {
    style: LogStyle,
    names: IndexSet<String>,
    width: usize,
}

/// The order in which containers get their colours, as the peer's.
const PALETTE: [fn(Style) -> Style; 10] = [
    Style::cyan,
    Style::yellow,
    Style::green,
    Style::magenta,
    Style::blue,
    |style| style.cyan().bold(),
    |style| style.yellow().bold(),
    |style| style.green().bold(),
    |style| style.magenta().bold(),
    |style| style.blue().bold(),
];

impl Logs {
    /// Nothing seen yet.
    pub(crate) fn new(style: LogStyle) -> Self {
        Self { style, names: IndexSet::new(), width: 0 }
    }

    /// What an event prints, if it is about containers' output.
    pub(crate) fn accept(&mut self, event: &Event) -> Option<Chunk> {
        match event {
            Event::Log(line) => Some(self.line(line)),
            Event::Attached { containers } => {
                for container in containers {
                    self.meet(container);
                }
                Some(Chunk::stdout(format!("Attaching to {}\n", containers.join(", "))))
            }
            Event::Shown { containers } => {
                for container in containers {
                    self.meet(container);
                }
                None
            }
            Event::Exited { container, code, restarting, .. } => {
                let name = Paint { on: self.style.colour }.with(self.meet(container), container);
                let again = if *restarting { " (restarting)" } else { "" };
                Some(Chunk::stdout(format!("{name} exited with code {code}{again}\n")))
            }
            _ => None,
        }
    }

    fn line(&mut self, line: &LogLine) -> Chunk {
        let mut text = String::with_capacity(line.text.len() + 32);
        if self.style.prefix {
            let style = self.meet(&line.container);
            let padding = " ".repeat(self.width - line.container.width() + 1);
            let prefix = format!("{}{padding} | ", line.container);
            text.push_str(&Paint { on: self.style.colour }.with(style, &prefix));
        }
        if let Some(timestamp) = &line.timestamp {
            text.extend([timestamp, " "]);
        }
        let terminals = self.style.terminals;
        let (target, terminal) = match line.stream {
            Stream::Stderr if self.style.apart => (Target::Stderr, terminals.stderr),
            Stream::Stdout | Stream::Stderr => (Target::Stdout, terminals.stdout),
        };
        // What is no text goes into a pipe as it came.
        let raw =
            line.bytes.as_ref().filter(|_| !terminal).map(|bytes| [text.as_bytes(), bytes, b"\n"].concat());
        if terminal {
            text.push_str(&scrub(&line.text, terminals.colour));
        } else {
            text.push_str(&line.text);
        }
        text.push('\n');
        Chunk { target, text, raw }
    }

    /// Remembers a container; its colour.
    fn meet(&mut self, container: &str) -> Style {
        let known = self.names.get_index_of(container);
        let at = known.unwrap_or_else(|| {
            self.width = self.width.max(container.width());
            self.names.insert_full(container.to_owned()).0
        });
        PALETTE[at % PALETTE.len()](Style::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIPED: LogStyle = LogStyle {
        prefix: true,
        colour: false,
        apart: true,
        terminals: LogTerminals { stdout: false, stderr: false, colour: false },
    };

    fn line(container: &str, text: &str) -> Event {
        Event::Log(LogLine {
            bytes: None,
            container: container.to_owned(),
            service: "any".to_owned(),
            stream: Stream::Stdout,
            timestamp: None,
            text: text.to_owned(),
        })
    }

    fn texts(logs: &mut Logs, events: &[Event]) -> String {
        events.iter().filter_map(|event| logs.accept(event)).map(|chunk| chunk.text).collect()
    }

    #[test]
    fn names_are_padded_to_the_longest_that_was_announced() {
        let attached = Event::Attached { containers: vec!["db-1".to_owned(), "frontend-1".to_owned()] };
        let out = texts(&mut Logs::new(PIPED), &[attached, line("db-1", "ready"), line("frontend-1", "up")]);
        assert_eq!(out, "Attaching to db-1, frontend-1\ndb-1        | ready\nfrontend-1  | up\n");
    }

    #[test]
    fn a_time_stamp_stands_between_name_and_text() {
        let Event::Log(mut stamped) = line("db-1", "ready") else { unreachable!("made as a log line") };
        stamped.timestamp = Some("2026-11-24T20:31:36.5Z".to_owned());
        let out = texts(&mut Logs::new(PIPED), &[Event::Log(stamped)]);
        assert_eq!(out, "db-1  | 2026-11-24T20:31:36.5Z ready\n");
    }

    #[test]
    fn each_container_keeps_its_own_colour() {
        let mut logs = Logs::new(LogStyle { colour: true, ..PIPED });
        let out = texts(&mut logs, &[line("a-1", "x"), line("b-1", "y"), line("a-1", "z")]);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], "\u{1b}[36ma-1  | \u{1b}[0mx");
        assert_eq!(lines[1], "\u{1b}[33mb-1  | \u{1b}[0my");
        assert!(lines[2].starts_with("\u{1b}[36ma-1"));
    }

    #[test]
    fn lines_are_raw_in_a_pipe_and_harmless_on_a_terminal() {
        let hostile = line("a-1", "\u{1b}]0;pwned\u{7}\u{1b}[31mred\u{1b}[2J");
        let bare = LogStyle { prefix: false, ..PIPED };
        assert_eq!(
            texts(&mut Logs::new(bare), std::slice::from_ref(&hostile)),
            "\u{1b}]0;pwned\u{7}\u{1b}[31mred\u{1b}[2J\n"
        );
        let terminals = LogTerminals { stdout: true, stderr: true, colour: true };
        let shown = LogStyle { terminals, ..bare };
        assert_eq!(texts(&mut Logs::new(shown), &[hostile]), "\u{1b}[31mred\u{1b}[0m\n");
    }

    #[test]
    fn what_is_no_text_goes_into_a_pipe_as_it_came_and_never_to_a_terminal() {
        let bytes = bytes::Bytes::from_static(b"\xff\xfe a");
        let line = Event::Log(LogLine::new("a-1", "a", (Stream::Stdout, bytes)));
        let chunk = Logs::new(PIPED).accept(&line).expect("a line");
        assert_eq!(chunk.raw.as_deref(), Some(&b"a-1  | \xff\xfe a\n"[..]));
        let terminals = LogTerminals { stdout: true, stderr: true, colour: true };
        let chunk = Logs::new(LogStyle { terminals, ..PIPED }).accept(&line).expect("a line");
        assert_eq!((chunk.raw, chunk.text.as_str()), (None, "a-1  | \u{fffd}\u{fffd} a\n"));
    }

    #[test]
    fn an_end_names_its_code_and_whether_it_starts_again() {
        let exited = |code, restarting| Event::Exited {
            container: "a-1".to_owned(),
            service: "a".to_owned(),
            code,
            restarting,
        };
        let out = texts(&mut Logs::new(PIPED), &[exited(0, false), exited(137, true)]);
        assert_eq!(out, "a-1 exited with code 0\na-1 exited with code 137 (restarting)\n");
    }
}
