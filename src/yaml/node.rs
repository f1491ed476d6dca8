//! The located tree: what a YAML text says, and where it says it.

use std::ops::Range;
use std::sync::Arc;

use crate::diag::Span;
use crate::syntax::TemplatePart;

use super::Map;

/// A value and where it stands.
///
/// A pass that replaces a value keeps its origin: `"80:80"` turned into a mapping has children that all carry the
/// span of the string.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it says.
    pub value: Value,
    /// Where it says so. For a mapping or sequence: from its first key or item to the end of its last value.
    pub span: Span,
    /// `!reset` or `!override`, if so tagged.
    pub tag: Option<Tag>,
    /// True for what no file says: a default, or what follows from something that stands at `span`.
    pub implied: bool,
    /// How the value came about, where there is more to tell than `span`. Shared by the parts of a short form.
    pub trail: Option<Arc<Trail>>,
}

/// The compose specification's own tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `!reset`: what an earlier file said here is dropped, and so is this value.
    Reset,
    /// `!override`: this value replaces what an earlier file said, without merging.
    Override,
}

/// The history of a value, for `config --explain` and for errors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trail {
    /// The places that said something else before and lost, latest loser first.
    pub overrode: Vec<Span>,
    /// The variables that went in.
    pub variables: Vec<VariableUse>,
}

/// A variable that an interpolation read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableUse {
    /// Its name.
    pub name: String,
    /// Where its value was set, if in a file (`.env`, `--env-file`) and not in the process environment.
    pub defined: Option<Span>,
    /// What it gave to the text.
    pub part: TemplatePart,
}

/// A typed value. Scalars are typed as the peer's YAML library does (`017` is 15, `yes` is a string, ...).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `~`, `null`, or nothing.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A whole number that fits 64 bits.
    Int(i64),
    /// A whole number above `i64::MAX`.
    Uint(u64),
    /// A number with a fraction or exponent; never infinite or NaN.
    Float(f64),
    /// Text.
    String(String),
    /// A date or time, as RFC 3339 text with the offset that it was written with (`2024-01-01T00:00:00Z`).
    Time(String),
    /// A sequence.
    Seq(Vec<Node>),
    /// A mapping, in document order.
    Map(Map),
}

impl Node {
    /// A value at a place.
    #[must_use]
    pub fn new(value: Value, span: Span) -> Self {
        Self { value, span, tag: None, implied: false, trail: None }
    }

    /// What nobody says, but follows from what stands at a place.
    #[must_use]
    pub fn implied(value: Value, span: Span) -> Self {
        Self { implied: true, ..Self::new(value, span) }
    }

    /// A part of this value, or another form of it: at the same place, with the same history.
    #[must_use]
    pub fn derive(&self, value: Value) -> Self {
        Self { value, span: self.span, tag: None, implied: self.implied, trail: self.trail.clone() }
    }

    /// Text at a place.
    #[must_use]
    pub fn string(text: impl Into<String>, span: Span) -> Self {
        Self::new(Value::String(text.into()), span)
    }

    /// Null at a place.
    #[must_use]
    pub fn null(span: Span) -> Self {
        Self::new(Value::Null, span)
    }

    /// The mapping, if it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        if let Value::Map(map) = &self.value { Some(map) } else { None }
    }

    /// The mapping, if it is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        if let Value::Map(map) = &mut self.value { Some(map) } else { None }
    }

    /// The items, if it is a sequence.
    #[must_use]
    pub fn as_seq(&self) -> Option<&[Node]> {
        if let Value::Seq(items) = &self.value { Some(items) } else { None }
    }

    /// The items, if it is a sequence.
    pub fn as_seq_mut(&mut self) -> Option<&mut Vec<Node>> {
        if let Value::Seq(items) = &mut self.value { Some(items) } else { None }
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// True for null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The value under a key, if this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// The value under a key, if this is a mapping that has it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.as_map_mut()?.get_mut(key)
    }

    /// The variables that went in and were set in a file, with the places where they were.
    pub fn origins(&self) -> impl Iterator<Item = (&str, Span)> {
        let used = self.trail.iter().flat_map(|trail| &trail.variables);
        used.filter_map(|used| Some((used.name.as_str(), used.defined?)))
    }

    /// The place of a stretch of the text, in bytes of the text; the whole place where the text does not stand in the
    /// file as it is (escapes, folded lines, variables that were filled in).
    #[must_use]
    pub fn within(&self, stretch: Range<usize>) -> Span {
        let filled = self.trail.as_ref().is_some_and(|trail| !trail.variables.is_empty());
        let Some(text) = self.as_str().filter(|text| !filled && stretch.end <= text.len()) else {
            return self.span;
        };
        // Either plain, or in quotes with nothing escaped: anything else has another length.
        let opening = match self.span.len().checked_sub(text.len()) {
            Some(0) => 0,
            Some(2) => 1,
            _ => return self.span,
        };
        let start = self.span.start as usize + opening;
        Span::new(self.span.source, start + stretch.start, start + stretch.end)
    }

    /// The trail, made if there is none yet.
    pub fn trail_mut(&mut self) -> &mut Trail {
        Arc::make_mut(self.trail.get_or_insert_default())
    }
}

impl Value {
    /// A text that is the same for values that say the same, wherever they stand. The order of keys says nothing.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        match self {
            Self::Null => "~".to_owned(),
            Self::Bool(flag) => format!("?{flag}"),
            Self::Int(number) => format!("#{number}"),
            Self::Uint(number) => format!("#{number}"),
            Self::Float(number) => format!("#{number}"),
            Self::String(text) | Self::Time(text) => format!("{text:?}"),
            Self::Seq(items) => {
                let parts: Vec<String> = items.iter().map(|item| item.value.fingerprint()).collect();
                format!("[{}]", parts.join(","))
            }
            Self::Map(map) => {
                let mut parts: Vec<String> = map
                    .iter()
                    .map(|(key, entry)| format!("{key:?}:{}", entry.node.value.fingerprint()))
                    .collect();
                parts.sort_unstable();
                format!("{{{}}}", parts.join(","))
            }
        }
    }

    /// The kind in the words of an error: `a mapping`, `a string`, ...
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Uint(_) => "an integer",
            Self::Float(_) => "a number",
            Self::String(_) => "a string",
            Self::Time(_) => "a timestamp",
            Self::Seq(_) => "a sequence",
            Self::Map(_) => "a mapping",
        }
    }
}
