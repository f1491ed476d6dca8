//! The two streams: data on stdout, talk on stderr. Nothing else in the program prints.

use std::io::{self, IsTerminal, Write};

use clap::builder::StyledStr;
use owo_colors::OwoColorize;
use rcompose::diag::{Drawing, Problems, Sources, describe, draw, harmless};
use rcompose::event::{Event, Level};
use serde_json::json;

use super::failure::Failure;
use super::report::{Paint, notice};
use super::settings::Colours;

/// How to print.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ui {
    /// Colour, stream by stream.
    pub(crate) colours: Colours,
    /// True when talk is JSON, an object a line.
    pub(crate) json: bool,
    /// Columns for text that wraps.
    pub(crate) width: usize,
}

impl Ui {
    /// Writes data to stdout, as it is.
    #[expect(clippy::unused_self, reason = "who prints has a `Ui`")]
    pub(crate) fn print(self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(())
    }

    /// Writes what the engine told to stdout: as it is into a pipe, harmless to a terminal.
    pub(crate) fn print_found(self, text: &str) -> Result<(), Failure> {
        if io::stdout().is_terminal() { self.print(&harmless(text)) } else { self.print(text) }
    }

    /// Writes help to stdout, with its colours where they are wanted.
    pub(crate) fn print_styled(self, text: &StyledStr) -> Result<(), Failure> {
        let text = if self.colours.stdout { text.ansi().to_string() } else { text.to_string() };
        self.print(text.trim_end_matches('\n')).and_then(|()| self.print("\n"))
    }

    /// Tells why a verb ended early.
    pub(crate) fn fail(self, failure: &Failure) {
        match failure {
            Failure::Message { text, help } => self.sentence(text, help),
            Failure::Problems(failure) if self.json => Self::described(&failure.problems, &failure.sources),
            Failure::Ops(error) => self.sentence(&error.to_string(), &[]),
            Failure::Problems(failure) => self.problems(&failure.problems, &failure.sources),
            Failure::BrokenPipe => {}
        }
    }

    /// A word that belongs to no resource and is no warning.
    pub(crate) fn remark(self, text: &str) {
        if self.json {
            let notice = Event::Notice { level: Level::Info, text: text.to_owned() };
            say(&format!("{}\n", json!(notice)));
        } else {
            say(&notice(Level::Info, text, Paint { on: self.colours.stderr }));
        }
    }

    /// A word on something that works, but probably not as meant.
    pub(crate) fn warn(self, text: &str) {
        if self.json {
            let notice = Event::Notice { level: Level::Warning, text: text.to_owned() };
            say(&format!("{}\n", json!(notice)));
        } else {
            say(&notice(Level::Warning, text, Paint { on: self.colours.stderr }));
        }
    }

    /// Draws problems with the lines they point at.
    pub(crate) fn problems(self, problems: &Problems, sources: &Sources) {
        if self.json {
            if !problems.is_empty() {
                Self::described(problems, sources);
            }
            return;
        }
        let drawing = Drawing { width: self.width, color: self.colours.stderr, ..Drawing::default() };
        say(&draw(problems, sources, drawing));
    }

    /// Problems as one object, as the peer's last line with `--progress json`, and with their places.
    fn described(problems: &Problems, sources: &Sources) {
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let object = json!({
            "error": problems.has_errors(),
            "message": messages.join("\n"),
            "problems": describe(problems, sources),
        });
        say(&format!("{object}\n"));
    }

    /// A message and its next steps.
    fn sentence(self, message: &str, help: &[String]) {
        if self.json {
            let mut object = json!({ "error": true, "message": message });
            if !help.is_empty() {
                object["help"] = json!(help);
            }
            say(&format!("{object}\n"));
            return;
        }
        let mut text = format!("{message}\n");
        for step in help {
            let label = if self.colours.stderr { "help:".cyan().to_string() } else { "help:".to_owned() };
            text.extend([label.as_str(), " ", step, "\n"]);
        }
        say(&text);
    }
}

/// Writes to stderr. When that fails there is nobody left to tell.
fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
