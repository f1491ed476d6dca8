//! What holds for every text, tried on many: no reader of ours panics, and what was printed reads back as it was.

use proptest::prelude::*;
use serde_json::{Value, json};

use rcompose::diag::{Problems, Sources};
use rcompose::yaml::{Map, Node, decode, parse, to_yaml};
use rcompose::{model, syntax};

/// Texts made of what means something in YAML and in the languages inside its strings.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            " ", "  ", "\n", "\n  ", "\t", "\r\n", ":", ": ", "- ", "-", "?", "#", " #", ",", "[", "]", "{", "}",
            "'", "\"", "|", ">", "|2-\n", "&a ", "*a", "!", "!!str ", "!reset ", "<<: ", "%", "@", "`", "---\n",
            "...\n", "\\", "\\x", "$", "${", "${A:-", "}", "=", "/", "..", "**", "::", "@sha256:", "1", "0x", "1e",
            "2024-01-01", "true", "null", "~", "key", "a: b\n", "- c\n", "\u{feff}", "\u{a0}", "\u{2028}", "\0", "é",
            "😀", "export ", "KEY=value\n",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-z]{1,8}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Values that a compose file can hold.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        text().prop_map(Value::from),
        "[ -~]{0,120}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn read(text: &str) -> (Vec<Node>, Problems) {
    let mut problems = Problems::default();
    let source = Sources::default().add("text.yaml", text);
    let documents = parse(source, text, &mut problems);
    (documents, problems)
}

/// Every span of a tree lies in the text, at the bounds of characters, and holds those of its children.
fn check_spans(node: &Node, text: &str) {
    let (start, end) = (node.span.start as usize, node.span.end as usize);
    assert!(text.get(start..end).is_some(), "{start}..{end} of {text:?}");
    let children = node.as_seq().into_iter().flatten();
    let entries = node.as_map().into_iter().flat_map(Map::iter).map(|(_, entry)| &entry.node);
    for child in children.chain(entries) {
        check_spans(child, text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_yaml_never_panics_and_every_place_is_in_the_text(text in text()) {
        let (documents, problems) = read(&text);
        for document in &documents {
            check_spans(document, &text);
        }
        for label in problems.iter().flat_map(|problem| &problem.labels) {
            prop_assert!(text.get(label.span.start as usize..label.span.end as usize).is_some(), "{:?}", label);
        }
    }

    #[test]
    fn what_was_printed_reads_back_as_it_was(value in value()) {
        let printed = to_yaml(&value).expect("a value can be printed");
        let (documents, mut problems) = read(&printed);
        prop_assert!(!problems.has_errors(), "{printed}\n{problems:?}");
        let back: Value = decode(&documents[0], &mut problems).expect("any value can be read");
        prop_assert_eq!(back, value, "{}", printed);
    }

    #[test]
    fn a_text_of_any_characters_is_printed_so_that_it_reads_back(text in any::<String>()) {
        let value = json!({text.as_str(): [text.as_str()]});
        let printed = to_yaml(&value).expect("a value can be printed");
        let (documents, mut problems) = read(&printed);
        let back: Option<Value> = documents.first().and_then(|document| decode(document, &mut problems));
        prop_assert_eq!(back, Some(value), "{}", printed);
    }

    #[test]
    fn no_reader_of_a_small_language_panics(text in text()) {
        let _ = syntax::expand(&text, &|name| (name == "A").then(|| "a".to_owned()));
        let _ = syntax::mentions(&text);
        let _ = syntax::dotenv(&text, &|_| None);
        let _ = syntax::dotenv_raw(&text, &|_| None);
        let _ = syntax::Ports::parse(&text).map(|ports| ports.entries());
        let _ = syntax::ShortMount::parse(&text);
        let _ = syntax::split(&text);
        let _ = syntax::Reference::parse(&text);
        let _ = syntax::normalize_project(&text);
        let _ = text.parse::<model::Duration>();
        let _ = text.parse::<model::Bytes>();
        let _ = serde_json::from_value::<model::Project>(json!({"services": {"a": {"image": text, "ports": [text]}}}));
    }

    #[test]
    fn a_fault_of_a_template_points_into_it(text in text()) {
        if let Err(error) = syntax::expand(&text, &|_| None) {
            prop_assert!(text.get(error.at.clone()).is_some_and(|words| !words.is_empty()), "{:?}", error);
        }
    }

    #[test]
    fn every_assignment_of_a_variable_file_points_into_it(text in text()) {
        let read = syntax::dotenv(&text, &|_| None);
        let places = read.assignments.iter().map(|line| &line.at).chain(read.faults.iter().map(|fault| &fault.at));
        for at in places {
            prop_assert!(text.get(at.clone()).is_some(), "{:?}", at);
        }
    }

    #[test]
    fn a_duration_reads_back_from_what_it_is_written_as(nanoseconds in any::<i64>()) {
        let duration = model::Duration(nanoseconds);
        if nanoseconds != i64::MIN {
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }
    }
}
