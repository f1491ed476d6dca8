use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::to_yaml;
use crate::diag::{Problems, Sources};
use crate::yaml::{decode, key_order, parse};

/// Texts, and what the peer prints for each as the value of a key that stands at column 2.
const STRINGS: &str = include_str!("../../../tests/cases/yaml/strings.json");

fn as_value(text: &str) -> String {
    let printed = to_yaml(&json!({"x-m": {"k00000": text}})).unwrap();
    let value = printed.strip_prefix("x-m:\n  k00000:").unwrap();
    value.strip_prefix(' ').unwrap_or(value).strip_suffix('\n').unwrap().to_owned()
}

fn read_back(printed: &str) -> Json {
    let mut problems = Problems::default();
    let source = Sources::default().add("printed.yaml", printed);
    let documents = parse(source, printed, &mut problems);
    assert!(!problems.has_errors(), "{printed}\n{problems:?}");
    decode(&documents[0], &mut problems).unwrap()
}

#[test]
fn every_text_is_printed_as_the_peer_prints_it() {
    let cases: Vec<(String, String)> = serde_json::from_str(STRINGS).unwrap();
    let mut wrong = Vec::new();
    for (text, want) in &cases {
        let have = as_value(text);
        if have != *want {
            wrong.push(format!("{text:?}\n  want {want:?}\n  have {have:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// A value whose mappings are sorted as the peer sorts them.
fn sorted(value: Json) -> Json {
    match value {
        Json::Object(map) => {
            let mut entries: Vec<(String, Json)> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(one, _), (other, _)| key_order(one, other));
            Json::Object(entries.into_iter().collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(sorted).collect()),
        scalar => scalar,
    }
}

#[test]
fn collections_and_long_keys_are_laid_out_as_the_peer_lays_them_out() {
    let value: Json = serde_json::from_str(include_str!("../../../tests/cases/yaml/structure.json")).unwrap();
    let want = include_str!("../../../tests/cases/yaml/structure.yaml");
    let have = to_yaml(&sorted(value)).unwrap();
    for (number, (have, want)) in have.lines().zip(want.lines()).enumerate() {
        assert_eq!(have, want, "line {}", number + 1);
    }
    assert_eq!(have, want);
}

#[test]
fn what_was_printed_reads_back_as_what_it_was() {
    let cases: Vec<(String, String)> = serde_json::from_str(STRINGS).unwrap();
    let safe = ["a\u{2028}b", "\u{2029}", "\n a\n", "\n\n  a", "a\u{2028}\nb"].map(str::to_owned);
    for text in cases.into_iter().map(|(text, _)| text).chain(safe) {
        let value = json!({"k": [text, {text.as_str(): [text]}]});
        let printed = to_yaml(&value).unwrap();
        assert_eq!(read_back(&printed), value, "{printed}");
    }
}

#[test]
fn a_lone_value_is_a_document() {
    assert_eq!(to_yaml(&json!({})).unwrap(), "{}\n");
    assert_eq!(to_yaml(&json!([])).unwrap(), "[]\n");
    assert_eq!(to_yaml(&json!([1, [2]])).unwrap(), "- 1\n- - 2\n");
    assert_eq!(to_yaml("a: b").unwrap(), "'a: b'\n");
    assert_eq!(to_yaml(&json!(null)).unwrap(), "null\n");
}

#[derive(Serialize)]
enum Shape {
    #[serde(rename = "!time")]
    Time(&'static str),
    Point,
    Line(u8, u8),
    Box {
        wide: u8,
    },
    Named(Option<f32>),
}

#[test]
fn a_time_needs_no_quotes_and_other_variants_are_mappings() {
    let shapes = [
        Shape::Time("2024-01-01T00:00:00Z"),
        Shape::Point,
        Shape::Line(1, 2),
        Shape::Box { wide: 3 },
        Shape::Named(Some(0.1)),
    ];
    assert_eq!(
        to_yaml(&shapes).unwrap(),
        "- 2024-01-01T00:00:00Z\n- Point\n- Line:\n    - 1\n    - 2\n- Box:\n    wide: 3\n- Named: 0.1\n"
    );
}

#[test]
fn a_number_without_end_cannot_be_written() {
    assert!(to_yaml(&f64::NAN).is_err());
    assert!(to_yaml(&BTreeMap::from([((1, 2), 3)])).is_err(), "a key that is a sequence");
}
