//! Values whose kind is right and whose text is not: durations, sizes, commands, switches.
//!
//! Looked at on the final tree only: a later file may have replaced what an earlier one had wrong.

use std::ops::Range;

use super::root::ROOT;
use super::shape::{Language, Shape};
use crate::diag::{Problem, Problems, nearest};
use crate::load::origin::{brief, with_origins};
use crate::model::{Bytes, Duration};
use crate::syntax;
use crate::yaml::{Node, Path, Value};

/// Adds a fault for every string in the final tree that cannot be read as what its place takes.
pub fn texts(tree: &Node, problems: &mut Problems) {
    walk(tree, &Shape::map(&ROOT), &mut Path::root(), problems);
}

fn walk(node: &Node, shape: &Shape, path: &mut Path, problems: &mut Problems) {
    match (&node.value, shape.list, shape.map) {
        (Value::Map(map), _, Some(object)) => {
            for (key, entry) in map.iter() {
                let names = || object.names.filter(|names| names.rule.takes(key)).map(|names| names.shape);
                if let Some(shape) = object.attribute(key).or_else(names) {
                    path.push_key(key);
                    walk(&entry.node, shape, path, problems);
                    path.pop();
                }
            }
        }
        (Value::Seq(items), Some(list), _) => {
            for (index, item) in items.iter().enumerate() {
                path.push_index(index);
                walk(item, list.item, path, problems);
                path.pop();
            }
        }
        (Value::String(text), _, _) => {
            let fault = shape.language.and_then(|language| fault(language, text));
            if let Some(fault) = fault.filter(|_| !problems.has_error_at(node.span)) {
                let problem = Problem::error(fault.code, format!("`{path}` cannot be `{}`", brief(text)))
                    .at(node.within(fault.at), fault.why)
                    .maybe_help(fault.help);
                problems.push(with_origins(problem, node));
            }
        }
        _ => {}
    }
}

/// What is wrong with a text, and where in it.
struct TextFault {
    code: &'static str,
    at: Range<usize>,
    why: String,
    help: Option<String>,
}

fn fault(language: Language, text: &str) -> Option<TextFault> {
    match language {
        Language::Duration => text.parse::<Duration>().is_err().then(|| duration(text)),
        Language::Size => text.parse::<Bytes>().is_err().then(|| size(text)),
        Language::Words => syntax::split(text).err().map(|error| words(text, &error)),
        Language::Switch => (!says_switch(text)).then(|| switch(text)),
        Language::Decimal => text.trim().parse::<f64>().is_err().then(|| number(text)),
        Language::Host => host(text),
        Language::Variable => variable(text),
        // Words such as `all` are right in some of these places: the decoder knows which.
        Language::Whole => None,
    }
}

const TIME_UNITS: &[&str] = &["ns", "us", "µs", "μs", "ms", "s", "m", "h", "d", "w"];
/// How people write units of time, and what they are here.
const LONG_TIME_UNITS: &[(&str, &str)] = &[
    ("sec", "s"),
    ("second", "s"),
    ("min", "m"),
    ("minute", "m"),
    ("hour", "h"),
    ("hr", "h"),
    ("day", "d"),
    ("week", "w"),
    ("milli", "ms"),
];

fn duration(text: &str) -> TextFault {
    let (at, why, help) = match first_bad_time(text) {
        (at, Bad::Unit) => {
            let unit = &text[at.clone()];
            let long = LONG_TIME_UNITS.iter().find(|(long, _)| unit.to_lowercase().starts_with(long));
            let trimmed = unit.trim();
            let help = match long {
                None if TIME_UNITS.contains(&trimmed) => {
                    format!("leave out the blank: `{}{trimmed}`", &text[..at.start])
                }
                Some((_, short)) => format!("write `{}{short}`", &text[..at.start]),
                None => "units are `ms`, `s`, `m`, `h`, `d` and `w`".to_owned(),
            };
            (at, "no unit of time".to_owned(), help)
        }
        (at, Bad::NoUnit) => {
            let number = &text[at.clone()];
            (at, "a number without a unit".to_owned(), format!("say the unit: `{number}s` for seconds"))
        }
        (at, Bad::Number) => {
            (at, "expected a number and a unit".to_owned(), "write it like `30s` or `1h30m`".to_owned())
        }
    };
    TextFault { code: "bad-duration", at, why, help: Some(help) }
}

enum Bad {
    Number,
    NoUnit,
    Unit,
}

/// The first part of a text that keeps it from being a duration.
fn first_bad_time(text: &str) -> (Range<usize>, Bad) {
    let mut start = usize::from(text.starts_with(['-', '+']));
    loop {
        let rest = &text[start..];
        let digits = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
        if digits == 0 || rest[..digits].parse::<f64>().is_err() {
            let end = rest.find(char::is_whitespace).filter(|end| *end > 0).unwrap_or(rest.len());
            return (start..start + end, Bad::Number);
        }
        let unit = &rest[digits..];
        let letters = unit.find(|char: char| char.is_ascii_digit() || char == '.').unwrap_or(unit.len());
        if letters == 0 {
            return (start..start + digits, Bad::NoUnit);
        }
        if !TIME_UNITS.contains(&&unit[..letters]) {
            return (start + digits..start + digits + letters, Bad::Unit);
        }
        start += digits + letters;
        if start == text.len() {
            // Every part is right: the sum is too great.
            return (0..text.len(), Bad::Number);
        }
    }
}

fn size(text: &str) -> TextFault {
    let number = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
    let unit = text[number..].trim().to_lowercase();
    let help = match unit.as_str() {
        "kilobytes" | "kilobyte" => format!("write `{}k`", &text[..number]),
        "megabytes" | "megabyte" | "mo" => format!("write `{}m`", &text[..number]),
        "gigabytes" | "gigabyte" | "go" => format!("write `{}g`", &text[..number]),
        _ => "write bytes, or a number with a unit: `512m`, `1.5gb`; units are `b`, `k`, `m`, `g`, `t`, `p`"
            .to_owned(),
    };
    let (at, why) = if number == 0 || number == text.len() {
        (0..text.len(), "no size")
    } else {
        (number..text.len(), "no unit of size")
    };
    TextFault { code: "bad-size", at, why: why.to_owned(), help: Some(help) }
}

fn words(text: &str, error: &syntax::WordsError) -> TextFault {
    let width = text[error.offset..].chars().next().map_or(0, char::len_utf8);
    TextFault {
        code: "bad-command",
        at: error.offset..error.offset + width,
        why: error.kind.to_string(),
        help: Some("write the command as a list of words: `[\"sh\", \"-c\", \"...\"]`".to_owned()),
    }
}

/// `name=address` or `name:address`.
fn host(text: &str) -> Option<TextFault> {
    let pair = text.split_once('=').or_else(|| text.split_once(':'));
    let (at, why) = match pair {
        None => (0..text.len(), "there is no address"),
        Some(("", _)) => (0..1, "there is no name before it"),
        Some((name, _)) if name.contains(':') => (0..name.len(), "no name of a host"),
        Some(_) => return None,
    };
    Some(TextFault {
        code: "bad-host",
        at,
        why: why.to_owned(),
        help: Some("write `NAME=ADDRESS`, like `db=10.0.0.5`".to_owned()),
    })
}

/// `NAME=value`: a blank before the `=` would be part of the name.
fn variable(text: &str) -> Option<TextFault> {
    let name = text.split('=').next().unwrap_or(text);
    let plain = name.trim_end_matches(' ');
    (plain.len() < name.len()).then(|| TextFault {
        code: "bad-variable",
        at: plain.len()..name.len(),
        why: "a blank at the end of the name".to_owned(),
        help: Some("remove it: write `NAME=value` without blanks around the `=`".to_owned()),
    })
}

fn switch(text: &str) -> TextFault {
    TextFault {
        code: "bad-value",
        at: 0..text.len(),
        why: "expected `true` or `false`".to_owned(),
        help: nearest(text, ["true", "false"]).map(|word| format!("did you mean `{word}`?")),
    }
}

/// The words that the peer takes for a boolean, in any case.
fn says_switch(text: &str) -> bool {
    const WORDS: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "y", "n"];
    WORDS.contains(&text.to_lowercase().as_str())
}

fn number(text: &str) -> TextFault {
    TextFault { code: "bad-value", at: 0..text.len(), why: "expected a number".to_owned(), help: None }
}
