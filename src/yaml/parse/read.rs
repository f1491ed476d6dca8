//! The loop over the parser's events.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as RawSpan, StrInput, options};

use crate::diag::{Problems, SourceId};

use super::super::Node;
use super::builder::{Abandon, Builder, DEEPEST, RawScalar, RawStart};
use super::characters;
use super::complaint::Complaints;
use super::syntax::{self, Scene, bad_escape};

/// How many bytes may be read again because of what the peer reads and the parser does not, and how often at least.
const MOST_READ_AGAIN: usize = 64 << 20;
const LEAST_ATTEMPTS: usize = 16;

/// Escapes that can stand in for `\'`, with what they mean and how else that can be written.
const STAND_INS: &[(char, char, &str)] =
    &[('P', '\u{2029}', "2029"), ('L', '\u{2028}', "2028"), ('v', '\u{b}', "0b"), ('N', '\u{85}', "85")];

/// Reads a text into one tree a document.
///
/// Every fault is added to `problems`. A document with a syntax fault is left out; one with other faults is there
/// with what could be had, so that later passes can find more.
pub fn parse(source: SourceId, text: &str, problems: &mut Problems) -> Vec<Node> {
    let stand_in = stand_in(text);
    let attempts = (MOST_READ_AGAIN / text.len().max(1)).max(LEAST_ATTEMPTS);
    let mut text = Cow::Borrowed(text);
    for attempt in 0..=attempts {
        let found = problems.len();
        let mut complaints = Complaints::new(source, problems);
        if !characters::check(&text, &mut complaints) {
            return Vec::new();
        }
        let mut reader = Reader::new(&text, &mut complaints);
        reader.stand_in = stand_in.filter(|_| attempt < attempts);
        reader.mends = attempt < attempts;
        let mut documents = Vec::new();
        while reader.step(&mut documents) {}
        let Some(oddity) = reader.oddity else { return documents };
        problems.truncate(found);
        match oddity {
            Oddity::Comment(at) => blank_out(&mut text, at),
            Oddity::Apostrophe(at) => {
                let letter = stand_in.map_or('\'', |(letter, _)| letter);
                text.to_mut().replace_range(at + 1..at + 2, letter.encode_utf8(&mut [0; 4]));
            }
        }
    }
    Vec::new()
}

/// What the peer reads and the parser does not, and where it is.
#[derive(Clone, Copy)]
enum Oddity {
    /// A comment that is glued to a value: `"x"#c`.
    Comment(usize),
    /// `\'` in double quotes.
    Apostrophe(usize),
}

/// An escape, and what it means, that a text has no use for.
fn stand_in(text: &str) -> Option<(char, char)> {
    if !text.contains("\\'") {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let free = |(letter, meaning, code): &&(char, char, &str)| {
        !text.contains(&format!("\\{letter}")) && !text.contains(*meaning) && !lower.contains(code)
    };
    STAND_INS.iter().find(free).map(|(letter, meaning, _)| (*letter, *meaning))
}

fn blank_out(text: &mut Cow<'_, str>, at: usize) {
    let end = text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length);
    text.to_mut().replace_range(at..end, &" ".repeat(end - at));
}

struct Reader<'a, 'p> {
    parser: Parser<'a, StrInput<'a>>,
    builder: Builder<'a, 'p>,
    /// What stands for `\'`: the letter of an escape, and what that means.
    stand_in: Option<(char, char)>,
    /// Whether oddities are given back, to be mended, and no faults.
    mends: bool,
    /// What must be mended: reading cannot go on with it.
    oddity: Option<Oddity>,
}

impl<'a, 'p> Reader<'a, 'p> {
    fn new(text: &'a str, complaints: &'p mut Complaints<'a>) -> Self {
        let builder = Builder::new(text, complaints);
        Self { parser: parser(text), builder, stand_in: None, mends: false, oddity: None }
    }

    /// Takes one event; false at the end of the text.
    fn step(&mut self, documents: &mut Vec<Node>) -> bool {
        let (event, span) = match self.parser.next_event() {
            None => return false,
            Some(Ok(next)) => next,
            Some(Err(error)) => {
                self.oddity = self.oddity_of(&error);
                if self.oddity.is_some() {
                    return false;
                }
                self.refuse(&error);
                return self.recover();
            }
        };
        match self.take(event, &span, documents) {
            Ok(more) => more,
            Err(Abandon) => self.recover(),
        }
    }

    fn refuse(&mut self, error: &ScanError) {
        let problem = syntax::explain(error.kind(), &self.scene(error));
        self.builder.complaints.push(problem);
    }

    fn scene(&self, error: &ScanError) -> Scene<'a> {
        let text = self.builder.text;
        let mut at = error.marker().byte_offset().unwrap_or(0).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        Scene { source: self.builder.complaints.source(), text, at, open: self.builder.innermost_flow() }
    }

    fn oddity_of(&self, error: &ScanError) -> Option<Oddity> {
        if !self.mends {
            return None;
        }
        if matches!(error.kind(), ErrorKind::UnknownQuotedScalarEscape) {
            let bad = bad_escape(&self.scene(error)).filter(|_| self.stand_in.is_some())?;
            return (&self.builder.text[bad.clone()] == "\\'").then_some(Oddity::Apostrophe(bad.start));
        }
        glued_comment(error, self.builder.text).map(Oddity::Comment)
    }

    /// Gives the document up and goes on with the next one, if there is one.
    fn recover(&mut self) -> bool {
        self.builder.finish();
        self.parser.proceed_next_document().unwrap_or(false)
    }

    fn take(&mut self, event: Event<'a>, span: &RawSpan, documents: &mut Vec<Node>) -> Result<bool, Abandon> {
        let (start, end) = range(span);
        let here = self.builder.complaints.span(start, end);
        match event {
            Event::StreamEnd => return Ok(false),
            Event::DocumentEnd => documents.extend(self.builder.finish()),
            Event::Scalar(text, style, anchor, tag) => {
                self.anchor(anchor);
                let (start, end) = literal_range(self.builder.text, style, start, end);
                let span = self.builder.complaints.span(start, end);
                let text = match self.stand_in {
                    Some((_, meaning)) if style == ScalarStyle::DoubleQuoted && text.contains(meaning) => {
                        Cow::Owned(text.replace(meaning, "'"))
                    }
                    _ => text,
                };
                self.builder.scalar(RawScalar { text, style, tag, span, anchor });
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.anchor(anchor);
                self.builder.start(&RawStart { style, tag, at: start, anchor }, true)?;
            }
            Event::MappingStart(style, anchor, tag) => {
                self.anchor(anchor);
                self.builder.start(&RawStart { style, tag, at: start, anchor }, false)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.builder.end(end),
            Event::Alias(id) => self.builder.alias(id, here)?,
            Event::UnresolvedAlias(name) => self.builder.unknown_alias(&name, here),
            _ => {}
        }
        Ok(true)
    }

    /// Reads the name of the anchor of the value that just began: its event follows at once.
    fn anchor(&mut self, id: usize) {
        if id == 0 || !matches!(self.parser.peek(), Some(Ok((Event::Anchor(..), _)))) {
            return;
        }
        if let Some(Ok((Event::Anchor(id, name), span))) = self.parser.next_event() {
            let (start, end) = range(&span);
            let span = self.builder.complaints.span(start, end);
            self.builder.anchors.open(id, &name, span);
        }
    }
}

fn parser(text: &str) -> Parser<'_, StrInput<'_>> {
    let options = options! {
        emit_comments: false,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        bom_inside_document_as_content: true,
        block_scalar_eof_without_line_feed: true,
        // The builder counts both kinds together and says so in better words.
        flow_nesting_limit: DEEPEST + 1,
        block_nesting_limit: DEEPEST + 1,
        // The peer has no limit; this one keeps the search for a `:` from running through the whole text.
        simple_key_max_lookahead: 1 << 16,
    };
    Parser::new_from_str_with_options(text, options)
}

fn range(span: &RawSpan) -> (usize, usize) {
    let start = span.start.byte_offset().unwrap_or(0);
    (start, span.end.byte_offset().unwrap_or(start).max(start))
}

/// A block scalar from its `|` or `>` to the end of its last line that is not blank.
fn literal_range(text: &str, style: ScalarStyle, start: usize, end: usize) -> (usize, usize) {
    if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        return (start, end);
    }
    let before = text[..start].trim_end();
    let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let header = before[line..].match_indices(['|', '>']).map(|(at, _)| line + at).find(|at| {
        let rest = before[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
        rest.is_empty() || (rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#'))
    });
    let from = header.unwrap_or(start);
    let content = text[..end].trim_end().len();
    (from, content.max(from + 1))
}

/// The offset of the comment, if that is what an error is about.
fn glued_comment(error: &ScanError, text: &str) -> Option<usize> {
    let at = error.marker().byte_offset()?;
    let glued = matches!(
        error.kind(),
        ErrorKind::CommentNotSeparated
            | ErrorKind::InvalidTrailingDoubleQuotedScalar
            | ErrorKind::InvalidTrailingSingleQuotedScalar
    );
    (glued && text.as_bytes().get(at) == Some(&b'#')).then_some(at)
}
