//! The texts that were read, and places in them.

use std::fmt;
use std::sync::Arc;

/// Which text a [`Span`] lies in: an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub(crate) u32);

/// A stretch of one text, in bytes: `start` inclusive, `end` exclusive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of the bytes `start..end` of `source`. Texts above 4 GiB are never read, so offsets saturate.
    #[must_use]
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { source, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The span from the start of `self` to the end of `other` (same text).
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { source: self.source, start: self.start, end: other.end.max(self.start) }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True when the span covers no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.source.0, self.start, self.end)
    }
}

/// A place as people count: both numbers from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// One text with its name and an index of its lines.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    /// Byte offset at which each line starts.
    lines: Vec<u32>,
}

impl Source {
    fn new(name: String, text: String) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines =
            std::iter::once(0).chain(starts).map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect();
        Self { name, text, lines }
    }

    /// The name shown to people: a path, or `-` for standard input.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a byte offset; offsets past the end count as the end.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|start| *start as usize <= offset);
        let start = self.line_start(line - 1);
        Position { line, column: self.text[start..offset].chars().count() + 1 }
    }

    /// The text of a line (counted from 0) without its line end; empty past the last line.
    #[must_use]
    pub fn line(&self, index: usize) -> &str {
        if index >= self.lines.len() {
            return "";
        }
        let end = self.lines.get(index + 1).map_or(self.text.len(), |next| *next as usize);
        self.text[self.line_start(index)..end].trim_end_matches(['\n', '\r'])
    }

    /// Byte offset at which a line (counted from 0) starts.
    #[must_use]
    pub fn line_start(&self, index: usize) -> usize {
        self.lines.get(index).map_or(self.text.len(), |start| *start as usize)
    }

    /// How many lines there are.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }
}

/// All texts of one load, in the order in which they were read. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Arc<Source>>,
    concealed: Vec<Span>,
}

impl Sources {
    /// Keeps a text under a name and gives it an id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = SourceId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Arc::new(Source::new(name.into(), text.into())));
        id
    }

    /// The text of an id.
    ///
    /// # Panics
    /// If the id comes from another `Sources`.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Arc<Source> {
        &self.files[id.0 as usize]
    }

    /// All texts, in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, source)| (SourceId(u32::try_from(index).unwrap_or(u32::MAX)), source.as_ref()))
    }

    /// Never draws what lies under a span: it is a secret.
    pub fn conceal(&mut self, span: Span) {
        self.concealed.push(span);
    }

    /// True if some of what lies under a span is never drawn.
    #[must_use]
    pub fn is_concealed(&self, span: Span) -> bool {
        self.concealed(span.source).any(|hidden| hidden.start < span.end && span.start < hidden.end)
    }

    /// What of a text is never drawn.
    pub(crate) fn concealed(&self, id: SourceId) -> impl Iterator<Item = Span> {
        self.concealed.iter().copied().filter(move |span| span.source == id)
    }

    /// The words under a span; clipped to the text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        let text = self.get(span.source).text();
        text.get(span.start as usize..(span.end as usize).min(text.len())).unwrap_or("")
    }

    /// `name:line:column` of the start of a span.
    #[must_use]
    pub fn locate(&self, span: Span) -> String {
        let source = self.get(span.source);
        let at = source.position(span.start as usize);
        format!("{}:{}:{}", source.name(), at.line, at.column)
    }
}
