//! Volumes, secrets and configs by themselves.

use crate::diag::{Problem, Problems};
use crate::load::scene::Scene;
use crate::yaml::{Entry, Map, Value};

/// What a secret or config can be made of.
const SOURCES: &[(&str, &str, &[&str])] = &[
    ("secrets", "secret", &["file", "environment"]),
    ("configs", "config", &["file", "environment", "content"]),
];

/// A secret or config comes from exactly one place.
pub(super) fn sources(scene: &Scene<'_>, problems: &mut Problems) {
    for (section, kind, sources) in SOURCES {
        for (name, entry) in scene.section(section).into_iter().flat_map(Map::iter) {
            let Some(map) = entry.node.as_map() else { continue };
            let given: Vec<(&str, &Entry)> =
                sources.iter().filter_map(|source| Some((*source, map.entry(source)?))).collect();
            if let [(first, one), .., (last, other)] = given[..] {
                problems.push(
                    Problem::error("exclusive-attributes", format!("{kind} `{name}` comes from two places"))
                        .at(other.key, format!("`{last}` here"))
                        .at(one.key, format!("`{first}` here"))
                        .help("keep one of them"),
                );
            } else if given.is_empty() && !map.contains("external") && !map.contains("driver") {
                problems.push(nowhere(kind, name, entry, sources));
            }
        }
    }
}

/// A secret of the project itself is made of something, whatever its driver.
pub(super) fn providers(scene: &Scene<'_>, problems: &mut Problems) {
    for (name, entry) in scene.section("secrets").into_iter().flat_map(Map::iter) {
        let Some(map) = entry.node.as_map() else { continue };
        let made = ["file", "environment"].iter().any(|source| map.contains(source));
        if !made && !says_external(map) && (map.contains("external") || map.contains("driver")) {
            problems.push(nowhere("secret", name, entry, &["file", "environment"]));
        }
    }
}

fn nowhere(kind: &str, name: &str, entry: &Entry, sources: &[&str]) -> Problem {
    let names: Vec<String> = sources.iter().map(|source| format!("`{source}`")).collect();
    Problem::error("missing-attribute", format!("{kind} `{name}` does not say where it comes from"))
        .at(entry.key, format!("needs {} or `external`", names.join(", ")))
        .help(match kind {
            "secret" => "for example `file: ./secret.txt`, or `environment: NAME_OF_A_VARIABLE`",
            _ => "for example `file: ./config.txt`, or `content: |` with the text below it",
        })
}

/// A volume that others made has nothing to set but its name.
pub(super) fn external(scene: &Scene<'_>, problems: &mut Problems) {
    for (name, entry) in scene.section("volumes").into_iter().flat_map(Map::iter) {
        let Some(map) = entry.node.as_map().filter(|map| says_external(map)) else { continue };
        let Some(external) = map.entry("external") else { continue };
        for (key, attribute) in map.iter() {
            if matches!(key, "external" | "name") || key.starts_with("x-") {
                continue;
            }
            problems.push(
                Problem::error("external-conflict", format!("external volume `{name}` cannot set `{key}`"))
                    .at(attribute.key, "only who creates the volume can set this")
                    .at(external.key, "declared as made elsewhere")
                    .help(format!("remove `{key}`, or remove `external` to have the volume created")),
            );
        }
    }
}

fn says_external(map: &Map) -> bool {
    map.get("external").is_some_and(|node| match &node.value {
        Value::Bool(flag) => *flag,
        Value::Map(_) => true,
        Value::String(text) => matches!(text.to_lowercase().as_str(), "true" | "yes" | "y" | "on"),
        _ => false,
    })
}
