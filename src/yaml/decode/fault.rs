//! Why a value could not be read.

use std::fmt;

use serde::de;

use crate::diag::{Problem, Span};

use super::super::{Entry, Node, Path, Segment};

/// A value that does not fit, and where it is.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    message: String,
    /// The innermost value around the fault.
    span: Option<Span>,
    /// Which value that is.
    site: Option<Site>,
    /// The steps to that value, innermost first.
    steps: Vec<Segment>,
    /// True if something is not there, which may be so only because it was left out.
    missing: bool,
}

/// A node by where it lies in memory: the tree does not move while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Site(usize);

impl Site {
    pub(super) fn of(node: &Node) -> Self {
        Self(std::ptr::from_ref(node).addr())
    }
}

impl Fault {
    /// Notes the value in which the fault was found, unless an inner one is known.
    pub(super) fn within(mut self, node: &Node) -> Self {
        self.span.get_or_insert(node.span);
        self.site.get_or_insert(Site::of(node));
        self
    }

    /// Notes the key that does not fit; leaving its entry out leaves the fault out.
    pub(super) fn at_key(mut self, key: &str, entry: &Entry) -> Self {
        self.span.get_or_insert(entry.key);
        self.within(&entry.node).below(Segment::Key(key.to_owned()))
    }

    /// Notes one step on the way to the value.
    pub(super) fn below(mut self, step: Segment) -> Self {
        self.steps.push(step);
        self
    }

    /// The innermost value around the fault.
    pub(super) fn site(&self) -> Option<Site> {
        self.site
    }

    /// True if it is about something that is not there.
    pub(super) fn is_missing(&self) -> bool {
        self.missing
    }

    /// The value's address.
    #[must_use]
    pub fn path(&self) -> Path {
        let mut path = Path::root();
        for step in self.steps.iter().rev() {
            match step {
                Segment::Key(key) => path.push_key(key),
                Segment::Index(index) => path.push_index(*index),
            }
        }
        path
    }

    /// The fault as a problem of its text.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let path = self.path();
        let message = if path.segments().is_empty() {
            self.message.clone()
        } else {
            format!("`{path}`: {}", self.message)
        };
        let problem = Problem::error("invalid-value", message);
        match self.span {
            Some(span) => problem.at(span, "this value"),
            None => problem,
        }
    }
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None, site: None, steps: Vec::new(), missing: false }
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {}", Found(found)))
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {}", Found(found)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown attribute `{field}`{}", Choice(expected)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown value `{variant}`{}", Choice(expected)))
    }

    fn missing_field(field: &'static str) -> Self {
        Self { missing: true, ..Self::custom(format_args!("`{field}` is missing")) }
    }
}

/// What was found, in the words of a YAML file.
struct Found<'a>(de::Unexpected<'a>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use de::Unexpected;
        match self.0 {
            Unexpected::Bool(value) => write!(f, "`{value}`"),
            Unexpected::Signed(value) => write!(f, "`{value}`"),
            Unexpected::Unsigned(value) => write!(f, "`{value}`"),
            Unexpected::Float(value) => write!(f, "`{value}`"),
            Unexpected::Str(text) => write!(f, "`{text}`"),
            Unexpected::Unit | Unexpected::Option => f.write_str("null"),
            Unexpected::Seq => f.write_str("a sequence"),
            Unexpected::Map => f.write_str("a mapping"),
            other => other.fmt(f),
        }
    }
}

/// What would have done.
struct Choice(&'static [&'static str]);

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((last, others)) = self.0.split_last() else { return Ok(()) };
        f.write_str("; expected ")?;
        for other in others {
            write!(f, "`{other}`, ")?;
        }
        write!(f, "{}`{last}`", if others.is_empty() { "" } else { "or " })
    }
}
