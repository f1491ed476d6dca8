use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::diag::{Drawing, Problems, SourceId, Sources, draw};

use super::super::{Node, Tag, Value};
use super::parse;

fn read(text: &str) -> (Vec<Node>, Problems, Sources) {
    let mut sources = Sources::default();
    let source: SourceId = sources.add("compose.yaml", text);
    let mut problems = Problems::default();
    let documents = parse(source, text, &mut problems);
    (documents, problems, sources)
}

/// The one document of a text without faults.
fn clean(text: &str) -> Node {
    let (mut documents, problems, _) = read(text);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

/// A tree in flow style, without places.
fn show(node: &Node) -> String {
    let tag = match node.tag {
        Some(Tag::Reset) => "!reset ",
        Some(Tag::Override) => "!override ",
        None => "",
    };
    let value = match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::String(value) => format!("{value:?}"),
        Value::Time(value) => format!("@{value}"),
        Value::Seq(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, entry)| format!("{key}: {}", show(&entry.node))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    };
    format!("{tag}{value}")
}

/// Code and underlined texts of every problem.
fn faults(text: &str) -> Vec<(&'static str, Vec<String>)> {
    let (_, problems, sources) = read(text);
    problems
        .iter()
        .map(|problem| {
            let labels = problem.labels.iter().map(|label| sources.slice(label.span).to_owned());
            (problem.code, labels.collect())
        })
        .collect()
}

/// The text under the span of the value at a key path.
fn under(text: &str, path: &[&str]) -> String {
    let (documents, _, sources) = read(text);
    let mut node = &documents[0];
    for key in path {
        node = match key.parse::<usize>() {
            Ok(index) => &node.as_seq().unwrap()[index],
            Err(_) => node.get(key).unwrap(),
        };
    }
    sources.slice(node.span).to_owned()
}

#[test]
fn every_value_knows_its_bytes() {
    let text = "a:\n  b: 'x y' # c\n  c: [1, {d: 2}]\n  e: |\n    one\n    two\n\nf: >- # note | here\n\n  folded\ng:\nh:\n- 1\n- k: v\n  l: w\n";
    assert_eq!(under(text, &["a", "b"]), "'x y'");
    assert_eq!(under(text, &["a", "c"]), "[1, {d: 2}]");
    assert_eq!(under(text, &["a", "c", "1"]), "{d: 2}");
    assert_eq!(under(text, &["a", "e"]), "|\n    one\n    two");
    assert_eq!(under(text, &["f"]), ">- # note | here\n\n  folded");
    assert_eq!(under(text, &["g"]), "g");
    assert_eq!(under(text, &["h"]), "- 1\n- k: v\n  l: w");
    assert_eq!(under(text, &["h", "1"]), "k: v\n  l: w");
    assert_eq!(under(text, &["a"]), "b: 'x y' # c\n  c: [1, {d: 2}]\n  e: |\n    one\n    two");
}

#[test]
fn spans_hold_behind_wide_characters_and_a_byte_order_mark() {
    assert_eq!(under("\u{feff}ä: 'ö😀' # ü\nb: ß\n", &["ä"]), "'ö😀'");
    assert_eq!(under("\u{feff}ä: 'ö😀' # ü\r\nb: ß\r\n", &["b"]), "ß");
}

#[test]
fn an_empty_item_stands_at_its_dash() {
    let (documents, _, sources) = read("a:\n  -\n  - 1\n");
    let items = documents[0].get("a").unwrap().as_seq().unwrap();
    assert!(items[0].is_null());
    assert_eq!(sources.locate(items[0].span), "compose.yaml:2:4");
}

#[test]
fn anchors_and_aliases_are_expanded() {
    assert_eq!(show(&clean("a: &x {b: [1]}\nc: *x\n")), "{a: {b: [1]}, c: {b: [1]}}");
    assert_eq!(show(&clean("a: &x 1\nb: &x 2\nc: *x\n")), "{a: 1, b: 2, c: 2}");
    assert_eq!(show(&clean("a: &k foo\nb: {*k : 1}\n")), "{a: \"foo\", b: {foo: 1}}");
    assert_eq!(show(&clean("a: &x\nb: *x\n")), "{a: null, b: null}");
    assert_eq!(under("a: &x {b: 1}\nc: {d: *x }\n", &["c"]), "{d: *x }");
    assert_eq!(under("a: &x {b: 1}\nc:\n  d: *x\n", &["c"]), "d: *x");
}

#[test]
fn explicit_keys_win_over_merged_ones_and_earlier_sources_over_later() {
    let text = "a: &a {k: 1, l: 1}\nb: &b {k: 2, m: 2}\nc:\n  <<: [*a, *b]\n  l: 3\n";
    assert_eq!(show(&clean(text)), "{a: {k: 1, l: 1}, b: {k: 2, m: 2}, c: {l: 3, k: 1, m: 2}}");
    assert_eq!(show(&clean("c: {b: 1, <<: {b: 2, d: 3}}")), "{c: {b: 1, d: 3}}");
    assert_eq!(show(&clean("l: &l [{a: 1}]\nb: {<<: *l}")), "{l: [{a: 1}], b: {a: 1}}");
    assert_eq!(show(&clean("c: {<<: {<<: {a: 1}, b: 2}, c: 3}")), "{c: {c: 3, b: 2, a: 1}}");
    assert_eq!(show(&clean("c: {<<: []}")), "{c: {}}");
    let node = clean("c: {b: 1, <<: {b: 2}}");
    let winner = node.get("c").unwrap().get("b").unwrap();
    assert_eq!(winner.trail.as_ref().unwrap().overrode.len(), 1);
}

#[test]
fn a_quoted_merge_key_is_an_ordinary_key_and_a_merge_key_as_value_vanishes() {
    assert_eq!(show(&clean("{'<<': {a: 1}}")), "{<<: {a: 1}}");
    assert_eq!(show(&clean("{!!str <<: {a: 1}}")), "{<<: {a: 1}}");
    assert_eq!(show(&clean("{!!merge <<: {a: 1}}")), "{a: 1}");
    assert_eq!(show(&clean("{a: <<, b: 1}")), "{b: 1}");
    assert_eq!(show(&clean("[<<, a]")), "[\"a\"]");
}

#[test]
fn a_merge_of_anything_but_mappings_is_refused() {
    for (text, bad) in
        [("{<<: 3}", "3"), ("{<<: ~}", "~"), ("{<<: [~]}", "~"), ("{<<: [[{a: 1}]]}", "[{a: 1}]")]
    {
        assert_eq!(faults(text), [("bad-merge", vec![bad.to_owned(), "<<".to_owned()])], "{text}");
    }
    assert_eq!(faults("{<<: {a: 1}, <<: {b: 2}}")[0].0, "duplicate-key");
}

#[test]
fn the_tags_of_the_specification_are_kept_and_others_resolved() {
    assert_eq!(
        show(&clean("a: !reset x\nb: !override {c: 1}\nd: !reset\ne: !override [1]\n")),
        "{a: !reset \"x\", b: !override {c: 1}, d: !reset \"\", e: !override [1]}"
    );
    assert_eq!(
        show(&clean(
            "a: !!str 3\nb: !!int '3'\nc: !!binary aGk=\nd: !foo 3\ne: !!set {x}\nf: ! 3\ng: !override 3\n"
        )),
        "{a: \"3\", b: 3, c: \"hi\", d: \"3\", e: {x: null}, f: \"3\", g: !override \"3\"}"
    );
    assert_eq!(faults("a: !!int abc"), [("tag-mismatch", vec!["abc".to_owned()])]);
}

#[test]
fn a_duplicate_key_shows_both_places_and_reading_goes_on() {
    let text = "a: 1\nb: 2\na: 3\nc:\n  d: 1\n  'd': 2\n";
    assert_eq!(
        faults(text),
        [
            ("duplicate-key", vec!["a".to_owned(), "a".to_owned()]),
            ("duplicate-key", vec!["'d'".to_owned(), "d".to_owned()])
        ]
    );
    let (documents, ..) = read(text);
    assert_eq!(show(&documents[0]), "{a: 1, b: 2, c: {d: 1}}");
}

#[test]
fn keys_that_are_not_strings_are_refused() {
    for (text, key) in [
        ("1: a", "1"),
        ("true: a", "true"),
        ("~: a", "~"),
        ("2024-01-01: a", "2024-01-01"),
        ("? [a]\n: 1", "[a]"),
    ] {
        assert_eq!(faults(text), [("non-string-key", vec![key.to_owned()])], "{text}");
    }
    assert!(faults("yes: a\non: b\n").is_empty());
}

#[test]
fn an_alias_inside_its_own_value_is_a_cycle() {
    assert_eq!(faults("a: &a [*a]"), [("alias-cycle", vec!["*a".to_owned(), "&a".to_owned()])]);
    assert_eq!(faults("a: &a {<<: *a}")[0].0, "alias-cycle");
}

#[test]
fn an_unknown_anchor_is_named_with_a_near_one() {
    let (_, problems, _) = read("a: &common 1\nb: *comon\nc: *later\nd: &later 1\n");
    let helps: Vec<_> = problems.iter().map(|problem| problem.help.clone().unwrap()).collect();
    assert_eq!(
        helps,
        ["did you mean `common`?", "`&later` comes later; an anchor must come before its aliases"]
    );
}

#[test]
fn an_alias_bomb_is_refused_before_it_goes_off() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = format!("*a{}", level - 1);
        writeln!(text, "a{level}: &a{level} [{}]", vec![below; 10].join(", ")).unwrap();
    }
    assert_eq!(faults(&text)[0].0, "alias-bomb");
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 10_000].join(", "));
    assert_eq!(faults(&long)[0].0, "alias-bomb");
}

#[test]
fn deep_nesting_is_refused_in_every_shape() {
    let flow = "[".repeat(100_000);
    assert_eq!(faults(&flow)[0].0, "nesting-too-deep");
    let maps = "{a: ".repeat(100_000);
    assert_eq!(faults(&maps)[0].0, "nesting-too-deep");
    let block = (0..1000).map(|depth| " ".repeat(depth) + "a:").collect::<Vec<_>>().join("\n");
    assert_eq!(faults(&block)[0].0, "nesting-too-deep");
    let dashes = "- ".repeat(10_000);
    assert_eq!(faults(&dashes)[0].0, "nesting-too-deep");
    let mut chain = "a0: &a0 [x]\n".to_owned();
    for level in 1..600 {
        writeln!(chain, "a{level}: &a{level} [*a{}]", level - 1).unwrap();
    }
    assert_eq!(faults(&chain)[0].0, "nesting-too-deep");
    clean(&format!("{}{}", "[".repeat(400), "]".repeat(400)));
}

#[test]
fn several_documents_give_several_trees_and_a_broken_one_is_left_out() {
    let (documents, problems, _) = read("a: 1\n---\nb: [\n---\nc: 3\n...\n---\n");
    assert_eq!(documents.iter().map(show).collect::<Vec<_>>(), ["{a: 1}", "{c: 3}", "null"]);
    assert_eq!(problems.len(), 1);
    assert!(read("").0.is_empty());
    assert!(read("# only a comment\n").0.is_empty());
}

#[test]
fn anchors_do_not_outlive_their_document() {
    assert_eq!(faults("a: &x 1\n---\nb: *x\n")[0].0, "unknown-anchor");
}

#[test]
fn a_comment_glued_to_a_value_is_a_comment() {
    assert_eq!(
        show(&clean("a: 'x'#c\nb: [1]#d\ne: \"y\"#\u{e4}\nf: x#c\n")),
        "{a: \"x\", b: [1], e: \"y\", f: \"x#c\"}"
    );
    assert_eq!(under("a: 'x'#ä\nb: y\n", &["b"]), "y");
}

#[test]
fn control_characters_are_named() {
    let (_, problems, _) = read("a: \"x\0y\"\nb: \u{1b}[31m\n");
    let messages: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        ["a NUL byte cannot stand in YAML", "the control character U+001B cannot stand in YAML"]
    );
}

#[test]
fn infinite_and_undefined_numbers_are_refused() {
    assert_eq!(faults("a: .inf\nb: [-.INF, .nan]\n").len(), 3);
    assert!(faults("a: '.inf'\n").is_empty());
}

#[test]
fn no_text_makes_more_than_a_few_hundred_problems() {
    assert_eq!(faults(&"a: 1\n".repeat(10_000)).len(), 200);
    let aliases: Vec<String> = (0..20_000).map(|number| format!("*n{number}")).collect();
    let text = format!("a: [{}]\n", aliases.join(", "));
    let started = Instant::now();
    assert_eq!(faults(&text).len(), 200);
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "the cost of a fault does not grow with their number"
    );
}

#[test]
fn every_bad_file_is_explained_as_it_was_when_last_looked_at() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/yaml/bad");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut all = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let mut sources = Sources::default();
        let source = sources.add(name, text.as_str());
        let mut problems = Problems::default();
        parse(source, &text, &mut problems);
        problems.settle();
        assert!(!problems.is_empty(), "{name} has no fault");
        all += &draw(problems.iter(), &sources, Drawing::default());
    }
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/yaml"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!("bad", all) });
}

#[test]
fn an_escaped_apostrophe_in_double_quotes_is_an_apostrophe_and_moves_no_span() {
    let text = "a: \"it\\'s\"\n\"b\\'\": [\"\\'\", \"\\\\'\", c]\nd: e\n";
    let (documents, problems, sources) = read(text);
    assert!(problems.is_empty(), "{problems:?}");
    let tree = &documents[0];
    assert_eq!(tree.get("a").unwrap().as_str(), Some("it's"));
    let items = tree.get("b'").unwrap().as_seq().unwrap();
    assert_eq!(items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>(), ["'", "\\'", "c"]);
    assert_eq!(sources.slice(items[2].span), "c");
    assert_eq!(sources.slice(tree.get("d").unwrap().span), "e");
}

#[test]
fn any_number_of_comments_may_be_glued_to_values() {
    let mut text = String::new();
    for number in 0..300 {
        let _ = writeln!(text, "k{number}: 'x'#c {number}");
    }
    assert_eq!(clean(&text).get("k299").unwrap().as_str(), Some("x"));
}
