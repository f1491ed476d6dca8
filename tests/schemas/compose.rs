//! `schemas/compose.schema.json` takes what the peer takes, and refuses what it refuses for its shape.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rcompose::diag::{Problems, Sources};
use rcompose::yaml::{Node, Tag, Value as Read, parse};
use serde_json::{Value, from_str, json};

use crate::schema::Schema;

/// The files that are found without `-f`, the first of each line.
const FOUND: &[&[&str]] = &[
    &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"],
    &[
        "compose.override.yaml",
        "compose.override.yml",
        "docker-compose.override.yml",
        "docker-compose.override.yaml",
    ],
];

/// The documents of a text as an editor sees them.
fn documents(text: &str) -> Vec<Value> {
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    let trees = parse(sources.add("compose.yaml", text), text, &mut problems);
    trees.iter().map(value).collect()
}

fn value(node: &Node) -> Value {
    match &node.value {
        Read::Null => Value::Null,
        Read::Bool(it) => json!(it),
        Read::Int(it) => json!(it),
        Read::Uint(it) => json!(it),
        Read::Float(it) => json!(it),
        Read::String(it) | Read::Time(it) => json!(it),
        Read::Seq(items) => items.iter().map(value).collect(),
        Read::Map(map) => {
            let kept = map.iter().filter(|(_, entry)| entry.node.tag != Some(Tag::Reset));
            kept.map(|(key, entry)| (key.to_owned(), value(&entry.node))).collect()
        }
    }
}

fn faults(schema: &Schema, text: &str) -> Vec<String> {
    documents(text).iter().flat_map(|document| schema.faults(document)).collect()
}

#[test]
fn the_answers_of_the_peer_about_shapes_are_those_of_the_schema() {
    let schema = Schema::shipped("compose.schema.json");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/schema/answers.txt");
    let answers = fs::read_to_string(path).expect("the answers are part of the repository");
    let (mut values, mut wrong, mut asked) = (Vec::new(), Vec::new(), 0);
    let mut ask = |file: &str, accepted: bool| {
        asked += 1;
        if faults(&schema, file).is_empty() != accepted {
            wrong.push(format!("{} {file}", if accepted { "refused" } else { "accepted" }));
        }
    };
    for line in answers.lines().filter(|line| !line.starts_with('#')) {
        let (kind, rest) = line.split_once(' ').expect("every line has a kind");
        match kind {
            "value" => values.push(rest.split_once(' ').expect("a name and a value")),
            "+" | "-" => ask(rest.trim(), kind == "+"),
            _ => {
                let parts: Vec<&str> = rest.split('|').collect();
                for (names, accepted) in [(parts[1], true), (parts[2], false)] {
                    for name in names.split_whitespace() {
                        let value =
                            values.iter().find(|(other, _)| *other == name).expect("a value of this name");
                        ask(&parts[0].trim().replace('@', value.1), accepted);
                    }
                }
            }
        }
    }
    assert!(asked > 10_000, "the answers are all there: {asked}");
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says why")]
fn every_file_of_the_corpus_that_the_peer_takes_is_valid() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let Ok(list) = fs::read_to_string(corpus.join("cases.jsonl")) else {
        eprintln!("skipped: there is no ../shared/corpus beside the checkout");
        return;
    };
    let mut files: BTreeSet<PathBuf> = BTreeSet::new();
    for line in list.lines() {
        let case: Value = from_str(line).expect("a case is JSON");
        if case["ok"] != true {
            continue;
        }
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let folder =
            corpus.join("files").join(text(&case["repo"]).replace('/', "+")).join(text(&case["dir"]));
        let named: Vec<String> = case["files"].as_array().into_iter().flatten().map(text).collect();
        if named.is_empty() {
            let found =
                |names: &&[&str]| names.iter().map(|name| folder.join(name)).find(|path| path.is_file());
            files.extend(FOUND.iter().filter_map(found));
        } else {
            files.extend(named.iter().map(|name| folder.join(name)));
        }
    }
    assert!(files.len() > 300, "{}", files.len());
    let schema = Schema::shipped("compose.schema.json");
    let mut wrong = Vec::new();
    for path in &files {
        let text = fs::read_to_string(path).expect("a file of the corpus is text");
        wrong.extend(faults(&schema, &text).into_iter().map(|fault| format!("{}: {fault}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
