//! The text around a syntax fault.

use std::ops::Range;

use crate::diag::{Problem, SourceId, Span};

/// Where the parser gave up.
#[derive(Clone, Copy)]
pub(in super::super) struct Scene<'a> {
    pub(in super::super) source: SourceId,
    pub(in super::super) text: &'a str,
    /// The byte at which it gave up.
    pub(in super::super) at: usize,
    /// The innermost bracket or brace that is open there.
    pub(in super::super) open: Option<usize>,
}

/// One line of the text, without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) start: usize,
    pub(super) text: &'a str,
}

impl<'a> Line<'a> {
    pub(super) fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }

    /// The bytes of what is not space around.
    pub(super) fn content(&self) -> Range<usize> {
        let trimmed = self.text.trim_start();
        let start = self.start + self.text.len() - trimmed.len();
        start..start + trimmed.trim_end().len()
    }

    pub(super) fn trimmed(&self) -> &'a str {
        self.text.trim()
    }

    /// True if there is nothing but space or a comment.
    pub(super) fn is_blank(&self) -> bool {
        let trimmed = self.trimmed();
        trimmed.is_empty() || trimmed.starts_with('#')
    }
}

impl<'a> Scene<'a> {
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range.start, range.end)
    }

    /// A problem at a stretch of the text.
    pub(super) fn problem(
        &self,
        message: impl Into<String>,
        range: Range<usize>,
        label: impl Into<String>,
    ) -> Problem {
        Problem::error("syntax", message).at(self.span(range), label)
    }

    /// The line that holds a byte.
    pub(super) fn line(&self, at: usize) -> Line<'a> {
        let at = at.min(self.text.len());
        let start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |length| at + length);
        Line { start, text: self.text[start..end].trim_end_matches('\r') }
    }

    /// The nearest line above that is not blank.
    pub(super) fn line_above(&self, line: Line<'_>) -> Option<Line<'a>> {
        let mut end = line.start;
        while end > 0 {
            let above = self.line(end - 1);
            if !above.is_blank() {
                return Some(above);
            }
            end = above.start;
        }
        None
    }

    /// The word at a byte: up to the next space, a few characters at least if there are.
    pub(super) fn word(&self, at: usize) -> Range<usize> {
        let line = self.line(at);
        let rest = self.text.get(at..line.start + line.text.len()).unwrap_or("");
        let length = rest.find(char::is_whitespace).filter(|length| *length > 0).unwrap_or(rest.len());
        at..at + length
    }

    /// From a byte to the end of its line, without spaces and comment there.
    pub(super) fn rest_of_line(&self, at: usize) -> Range<usize> {
        let line = self.line(at);
        let rest = self.text.get(at..line.start + line.text.len()).unwrap_or("");
        let rest = rest.split(" #").next().unwrap_or(rest);
        at..at + rest.trim_end().len()
    }

    /// The character at a byte.
    pub(super) fn character(&self, at: usize) -> Option<char> {
        self.text.get(at..).and_then(|rest| rest.chars().next())
    }
}

/// A number of spaces in words.
pub(super) fn spaces(count: usize) -> String {
    match count {
        0 => "none".to_owned(),
        1 => "1 space".to_owned(),
        more => format!("{more} spaces"),
    }
}
