//! Paths as people write them: `services.web.ports[0].published`.

use serde_json::Value;

use crate::diag::{Problem, did_you_mean};
use crate::yaml::{Path, Segment};

/// The value at a path of a document. A key may hold dots: the longest that is there is meant.
pub(super) fn locate<'v>(root: &'v Value, text: &str) -> Result<(Path, &'v Value), Problem> {
    let (mut path, mut value) = (Path::root(), root);
    let mut rest = text.trim_start_matches('.');
    while !rest.is_empty() {
        let (segment, child, behind) = step(value, rest).ok_or_else(|| missing(&path, value, rest))?;
        match segment {
            Segment::Key(key) => path.push_key(&key),
            Segment::Index(index) => path.push_index(index),
        }
        value = child;
        rest = behind.strip_prefix('.').unwrap_or(behind);
    }
    Ok((path, value))
}

/// The child that the text begins with, and the rest of the text.
fn step<'v, 't>(value: &'v Value, text: &'t str) -> Option<(Segment, &'v Value, &'t str)> {
    match value {
        Value::Object(map) => {
            let fits = |key: &&String| {
                let behind = text.strip_prefix(key.as_str());
                !key.is_empty() && behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            let key = map.keys().filter(fits).max_by_key(|key| key.len())?;
            Some((Segment::Key(key.clone()), &map[key.as_str()], &text[key.len()..]))
        }
        Value::Array(items) => {
            let inside = text.strip_prefix('[').unwrap_or(text);
            let end = inside.find(|char: char| !char.is_ascii_digit()).unwrap_or(inside.len());
            let index: usize = inside[..end].parse().ok()?;
            let rest = &inside[end..];
            let rest = if text.starts_with('[') { rest.strip_prefix(']')? } else { rest };
            Some((Segment::Index(index), items.get(index)?, rest))
        }
        _ => None,
    }
}

fn missing(path: &Path, value: &Value, rest: &str) -> Problem {
    let word = rest.split(['.', '[']).next().filter(|word| !word.is_empty()).unwrap_or(rest);
    let whole = path.to_string();
    let place = if whole.is_empty() { "the project".to_owned() } else { format!("`{whole}`") };
    let problem = |message: String| Problem::error("no-such-path", message);
    match value {
        Value::Object(map) => {
            let help = did_you_mean(word, map.keys().map(String::as_str)).or_else(|| {
                let keys: Vec<String> = map.keys().take(MOST_KEYS).map(|key| format!("`{key}`")).collect();
                let more = if map.len() > MOST_KEYS { ", …" } else { "" };
                (!keys.is_empty()).then(|| format!("it has {}{more}", keys.join(", ")))
            });
            problem(format!("{place} has no `{word}`")).maybe_help(help)
        }
        Value::Array(items) => problem(format!("{place} has no item `{rest}`"))
            .help(format!("it has {}, counted from `[0]`", counted(items.len()))),
        _ => problem(format!("{place} is a single value: there is no `{word}` in it")),
    }
}

/// How many keys are named where none is near.
const MOST_KEYS: usize = 12;

fn counted(items: usize) -> String {
    if items == 1 { "1 item".to_owned() } else { format!("{items} items") }
}

/// Every scalar at or below a value, and every collection that is empty.
pub(super) fn leaves<'v>(path: Path, value: &'v Value, found: &mut Vec<(Path, &'v Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, child)| leaves(path.key(key), child, found));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(index, child)| leaves(path.index(index), child, found));
        }
        _ => found.push((path, value)),
    }
}
