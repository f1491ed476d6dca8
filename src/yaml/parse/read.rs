//! The loop over the parser's events.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as RawSpan, StrInput, options};

use crate::diag::{Problems, SourceId};

use super::super::Node;
use super::builder::{Abandon, Builder, DEEPEST, RawScalar, RawStart};
use super::characters;
use super::complaint::Complaints;
use super::syntax::{self, Scene};

/// How often a comment that is glued to a value may be taken out before the rest is read again.
const MOST_GLUED_COMMENTS: usize = 100;

/// Reads a text into one tree a document.
///
/// Every fault is added to `problems`. A document with a syntax fault is left out; one with other faults is there
/// with what could be had, so that later passes can find more.
pub fn parse(source: SourceId, text: &str, problems: &mut Problems) -> Vec<Node> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..MOST_GLUED_COMMENTS {
        match attempt(source, &text, problems) {
            Ok(documents) => return documents,
            Err(Glued { at, found }) => {
                problems.truncate(found);
                blank_out(&mut text, at);
            }
        }
    }
    attempt(source, &text, problems).unwrap_or_default()
}

/// A comment is glued to a value (`"x"#c`): the peer takes that, the parser does not.
struct Glued {
    at: usize,
    /// How many problems there were before.
    found: usize,
}

fn attempt(source: SourceId, text: &str, problems: &mut Problems) -> Result<Vec<Node>, Glued> {
    let found = problems.len();
    let mut complaints = Complaints::new(source, problems);
    if !characters::check(text, &mut complaints) {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(text, &mut complaints);
    let mut documents = Vec::new();
    while reader.step(&mut documents) {}
    match reader.glued {
        Some(at) => Err(Glued { at, found }),
        None => Ok(documents),
    }
}

fn blank_out(text: &mut Cow<'_, str>, at: usize) {
    let end = text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length);
    text.to_mut().replace_range(at..end, &" ".repeat(end - at));
}

struct Reader<'a, 'p> {
    parser: Parser<'a, StrInput<'a>>,
    builder: Builder<'a, 'p>,
    /// Where a comment is glued to a value: reading cannot go on with it.
    glued: Option<usize>,
}

impl<'a, 'p> Reader<'a, 'p> {
    fn new(text: &'a str, complaints: &'p mut Complaints<'a>) -> Self {
        Self { parser: parser(text), builder: Builder::new(text, complaints), glued: None }
    }

    /// Takes one event; false at the end of the text.
    fn step(&mut self, documents: &mut Vec<Node>) -> bool {
        let (event, span) = match self.parser.next_event() {
            None => return false,
            Some(Ok(next)) => next,
            Some(Err(error)) => {
                self.glued = glued_comment(&error, self.builder.text);
                if self.glued.is_some() {
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
        let text = self.builder.text;
        let mut at = error.marker().byte_offset().unwrap_or(0).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let source = self.builder.complaints.source();
        let scene = Scene { source, text, at, open: self.builder.innermost_flow() };
        self.builder.complaints.push(syntax::explain(error.kind(), &scene));
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
