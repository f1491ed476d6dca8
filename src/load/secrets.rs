//! Which values are secret, so that nothing that is drawn shows them.

use super::Environment;
use super::scene::{Scene, Scope};
use crate::diag::{Sources, Span};
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

/// Conceals the value in `NAME=value`.
fn conceal_assigned(span: Span, sources: &mut Sources) {
    let name = sources.slice(span).find(['=', ':']).map_or(0, |at| at + 1);
    sources.conceal(Span::new(span.source, span.start as usize + name, span.end as usize));
}
