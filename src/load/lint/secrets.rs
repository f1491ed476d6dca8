//! Secrets in plain sight.

use super::finding::{Finding, Lint, Subject};
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
struct Secret<'a> {
    name: &'a str,
    key: Span,
    node: &'a Node,
}

/// A secret that the file itself says is known to all who can read the file, and to `docker inspect`.
pub(super) fn plain(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let Some(environment) = service.node(&["environment"]) else { continue };
        for secret in secrets(environment) {
            // What came from a variable is not in the file.
            if secret.node.trail.as_ref().is_some_and(|trail| !trail.variables.is_empty()) {
                continue;
            }
            findings.push(
                lint.in_service(&service, format!("the value of `{}` stands in the file", secret.name))
                    .at(secret.key, "readable for all who see the file or inspect the container")
                    .help(format!(
                        "make it a secret (`secrets:` with `file:` or `environment:`), or take it from a variable: \
                         `${{{}}}`",
                        secret.name
                    )),
            );
        }
    }
}

fn secrets(environment: &Node) -> Vec<Secret<'_>> {
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

fn says_secret(name: &str) -> bool {
    let upper = name.to_uppercase();
    WORDS.iter().any(|word| upper.contains(word)) && !ABOUT.iter().any(|end| upper.ends_with(end))
}

/// Conceals the values of secrets wherever they stand: in compose files, and in the files that variables come from.
pub(super) fn conceal(subject: &Subject<'_>, sources: &mut Sources) {
    for unit in subject.scene.all_services().chain(subject.scene.jobs()) {
        let Some(environment) = unit.node(&["environment"]) else { continue };
        for secret in secrets(environment) {
            let value = match secret.node.as_str().and_then(|text| text.split_once('=')) {
                Some((name, value)) if environment.as_seq().is_some() => {
                    secret.node.within(name.len() + 1..name.len() + 1 + value.len())
                }
                _ => secret.node.span,
            };
            sources.conceal(value);
            for variable in secret.node.trail.iter().flat_map(|trail| &trail.variables) {
                conceal_variable(variable.defined, sources);
            }
        }
    }
    for section in ["secrets", "configs"] {
        let section = subject.scene.section(section);
        for (_, entry) in section.into_iter().flat_map(Map::iter) {
            let name = entry.node.get("environment").and_then(Node::as_str);
            let variable = name.and_then(|name| subject.loaded.environment.get(name));
            conceal_variable(variable.and_then(|variable| variable.defined), sources);
        }
    }
}

fn conceal_variable(defined: Option<Span>, sources: &mut Sources) {
    if let Some(span) = defined {
        sources.conceal(span);
    }
}
