//! The variables that files mention.

use std::collections::BTreeMap;
use std::fmt::Write;

use indexmap::IndexMap;
use serde::Serialize;

use super::Format;
use crate::syntax::{Mention, mentions};
use crate::yaml::{Map, Node, Value, key_order, to_yaml};

/// A variable, under the names that the peer gives its parts in JSON.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Mentioned {
    name: String,
    default_value: String,
    presence_value: String,
    required: bool,
}

/// The same under the names that the peer gives its parts in YAML.
#[derive(Serialize)]
struct MentionedInYaml<'a> {
    name: &'a str,
    defaultvalue: &'a str,
    presencevalue: &'a str,
    required: bool,
}

/// How wide a column of the table is at least, and how far the next one stays away.
const COLUMN: usize = 20;
const GAP: usize = 3;

/// All variables in the strings of a tree that none were filled into.
pub(super) fn render(tree: &Node, format: Option<Format>) -> String {
    let mut found = BTreeMap::new();
    // The project's name is read on its own, before there is a tree.
    for (_, entry) in tree.as_map().into_iter().flat_map(Map::iter).filter(|(key, _)| *key != "name") {
        collect(&entry.node, &mut found);
    }
    match format {
        None => table(&found),
        Some(Format::Json) => json(&found),
        Some(Format::Yaml) => yaml(&found),
    }
}

fn collect(node: &Node, found: &mut BTreeMap<String, Mentioned>) {
    match &node.value {
        Value::String(text) => {
            for mention in mentions(text).unwrap_or_default() {
                note(mention, found);
            }
        }
        Value::Seq(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Map(map) => map.iter().for_each(|(_, entry)| collect(&entry.node, found)),
        _ => {}
    }
}

/// What is said of a variable in several places is put together: the first default, and required if anywhere.
fn note(mention: Mention, found: &mut BTreeMap<String, Mentioned>) {
    let entry = found.entry(mention.name.clone()).or_default();
    entry.name = mention.name;
    entry.required |= mention.required;
    if entry.default_value.is_empty() {
        entry.default_value = mention.default.unwrap_or_default();
    }
    if entry.presence_value.is_empty() {
        entry.presence_value = mention.alternate.unwrap_or_default();
    }
}

fn table(found: &BTreeMap<String, Mentioned>) -> String {
    let title = ["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"].map(str::to_owned);
    let rows = found.values().map(|variable| {
        [
            variable.name.clone(),
            variable.required.to_string(),
            variable.default_value.clone(),
            variable.presence_value.clone(),
        ]
    });
    let rows: Vec<[String; 4]> = std::iter::once(title).chain(rows).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count() + GAP);
        cells.max().unwrap_or_default().max(COLUMN)
    };
    let mut text = String::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            let width = if column + 1 == row.len() { 0 } else { width(column) };
            let _ = write!(text, "{cell:width$}");
        }
        text.push('\n');
    }
    text
}

fn json(found: &BTreeMap<String, Mentioned>) -> String {
    let mut text = Vec::new();
    let layout = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, layout);
    found.serialize(&mut serializer).expect("text and switches can be written");
    format!("{}\n\n", String::from_utf8_lossy(&text))
}

/// The peer indents by four here, by two everywhere else.
fn yaml(found: &BTreeMap<String, Mentioned>) -> String {
    let mut sorted: Vec<&Mentioned> = found.values().collect();
    sorted.sort_by(|one, other| key_order(&one.name, &other.name));
    let variables: IndexMap<&str, MentionedInYaml<'_>> = sorted
        .into_iter()
        .map(|variable| {
            let parts = MentionedInYaml {
                name: &variable.name,
                defaultvalue: &variable.default_value,
                presencevalue: &variable.presence_value,
                required: variable.required,
            };
            (variable.name.as_str(), parts)
        })
        .collect();
    let text = to_yaml(&variables).expect("text and switches can be written");
    text.lines().fold(String::new(), |mut wide, line| {
        if line.starts_with(' ') {
            wide.push_str("  ");
        }
        wide.push_str(line);
        wide.push('\n');
        wide
    })
}
