use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Fault, Scope, Template};

fn row() -> Map<String, Value> {
    let Value::Object(map) = json!({
        "Name": "shop-web-1",
        "State": "running",
        "ExitCode": 0,
        "Empty": "",
        "Publishers": [
            {"URL": "0.0.0.0", "PublishedPort": 8080, "TargetPort": 80},
            {"URL": "::", "PublishedPort": 8080, "TargetPort": 80},
        ],
    }) else {
        unreachable!("an object")
    };
    map
}

fn filled(template: &str) -> Result<String, Fault> {
    let labels = BTreeMap::from([("com.example.some-thing".to_owned(), "yes".to_owned())]);
    let row = row();
    Template::parse(template)?.fill(Scope { fields: &row, labels: Some(&labels) })
}

#[track_caller]
fn gives(template: &str, want: &str) {
    assert_eq!(filled(template).as_deref(), Ok(want), "{template}");
}

#[track_caller]
fn refused(template: &str, want: &str) {
    assert_eq!(filled(template).map_err(|fault| fault.message), Err(want.to_owned()), "{template}");
}

#[test]
fn fields_are_filled_in_between_text() {
    gives("{{.Name}}\t{{ .State }}!", "shop-web-1\trunning!");
    gives("no action at all", "no action at all");
    gives("{{$.Name}}", "shop-web-1");
    gives("{{.ExitCode}}", "0");
}

#[test]
fn pipes_hand_values_on_and_functions_change_them() {
    gives("{{.Name | upper}}", "SHOP-WEB-1");
    gives("{{upper .Name | lower | printf \"%12s|\"}}", "  shop-web-1|");
    gives(
        "{{json .Publishers}}",
        "[{\"URL\":\"0.0.0.0\",\"PublishedPort\":8080,\"TargetPort\":80},{\"URL\":\"::\",\"PublishedPort\":8080,\"TargetPort\":80}]",
    );
    gives("{{json \"a>b\"}}", "\"a\\u003eb\"");
    gives("{{join (split .Name \"-\") \"/\"}}", "shop/web/1");
    gives("{{truncate .Name 4}}{{pad .Name 1 2}}|{{title .State}}", "shop shop-web-1  |Running");
    gives("{{len .Publishers}} {{(index .Publishers 0).URL}} {{slice .Name 0 4}}", "2 0.0.0.0 shop");
    gives("{{println .Name .ExitCode}}", "shop-web-1 0\n");
    gives(
        "{{printf \"%-12s|%5d|%q|%%|%s\" .Name 42 .State}}",
        "shop-web-1  |   42|\"running\"|%|%!s(MISSING)",
    );
}

#[test]
fn conditions_choose_a_body() {
    gives("{{if .Empty}}a{{else if eq .State \"running\" \"paused\"}}b{{else}}c{{end}}", "b");
    gives("{{if and .Name (not .Empty)}}x{{end}}{{if or .Empty .ExitCode}}y{{end}}", "x");
    gives("{{if gt (len .Publishers) 1}}many{{end}}", "many");
    gives("{{with .Empty}}{{.}}{{else}}none{{end}}", "none");
    gives("{{with $s := .State}}{{.}}={{$s}}{{end}}", "running=running");
}

#[test]
fn a_range_goes_through_items_with_their_positions() {
    gives("{{range .Publishers}}{{.URL}} {{end}}", "0.0.0.0 :: ");
    gives("{{range $i, $p := .Publishers}}{{if $i}}, {{end}}{{$p.TargetPort}}{{end}}", "80, 80");
    gives("{{range .Empty | split \",\"}}{{else}}{{end}}", "");
}

#[test]
fn variables_keep_values_within_their_body() {
    gives("{{$n := .Name}}{{if true}}{{$n = \"x\"}}{{end}}{{$n}}", "x");
    refused("{{if true}}{{$n := 1}}{{end}}{{$n}}", "undefined variable \"$n\"");
}

#[test]
fn comments_and_trim_marks_leave_nothing() {
    gives("a {{- /* a }} comment */ -}} b", "ab");
    gives("a  {{- .ExitCode -}}  b", "a0b");
    gives("{{\"}}\"}}{{`raw \\n`}}", "}}raw \\n");
}

#[test]
fn labels_are_asked_for_by_name() {
    gives("{{.Label \"com.example.some-thing\"}}{{.Label \"none\"}}", "yes");
}

#[test]
fn headings_are_made_without_values() {
    let headings: Map<String, Value> = ["Name", "Publishers"]
        .map(|key| (key.to_owned(), Value::String(key.to_uppercase())))
        .into_iter()
        .collect();
    let made = |template: &str| {
        Template::parse(template)
            .and_then(|template| template.fill(Scope { fields: &headings, labels: None }))
    };
    assert_eq!(made("{{.Name}}\t{{.Label \"a.some-thing\"}}").as_deref(), Ok("NAME\tsome thing"));
    assert_eq!(made("{{range .Publishers}}{{.URL}}{{end}}{{.Publishers}}").as_deref(), Ok("PUBLISHERS"));
}

#[test]
fn what_cannot_be_read_or_filled_is_refused() {
    refused("{{.Name", "unclosed action");
    refused("{{}}", "missing value for command");
    refused("{{.Name | }}", "missing value for command");
    refused("{{if .Name}}", "unexpected EOF: {{end}} is missing");
    refused("{{end}}", "unexpected {{end}}");
    refused("{{(.Name}}", "unclosed left paren");
    refused("{{.Name)}}", "unexpected right paren");
    refused("{{\"abc}}", "unterminated quoted string");
    refused("{{template \"x\"}}", "{{template}} is not supported");
    refused("{{.Name.Deeper}}", "can't evaluate field Deeper in shop-web-1");
    refused("{{index .Publishers 7}}", "index out of range: 7 of 2");
    refused("{{nosuch .Name}}", "function \"nosuch\" not defined");
}

#[test]
fn a_slip_is_answered_with_what_was_meant() {
    let help = |template| filled(template).expect_err("refused").help.expect("help");
    assert_eq!(help("{{.Nmae}}"), "did you mean `Name`?");
    assert_eq!(help("{{uper .Name}}"), "did you mean `upper`?");
    assert_eq!(help("{{Name}}"), "fields begin with a dot: `.Name`");
}

#[test]
fn no_text_makes_the_reader_panic() {
    let pieces = [
        "{{", "}}", "-", " ", ".", "$x", ":=", "|", "(", ")", "if", "end", "range", "\"", "`", "1", "é",
        "/*", ",",
    ];
    let mut seed = 1_u32;
    for _ in 0..3000 {
        let mut text = String::new();
        for _ in 0..8 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(pieces[(seed >> 16) as usize % pieces.len()]);
        }
        let _ = filled(&text);
    }
}
