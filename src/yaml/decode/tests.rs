use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::diag::{Problems, Sources};

use super::super::parse;
use super::decode;

fn read<T: DeserializeOwned>(text: &str) -> (Option<T>, Vec<(String, String)>) {
    let mut sources = Sources::default();
    let source = sources.add("compose.yaml", text);
    let mut problems = Problems::default();
    let documents = parse(source, text, &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    let value = decode(&documents[0], &mut problems);
    let faults = problems.iter().map(|problem| {
        let label = &problem.labels[0];
        let message = problem.message.replace(" cannot be read", &format!(": {}", label.text));
        (message, sources.slice(label.span).to_owned())
    });
    (value, faults.collect())
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Thing {
    name: String,
    #[serde(default)]
    count: u16,
    #[serde(default)]
    on: bool,
    ratio: Option<f64>,
    #[serde(default)]
    tags: Vec<String>,
    kind: Option<Kind>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Plain,
    Sized(u8),
}

fn thing(name: &str) -> Thing {
    Thing { name: name.to_owned(), count: 0, on: false, ratio: None, tags: Vec::new(), kind: None }
}

#[test]
fn a_tree_becomes_a_type() {
    let (value, faults) = read("{name: a, count: 3, on: true, ratio: 0.5, tags: [x, y], kind: plain}");
    let tags = vec!["x".to_owned(), "y".to_owned()];
    let want = Thing { count: 3, on: true, ratio: Some(0.5), tags, kind: Some(Kind::Plain), ..thing("a") };
    assert_eq!((value, faults), (Some(want), Vec::new()));
    assert_eq!(
        read("{name: a, kind: {sized: 3}}").0,
        Some(Thing { kind: Some(Kind::Sized(3)), ..thing("a") })
    );
    assert_eq!(read("{name: a, ratio: ~}").0, Some(thing("a")));
}

#[test]
fn scalars_of_another_kind_are_taken_where_the_peer_takes_them() {
    let (value, faults) = read("{name: 1.50, count: '3', on: 'yes', ratio: '2.5', tags: [true, 1e3]}");
    let tags = vec!["true".to_owned(), "1000".to_owned()];
    let want = Thing { count: 3, on: true, ratio: Some(2.5), tags, ..thing("1.5") };
    assert_eq!((value, faults), (Some(want), Vec::new()));
}

#[test]
fn every_value_that_does_not_fit_is_found_and_underlined() {
    let (value, faults) = read::<BTreeMap<String, Thing>>(
        "a: {name: [x], count: many, on: 3, tags: [ok, {}], kind: odd}\nb: {name: fine, count: 70000}\n",
    );
    assert_eq!(value, None);
    let want = [
        ("`a.name`: expected a string, found a sequence", "[x]"),
        ("`a.count`: expected u16, found `many`", "many"),
        ("`a.on`: expected a boolean, found `3`", "3"),
        ("`a.tags[1]`: expected a string, found a mapping", "{}"),
        ("`a.kind`: unknown value `odd`; expected `plain`, or `sized`", "odd"),
        ("`b.count`: expected u16, found `70000`", "70000"),
    ];
    assert_eq!(faults, want.map(|(message, under)| (message.to_owned(), under.to_owned())));
}

#[test]
fn an_unknown_attribute_and_a_missing_one_are_told() {
    let (_, faults) = read::<Thing>("{nam: a}");
    assert!(
        faults[0].0.starts_with("`nam`: unknown attribute `nam`; expected `name`, `count`,"),
        "{faults:?}"
    );
    assert_eq!(faults.len(), 1, "what was left out is not missed: {faults:?}");
    let (_, faults) = read::<Thing>("{count: 1}");
    assert_eq!(faults, [("`name` is missing".to_owned(), "{count: 1}".to_owned())]);
}
