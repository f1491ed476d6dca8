//! The words of each fault.

use crate::diag::{Problem, Span, did_you_mean};
use crate::load::origin::{brief, with_origins};
use crate::yaml::{Entry, Node, Path, Segment, Value};

use super::hint::hint;
use super::shape::{Kinds, Language, Object, Pattern, Shape};

/// Longest text that is repeated in a help.
const SHORT: usize = 60;

/// What a fault is about.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    path: &'a Path,
    node: &'a Node,
    key: Option<Span>,
    /// The shape of the list around an item.
    around: Option<&'a Shape>,
}

impl<'a> Place<'a> {
    pub(super) fn new(path: &'a Path, node: &'a Node, key: Option<Span>) -> Self {
        Self { path, node, key, around: None }
    }

    pub(super) fn inside(self, around: Option<&'a Shape>) -> Self {
        Self { around, ..self }
    }

    /// What to underline: a scalar itself; for what spans lines or is not there, its key or what it begins with.
    fn spot(&self) -> Span {
        let begins = match &self.node.value {
            Value::Map(map) => map.iter().next().map(|(_, entry)| entry.key),
            Value::Seq(items) => items.first().map(|item| Self::new(self.path, item, None).spot()),
            _ if self.node.span.is_empty() => None,
            _ => return self.node.span,
        };
        self.key.or(begins).unwrap_or(self.node.span)
    }

    /// The last key of the path.
    fn name(&self) -> &str {
        self.path
            .segments()
            .iter()
            .rev()
            .find_map(|segment| match segment {
                Segment::Key(key) => Some(key.as_str()),
                Segment::Index(_) => None,
            })
            .unwrap_or("")
    }

    fn is_item(&self) -> bool {
        matches!(self.path.segments().last(), Some(Segment::Index(_)))
    }
}

/// A value of a kind that does not belong here.
pub(super) fn wrong_type(place: &Place<'_>, shape: &Shape) -> Problem {
    let subject = if place.path.segments().is_empty() {
        "a compose file".to_owned()
    } else {
        format!("`{}`", place.path)
    };
    let expected = expected(shape);
    let problem = if place.node.is_null() {
        Problem::error("wrong-type", format!("{subject} is empty, but must be {expected}"))
            .at(place.spot(), "there is no value")
    } else {
        let found = found(&place.node.value);
        Problem::error("wrong-type", format!("{subject} must be {expected}, not {found}"))
            .at(place.spot(), format!("this is {found}"))
    };
    with_origins(problem.maybe_help(remedy(place, shape)), place.node)
}

/// A string outside an enumeration.
pub(super) fn not_a_word(place: &Place<'_>, text: &str, words: &[&str]) -> Problem {
    let problem = Problem::error("unknown-value", format!("`{}` cannot be `{}`", place.path, brief(text)))
        .at(place.spot(), format!("expected {}", choice(words)))
        .maybe_help(did_you_mean(text, words.iter().copied()).or_else(|| part_of(text, words)));
    with_origins(problem, place.node)
}

/// `healthy` for `service_healthy`.
fn part_of(text: &str, words: &[&str]) -> Option<String> {
    let text = text.to_lowercase();
    let whole = words.iter().find(|word| text.len() > 3 && word.contains(&text))?;
    Some(format!("did you mean `{whole}`?"))
}

/// A string that breaks the rule for its text.
pub(super) fn no_match(place: &Place<'_>, text: &str, pattern: Pattern) -> Problem {
    let near = match pattern {
        Pattern::PullPolicy => did_you_mean(text, PULL_POLICIES),
        Pattern::ContainerName => None,
    };
    let problem = Problem::error("unknown-value", format!("`{}` cannot be `{}`", place.path, brief(text)))
        .at(place.spot(), pattern.expected())
        .maybe_help(near);
    with_origins(problem, place.node)
}

/// An integer outside its range.
pub(super) fn out_of_range(place: &Place<'_>, (least, greatest): (i64, i64)) -> Problem {
    let range = if greatest == i64::MAX {
        format!("at least {least}")
    } else {
        format!("from {least} to {greatest}")
    };
    let problem = Problem::error("out-of-range", format!("`{}` must be {range}", place.path))
        .at(place.spot(), "this is outside the range");
    with_origins(problem, place.node)
}

/// An item that stands in its list already.
pub(super) fn double(place: &Place<'_>, first: Span) -> Problem {
    let name = place.name();
    Problem::error("duplicate-item", format!("`{name}` holds the same item twice"))
        .at(place.spot(), "a second time here")
        .at(first, "first here")
        .help("remove one of the two")
}

/// An attribute without which an object means nothing.
pub(super) fn missing(place: &Place<'_>, object: &Object, names: &[&str]) -> Problem {
    let all = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    let problem = Problem::error("missing-attribute", format!("`{}` has no {all}", place.path))
        .at(place.spot(), format!("{} needs {all}", object.what));
    let words = names.first().and_then(|name| object.attribute(name)).map_or(&[][..], |shape| shape.words);
    if words.is_empty() { problem } else { problem.help(format!("add {all}: {}", choice(words))) }
}

/// A key that an object does not have.
pub(super) fn unknown(path: &Path, owners: &[&'static Object], (key, entry): (&str, &Entry)) -> Problem {
    let object = owners.last().copied();
    if let Some(names) = object.and_then(|object| object.names)
        && names.shape.map.is_some()
    {
        let fixed: String = key
            .chars()
            .map(|char| if char.is_ascii_alphanumeric() || "._-".contains(char) { char } else { '-' })
            .collect();
        let help = if fixed.is_empty() { "give it a name".to_owned() } else { format!("`{fixed}` would do") };
        return Problem::error("bad-name", format!("`{key}` cannot be a name in `{path}`"))
            .at(entry.key, "a name is made of letters, digits, `.`, `_` and `-`")
            .help(help);
    }
    let what = object.map_or("this", |object| object.what);
    Problem::error("unknown-attribute", format!("unknown {} `{key}`{}", noun(path), owner(path)))
        .at(entry.key, format!("{what} has no such {}", noun(path)))
        .maybe_help(hint(path, owners, (key, entry)))
}

/// A top-level element that is indented as if it were a service.
pub(super) fn sunken(path: &Path, (key, entry): (&str, &Entry)) -> Problem {
    Problem::error("unknown-attribute", format!("`{path}` holds `{key}`, which is no service"))
        .at(entry.key, format!("read as a service named `{key}`"))
        .help(format!("`{key}` is a top-level element: write it in the first column, like `{path}`"))
}

fn noun(path: &Path) -> &'static str {
    if path.segments().is_empty() { "top-level element" } else { "attribute" }
}

/// ` in service `web``, ` in `services.web.build``.
fn owner(path: &Path) -> String {
    match path.segments() {
        [] => String::new(),
        [Segment::Key(kind), Segment::Key(name)] if kind.ends_with('s') => {
            format!(" in {} `{name}`", kind.trim_end_matches('s'))
        }
        _ => format!(" in `{path}`"),
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Seq(_) => "a list",
        Value::Null => "empty",
        _ => value.kind(),
    }
}

fn choice(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    listed(&quoted)
}

/// What a shape takes, in words.
fn expected(shape: &Shape) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !shape.words.is_empty() {
        parts.push(choice(shape.words));
    } else if let Some(words) = shape.language.and_then(Language::expected) {
        parts.push(words.to_owned());
    } else {
        let scalars = [
            (Kinds::STRING, "a string"),
            (Kinds::NUMBER, "a number"),
            (Kinds::INTEGER, "a whole number"),
            (Kinds::BOOL, "`true` or `false`"),
        ];
        for (kind, words) in scalars {
            if shape.scalars.takes(kind) && !(kind == Kinds::INTEGER && shape.scalars.takes(Kinds::NUMBER)) {
                let alone = kind != Kinds::BOOL || parts.is_empty();
                parts.push(if alone { words } else { "a boolean" }.to_owned());
            }
        }
    }
    if shape.map.is_some() {
        parts.push("a mapping".to_owned());
    }
    if let Some(list) = shape.list {
        let item = list.item;
        parts.push(if item.map.is_some() && item.scalars == Kinds::NONE {
            "a list of mappings".to_owned()
        } else if item.scalars == Kinds::STRING && item.map.is_none() {
            "a list of strings".to_owned()
        } else {
            "a list".to_owned()
        });
    }
    listed(&parts)
}

/// `a, b or c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// The next step for a value of the wrong kind.
fn remedy(place: &Place<'_>, shape: &Shape) -> Option<String> {
    let name = place.name();
    let text_only = shape.scalars == Kinds::STRING && shape.list.is_none() && shape.map.is_none();
    match &place.node.value {
        Value::Null if shape.map.is_some() || shape.list.is_some() => {
            Some("indent what belongs to it under it, or remove the line".to_owned())
        }
        Value::Null => Some("write a value behind the colon, or remove the line".to_owned()),
        Value::String(text) if shape.map.is_some() && text.contains(':') && !text.contains(": ") => {
            Some("a colon that ends a key is followed by a blank or a new line".to_owned())
        }
        Value::String(text) if shape.list.is_some() && text.len() <= SHORT && !text.contains(['\n', '"']) => {
            Some(format!("write a list: `{name}: [\"{text}\"]`, or a line `- \"{text}\"` under it"))
        }
        Value::String(_) if shape.scalars.takes(Kinds::BOOL) => {
            Some("write `true` or `false`, without quotes".to_owned())
        }
        Value::Map(map) if place.is_item() && map.len() == 1 && text_only => {
            Some(item_remedy(place, map.keys().next()))
        }
        Value::Map(_) if shape.list.is_some() => Some("begin each item with a dash".to_owned()),
        Value::Seq(_) if shape.map.is_some() => {
            Some("leave out the dashes: write `key: value` lines".to_owned())
        }
        Value::Seq(items) if items.len() == 1 => {
            Some("write the value alone, without dash or brackets".to_owned())
        }
        Value::Int(number) if shape.language == Some(Language::Duration) => {
            Some(format!("say the unit: `{name}: {number}s` for seconds"))
        }
        Value::Int(number) if text_only => Some(format!("put it in quotes: `\"{number}\"`")),
        Value::Bool(_) if name == "restart" => Some("put it in quotes: `\"no\"`".to_owned()),
        Value::Bool(_) | Value::Float(_) | Value::Time(_) | Value::Uint(_)
            if shape.scalars.takes(Kinds::STRING) =>
        {
            Some("put it in quotes".to_owned())
        }
        Value::Int(_) | Value::Uint(_) | Value::Float(_) | Value::Bool(_) if shape.list.is_some() => {
            Some("write a list: begin each item with a dash".to_owned())
        }
        _ => None,
    }
}

/// `- KEY: value` where an item must be a string.
fn item_remedy(place: &Place<'_>, key: Option<&str>) -> String {
    let key = key.unwrap_or("KEY");
    if place.around.is_some_and(|shape| shape.map.is_some_and(|map| map.keys().next().is_none())) {
        format!("write `- {key}=value`, or leave the dashes out: `{key}: value`")
    } else {
        "a colon before a blank makes it a mapping: put the whole item in quotes".to_owned()
    }
}

const PULL_POLICIES: [&str; 8] =
    ["always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"];

impl Pattern {
    /// True if the text keeps the rule.
    pub(super) fn takes(self, text: &str) -> bool {
        match self {
            Self::ContainerName => text.as_bytes().windows(2).any(|pair| {
                pair[0].is_ascii_alphanumeric()
                    && (pair[1].is_ascii_alphanumeric() || b"_.-".contains(&pair[1]))
            }),
            Self::PullPolicy => {
                PULL_POLICIES.contains(&text) || text.strip_prefix("every_").is_some_and(counts_time)
            }
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::ContainerName => "a container name has at least two of letters, digits, `_`, `.`, `-`",
            Self::PullPolicy => {
                "expected `always`, `missing`, `never`, `build`, `daily`, `weekly`, or an interval like `every_12h`"
            }
        }
    }
}

impl Language {
    /// What the place takes, where that is not all the kinds that the shape lets through: a switch in text is only
    /// right if it says `true` or `false`.
    fn expected(self) -> Option<&'static str> {
        match self {
            Self::Duration => Some("a duration like `1m30s`"),
            Self::Size => Some("a size like `512m`"),
            Self::Whole => Some("a whole number"),
            Self::Decimal => Some("a number"),
            Self::Switch => Some("`true` or `false`"),
            Self::Words | Self::Host | Self::Variable => None,
        }
    }
}

/// `12h`, `1d12h`: at least one count with a unit, and nothing else.
fn counts_time(text: &str) -> bool {
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
