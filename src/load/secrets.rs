//! Which values are secret, so that nothing that is drawn shows them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Environment;
use super::scene::{Scene, Scope};
use crate::diag::{Problem, Problems, SourceId, Sources, Span};
use crate::yaml::{Map, Node, Value};

/// Parts of names whose values are secret.
const WORDS: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "CREDENTIAL",
];
/// Ends of names whose values only say where a secret is, or how it is made.
const ABOUT: &[&str] = &["_FILE", "_PATH", "_URL", "_NAME", "_LENGTH", "_TTL", "_EXPIRY", "_TYPE", "_ID"];

/// A variable of a service whose name says that its value is secret, and which has one.
pub(super) struct Secret<'a> {
    pub(super) name: &'a str,
    pub(super) key: Span,
    pub(super) node: &'a Node,
}

/// The variables of a service that are secret.
pub(super) fn secrets(environment: &Node) -> Vec<Secret<'_>> {
    let pairs: Vec<Secret<'_>> = match &environment.value {
        Value::Map(map) => {
            map.iter().map(|(name, entry)| Secret { name, key: entry.key, node: &entry.node }).collect()
        }
        Value::Seq(items) => items
            .iter()
            .filter_map(|node| {
                let (name, value) = node.as_str()?.split_once('=')?;
                (!value.is_empty()).then(|| Secret { name, key: node.within(0..name.len()), node })
            })
            .collect(),
        _ => Vec::new(),
    };
    pairs
        .into_iter()
        .filter(|secret| says_secret(secret.name) && secret.node.as_str().is_none_or(|text| !text.is_empty()))
        .filter(|secret| !matches!(secret.node.value, Value::Null | Value::Bool(_)))
        .collect()
}

/// True for the name of a variable whose value is secret.
pub(super) fn says_secret(name: &str) -> bool {
    let upper = name.to_uppercase();
    WORDS.iter().any(|word| upper.contains(word)) && !ABOUT.iter().any(|end| upper.ends_with(end))
}

/// Conceals the values of secrets wherever they stand: in compose files, and in the files that variables come from.
pub(super) fn conceal(tree: &Node, environment: &Environment, sources: &mut Sources) {
    let scene = Scene::new(tree, Scope::everything());
    for unit in scene.all_services().chain(scene.jobs()) {
        let Some(variables) = unit.node(&["environment"]) else { continue };
        for secret in secrets(variables) {
            let value = match secret.node.as_str().and_then(|text| text.split_once('=')) {
                Some((name, value)) if variables.as_seq().is_some() => {
                    secret.node.within(name.len() + 1..name.len() + 1 + value.len())
                }
                _ => secret.node.span,
            };
            sources.conceal(value);
            for (_, origin) in secret.node.origins() {
                conceal_assigned(origin, sources);
            }
        }
    }
    for section in ["secrets", "configs"] {
        for (_, entry) in scene.section(section).into_iter().flat_map(Map::iter) {
            let name = entry.node.get("environment").and_then(Node::as_str);
            let origin = name.and_then(|name| environment.get(name)?.defined);
            if let Some(span) = origin {
                conceal_assigned(span, sources);
            }
        }
    }
}

/// Conceals the values of variables whose names say that they are secret, by their looks alone: also in texts of which
/// no tree could be made.
pub(super) fn conceal_by_name(sources: &mut Sources) {
    let found: Vec<Span> = sources.iter().flat_map(|(id, source)| by_name(id, source.text())).collect();
    for span in found {
        sources.conceal(span);
    }
}

fn by_name(id: SourceId, text: &str) -> Vec<Span> {
    let is_name = |byte: u8| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut at = 0;
        while let Some(from) = line[at..].find(|c: char| c.is_ascii_uppercase()).map(|offset| at + offset) {
            let length = line.as_bytes()[from..].iter().take_while(|byte| is_name(**byte)).count();
            at = from + length;
            if says_secret(&line[from..at])
                && let Some(value) = assigned(line, at)
            {
                at = value.end;
                found.push(Span::new(id, start + value.start, start + value.end));
            }
        }
        start += line.len();
    }
    found
}

/// The value behind a name that ends at `at`, if one follows that is more than the name of a variable.
fn assigned(line: &str, at: usize) -> Option<Range<usize>> {
    let sign = line[at..].trim_start_matches(['"', '\'']).trim_start();
    let rest = sign.strip_prefix([':', '='])?.trim_start_matches([' ', '\t']);
    let begin = line.len() - rest.len();
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
    let length = match quote {
        Some(quote) => rest[1..].find(quote).map_or(rest.len(), |end| end + 2),
        None if line[..at].contains('{') => rest.find([',', '}']).unwrap_or(rest.len()),
        None => rest.len(),
    };
    let value = rest[..length].trim_end();
    let refers = value.trim_matches(['"', '\'']).starts_with('$');
    (!value.is_empty() && !refers).then(|| begin..begin + value.len())
}

/// Takes the values of secrets out of what is said: those that stand where a problem points, and those of variables that
/// are mentioned there.
pub(super) fn mask(problems: &mut Problems, variables: &BTreeMap<String, String>, sources: &Sources) {
    problems.reword(|problem| {
        let values = secrets_at(problem, variables, sources);
        let hide = |text: &mut String| {
            for value in &values {
                if text.contains(value.as_str()) {
                    *text = text.replace(value.as_str(), MASK);
                }
            }
        };
        hide(&mut problem.message);
        problem.help.as_mut().map(hide);
        problem.labels.iter_mut().for_each(|label| hide(&mut label.text));
    });
}

/// What stands for a secret.
const MASK: &str = "•••";

fn secrets_at(problem: &Problem, variables: &BTreeMap<String, String>, sources: &Sources) -> Vec<String> {
    let mut values = Vec::new();
    for label in &problem.labels {
        let hidden = sources.concealed(label.span.source);
        let touching = hidden.filter(|hidden| hidden.start < label.span.end && label.span.start < hidden.end);
        values.extend(touching.map(|hidden| sources.slice(hidden).trim_matches(['"', '\'']).to_owned()));
        let words = sources.slice(label.span);
        let mentioned = variables.iter().filter(|(name, _)| words.contains(name.as_str()));
        values.extend(mentioned.map(|(_, value)| value.clone()));
    }
    values.retain(|value| !value.is_empty());
    // The longest first: one may be a part of another.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values
}

/// Conceals the value in `NAME=value`.
fn conceal_assigned(span: Span, sources: &mut Sources) {
    let name = sources.slice(span).find(['=', ':']).map_or(0, |at| at + 1);
    sources.conceal(Span::new(span.source, span.start as usize + name, span.end as usize));
}
