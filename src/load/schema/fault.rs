//! The words of each fault.

use crate::diag::{Problem, Span, did_you_mean};
use crate::yaml::{Entry, Node, Path, Value};

use super::shape::{Kinds, Object, Pattern, Shape};

/// What a fault is about.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    path: &'a Path,
    node: &'a Node,
    key: Option<Span>,
}

impl<'a> Place<'a> {
    pub(super) fn new(path: &'a Path, node: &'a Node, key: Option<Span>) -> Self {
        Self { path, node, key }
    }

    /// What to underline: a scalar itself; for what spans lines, its key or what it begins with.
    fn spot(&self) -> Span {
        let begins = match &self.node.value {
            Value::Map(map) => map.iter().next().map(|(_, entry)| entry.key),
            Value::Seq(items) => items.first().map(|item| Self::new(self.path, item, None).spot()),
            _ if self.node.span.is_empty() => None,
            _ => return self.node.span,
        };
        self.key.or(begins).unwrap_or(self.node.span)
    }
}

/// A value of a kind that does not belong here.
pub(super) fn wrong_type(place: &Place<'_>, shape: &Shape) -> Problem {
    let found = place.node.value.kind();
    Problem::error("wrong-type", format!("`{}` must be {}, found {found}", place.path, expected(shape)))
        .at(place.spot(), format!("this is {found}"))
}

/// A string outside an enumeration.
pub(super) fn not_a_word(place: &Place<'_>, text: &str, words: &[&str]) -> Problem {
    let all = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    Problem::error("unknown-value", format!("`{}` cannot be `{text}`", place.path))
        .at(place.spot(), format!("expected one of {all}"))
        .maybe_help(did_you_mean(text, words.iter().copied()))
}

/// A string that breaks the rule for its text.
pub(super) fn no_match(place: &Place<'_>, text: &str, pattern: Pattern) -> Problem {
    Problem::error("bad-value", format!("`{}` cannot be `{text}`", place.path))
        .at(place.spot(), pattern.expected())
}

/// An integer outside its range.
pub(super) fn out_of_range(place: &Place<'_>, (least, greatest): (i64, i64)) -> Problem {
    let range = if greatest == i64::MAX {
        format!("at least {least}")
    } else {
        format!("from {least} to {greatest}")
    };
    Problem::error("out-of-range", format!("`{}` must be {range}", place.path)).at(place.spot(), "")
}

/// An item that stands in its list already.
pub(super) fn double(place: &Place<'_>, first: Span) -> Problem {
    Problem::error("duplicate-item", format!("`{}` stands in the list already", place.path))
        .at(place.spot(), "a second time here")
        .at(first, "first here")
        .help("remove one of the two")
}

/// An attribute without which an object means nothing.
pub(super) fn missing(place: &Place<'_>, object: &Object, names: &[&str]) -> Problem {
    let all = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    Problem::error("missing-attribute", format!("`{}` has no {all}", place.path))
        .at(place.spot(), format!("{} needs {all}", object.what))
}

/// A key that an object does not have.
pub(super) fn unknown(path: &Path, owners: &[&'static Object], (key, entry): (&str, &Entry)) -> Problem {
    let what = owners.last().map_or("", |object| object.what);
    let known = owners.iter().rev().take(1).flat_map(|object| object.keys()).map(|key| key.name);
    Problem::error("unknown-attribute", format!("unknown attribute `{}`", path.key(key)))
        .at(entry.key, format!("{what} has no such attribute"))
        .maybe_help(did_you_mean(key, known))
}

/// What a shape takes, in words.
fn expected(shape: &Shape) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let scalars = [
        (Kinds::STRING, "a string"),
        (Kinds::NUMBER, "a number"),
        (Kinds::INTEGER, "an integer"),
        (Kinds::BOOL, "a boolean"),
    ];
    for (kind, words) in scalars {
        if shape.scalars.takes(kind) && !(kind == Kinds::INTEGER && shape.scalars.takes(Kinds::NUMBER)) {
            parts.push(words);
        }
    }
    if shape.list.is_some() {
        parts.push("a list");
    }
    if let Some(map) = shape.map {
        parts.push(map.names.map_or("a mapping", |_| "a mapping"));
    }
    parts.join(" or ")
}

impl Pattern {
    /// True if the text keeps the rule.
    pub(super) fn takes(self, text: &str) -> bool {
        match self {
            Self::ContainerName => text.as_bytes().windows(2).any(|pair| {
                pair[0].is_ascii_alphanumeric()
                    && (pair[1].is_ascii_alphanumeric() || b"_.-".contains(&pair[1]))
            }),
            Self::PullPolicy => {
                const POLICIES: [&str; 8] =
                    ["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"];
                POLICIES.contains(&text) || text.strip_prefix("every_").is_some_and(spans)
            }
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::ContainerName => "a container name has at least two letters, digits, `_`, `.` or `-`",
            Self::PullPolicy => {
                "expected `always`, `never`, `missing`, `build`, `daily`, `weekly` or `every_12h` and the like"
            }
        }
    }
}

/// `12h`, `1d12h`: at least one count with a unit, and nothing else.
fn spans(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|char: char| char.is_ascii_digit());
        if unit.len() == rest.len() || !unit.starts_with(['w', 'd', 'h', 'm', 's']) {
            return false;
        }
        rest = &unit[1..];
    }
    !text.is_empty()
}
