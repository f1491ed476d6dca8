//! Problems as pictures for people.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles,
};

use super::fold::fold;
use super::{Problem, Report, Severity, Sources};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// Columns of the terminal.
    pub width: usize,
    /// True for colours, as escape codes.
    pub color: bool,
    /// True for line drawing characters, false for ASCII.
    pub unicode: bool,
    /// How many problems to draw before the rest is only counted.
    pub limit: usize,
}

impl Default for Drawing {
    fn default() -> Self {
        Self { width: 100, color: false, unicode: true, limit: 20 }
    }
}

/// Draws problems in their order, each with the lines it points at, and counts them at the end if there are several.
///
/// The cost is bounded by the limit, not by the number of problems or the length of the files.
#[must_use]
pub fn draw<'a>(
    problems: impl IntoIterator<Item = &'a Problem>,
    sources: &Sources,
    drawing: Drawing,
) -> String {
    let theme = GraphicalTheme {
        characters: if drawing.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if drawing.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(drawing.width)
        .with_links(false)
        .with_wrap_lines(false);
    let mut out = String::new();
    let mut tally = Tally::default();
    for problem in problems {
        tally.count(problem.severity);
        if tally.seen() > drawing.limit {
            continue;
        }
        let picture = Picture::new(Report::fitted(problem, sources, drawing.width), drawing.width);
        let mut drawn = String::new();
        if handler.render_report(&mut drawn, &picture).is_err() {
            // Only a span outside its text can bring us here: never lose the words.
            drawn = format!("  {picture}");
        }
        for line in drawn.lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out.push('\n');
    }
    if tally.seen() > 1 {
        let more = tally.seen().saturating_sub(drawing.limit);
        let rest = if more > 0 { format!(" (the last {more} not shown)") } else { String::new() };
        out.extend([tally.to_string(), rest, "\n".to_owned()]);
    }
    out
}

/// A report with its code behind the message instead of on a line of its own, its words folded.
#[derive(Debug)]
struct Picture {
    report: Report,
    message: String,
    help: Option<String>,
}

impl Picture {
    fn new(report: Report, width: usize) -> Self {
        let message = match report.code() {
            Some(code) => format!("{report} [{code}]"),
            None => report.to_string(),
        };
        // The columns that miette writes before each.
        let (margin, help_margin) = ("  x ".len(), "  help: ".len());
        let message = fold(&message, width.saturating_sub(margin));
        let help = report.help().map(|help| fold(&help.to_string(), width.saturating_sub(help_margin)));
        Self { report, message, help }
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Picture {}

impl Diagnostic for Picture {
    fn severity(&self) -> Option<miette::Severity> {
        self.report.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.report.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.report.labels()
    }
}

/// How many of each severity.
#[derive(Default)]
struct Tally {
    errors: usize,
    warnings: usize,
    advice: usize,
}

impl Tally {
    fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Advice => self.advice += 1,
        }
    }

    fn seen(&self) -> usize {
        self.errors + self.warnings + self.advice
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [(self.errors, "error"), (self.warnings, "warning"), (self.advice, "remark")];
        let parts: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
            .collect();
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{SourceId, Span};

    fn span_of(sources: &Sources, file: SourceId, words: &str) -> Span {
        let start = sources.get(file).text().find(words).expect("the words are in the text");
        Span::new(file, start, start + words.len())
    }

    fn numbered(lines: usize) -> String {
        (1..=lines).map(|number| format!("key{number}: {number}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn labels_of_two_files_are_drawn_under_one_message() {
        let mut sources = Sources::default();
        let base = sources.add("compose.yaml", "services:\n  web:\n    image: nginx\n");
        let over = sources.add("sub/over.yaml", "services:\n  web: 5\n");
        let problem = Problem::error("wrong-type", "`services.web` must be a mapping, found an integer")
            .at(span_of(&sources, over, "5"), "this is an integer")
            .at(span_of(&sources, base, "web"), "a service here")
            .help("remove the `5`");
        insta::assert_snapshot!(draw([&problem], &sources, Drawing::default()), @r#"
         × `services.web` must be a mapping, found an integer [wrong-type]
          ╭─[sub/over.yaml:2:8]
        1 │ services:
        2 │   web: 5
          ·        ┬
          ·        ╰── this is an integer
          ╰────
          ╭─[compose.yaml:2:3]
        1 │ services:
        2 │   web:
          ·   ─┬─
          ·    ╰── a service here
        3 │     image: nginx
          ╰────
         help: remove the `5`
        "#);
    }

    #[test]
    fn a_long_line_is_cut_around_its_mark() {
        let mut sources = Sources::default();
        let line = format!("a: {}BAD{}\n", "x".repeat(5000), "y".repeat(5000));
        let file = sources.add("compose.yaml", line);
        let problem = Problem::error("bad-value", "no")
            .at(span_of(&sources, file, "BAD"), "this is what is wrong here");
        let drawn = draw([&problem], &sources, Drawing { width: 60, ..Drawing::default() });
        insta::assert_snapshot!(drawn, @r#"
         × no [bad-value]
          ╭─[compose.yaml:1:5004]
        1 │ …xxxxxxxxxxxxxxxxxxBADyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
          ·                    ─┬─
          ·                     ╰── this is what is wrong here
          ╰────
        "#);
    }

    #[test]
    fn escapes_tabs_and_invisible_characters_are_drawn_harmless() {
        let mut sources = Sources::default();
        let file = sources.add("a\x1b.yaml", "ok: 1\n\tb\x1b[31m: \u{200b}日本\u{202e}x\n");
        let problem = Problem::error("bad-value", "the \x1b[2J key")
            .at(span_of(&sources, file, "日本"), "wide \x07")
            .at(span_of(&sources, file, "\t"), "a tab");
        insta::assert_snapshot!(draw([&problem], &sources, Drawing::default()), @r#"
         × the ␛[2J key [bad-value]
          ╭─[a␛.yaml:2:11]
        1 │ ok: 1
        2 │ →   b␛[31m: <U+200B>日本<U+202E>x
          · ──┬─                ──┬─
          ·   │                   ╰── wide ␇
          ·   ╰── a tab
          ╰────
        "#);
    }

    #[test]
    fn a_secret_is_never_drawn() {
        let mut sources = Sources::default();
        let file = sources.add(".env", "TOKEN=hunter2 # mine\nPORT=x\n");
        let secret = span_of(&sources, file, "hunter2");
        sources.conceal(secret);
        let problem = Problem::error("bad-value", "no port").at(span_of(&sources, file, "x"), "set here");
        let marked = Problem::error("bad-value", "no token").at(secret, "set here");
        insta::assert_snapshot!(draw([&problem, &marked], &sources, Drawing::default()), @r#"
          × no port [bad-value]
           ╭─[.env:2:6]
         1 │ TOKEN=•••••• # mine
         2 │ PORT=x
           ·      ┬
           ·      ╰── set here
           ╰────

          × no token [bad-value]
           ╭─[.env:1:7]
         1 │ TOKEN=•••••• # mine
           ·       ───┬──
           ·          ╰── set here
         2 │ PORT=x
           ╰────

        2 errors
        "#);
    }

    #[test]
    fn the_end_of_a_file_gets_a_mark() {
        let mut sources = Sources::default();
        let file = sources.add("compose.yaml", "a: [\n");
        let problem =
            Problem::error("yaml-syntax", "the list is not closed").at(Span::new(file, 5, 5), "expected `]`");
        let without = sources.add("other.yaml", "a: [");
        let second = Problem::error("yaml-syntax", "the list is not closed")
            .at(Span::new(without, 4, 4), "expected `]`");
        insta::assert_snapshot!(draw([&problem, &second], &sources, Drawing::default()), @r#"
          × the list is not closed [yaml-syntax]
           ╭─[compose.yaml:2:1]
         1 │ a: [
         2 │
           · ▲
           · ╰── expected `]`
           ╰────

          × the list is not closed [yaml-syntax]
           ╭─[other.yaml:1:5]
         1 │ a: [
           ·     ▲
           ·     ╰── expected `]`
           ╰────

        2 errors
        "#);
    }

    #[test]
    fn places_far_apart_in_one_file_are_two_pictures_the_primary_first() {
        let mut sources = Sources::default();
        let text = numbered(200);
        let file = sources.add("compose.yaml", text);
        let problem = Problem::warning("duplicate-key", "`key150` again")
            .at(span_of(&sources, file, "key150"), "second")
            .at(span_of(&sources, file, "key3:"), "first")
            .at(span_of(&sources, file, "key6:"), "near the first");
        insta::assert_snapshot!(draw([&problem], &sources, Drawing { unicode: false, ..Drawing::default() }), @r#"
         ! `key150` again [duplicate-key]
            ,-[compose.yaml:150:1]
        149 | key149: 149
        150 | key150: 150
            : ^^^|^^
            :    `-- second
        151 | key151: 151
            `----
          ,-[compose.yaml:3:1]
        2 | key2: 2
        3 | key3: 3
          : ^^|^^
          :   `-- first
        4 | key4: 4
        5 | key5: 5
        6 | key6: 6
          : ^^|^^
          :   `-- near the first
        7 | key7: 7
          `----
        "#);
    }

    #[test]
    fn only_the_first_problems_are_drawn_and_the_rest_is_counted() {
        let mut sources = Sources::default();
        let file = sources.add("compose.yaml", "a: 1\n");
        let many: Vec<Problem> = (0..50)
            .map(|number| Problem::error("x", format!("fault {number}")).at(Span::new(file, 0, 1), ""))
            .collect();
        let drawn = draw(&many, &sources, Drawing { limit: 2, ..Drawing::default() });
        assert!(drawn.contains("fault 1") && !drawn.contains("fault 2"));
        assert!(drawn.ends_with("50 errors (the last 48 not shown)\n"), "{drawn}");
    }

    #[test]
    fn a_mark_over_many_lines_is_drawn_on_its_first() {
        let mut sources = Sources::default();
        let text = numbered(100);
        let file = sources.add("compose.yaml", text.as_str());
        let tall = Problem::error("x", "tall").at(Span::new(file, 10, text.len()), "all of it");
        let low = Problem::error("x", "low").at(Span::new(file, 0, 20), "three lines");
        insta::assert_snapshot!(draw([&tall, &low], &sources, Drawing::default()), @r#"
          × tall [x]
           ╭─[compose.yaml:2:3]
         1 │ key1: 1
         2 │ key2: 2
           ·   ──┬──
           ·     ╰── all of it
         3 │ key3: 3
           ╰────

          × low [x]
           ╭─[compose.yaml:1:1]
         1 │ ╭─▶ key1: 1
         2 │ │   key2: 2
         3 │ ├─▶ key3: 3
           · ╰──── three lines
         4 │     key4: 4
           ╰────

        2 errors
        "#);
    }
}
