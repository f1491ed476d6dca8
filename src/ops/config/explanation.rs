//! Where values came from, for people and for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Format;
use crate::diag::harmless;
use crate::load::explain::{Explanation, Origin, Place, Said, Setting, Used};
use crate::syntax::TemplatePart;

/// What stands for a secret.
const HIDDEN: &str = "(secret)";

/// Explanations as text, or as JSON (`schemas/explanation.schema.json`).
pub(super) fn render(found: &[Explanation], format: Option<Format>) -> String {
    match format {
        Some(Format::Json) => format!("{:#}\n", json!(found)),
        None | Some(Format::Yaml) => found.iter().map(text).collect(),
    }
}

fn text(explained: &Explanation) -> String {
    let value = explained.value.as_ref().map_or_else(|| HIDDEN.to_owned(), shown);
    let mut lines = vec![match &explained.origin {
        Origin::File(said) => ("set by", words(said)),
        Origin::Implied(said) => ("implied by", words(said)),
        Origin::Name => ("set by", "-p, COMPOSE_PROJECT_NAME or the name of the directory".to_owned()),
    }];
    lines.extend(explained.overrode.iter().map(|said| ("instead of", words(said))));
    lines.extend(explained.variables.iter().map(|used| ("with", variable(used))));
    let mut text = format!("{}: {value}\n", harmless(&explained.path));
    for (how, words) in lines {
        let _ = writeln!(text, "  {how:10}  {words}");
    }
    text
}

fn place(place: &Place) -> String {
    format!("{}:{}:{}", place.file, place.line, place.column)
}

fn words(said: &Said) -> String {
    let words = said.said.as_deref().unwrap_or(HIDDEN);
    format!("{}  {words}", place(&said.place)).trim_end().to_owned()
}

fn variable(used: &Used) -> String {
    let from = match (&used.place, used.set) {
        (Some(at), _) => format!("set at {}", place(at)),
        (None, Setting::Environment) => "set in the environment".to_owned(),
        (None, Setting::Project) => "the name of the project".to_owned(),
        (None, _) => "set nowhere".to_owned(),
    };
    let gave = match (used.gave, used.set) {
        (TemplatePart::Value, _) => "",
        (TemplatePart::Default, Setting::Nowhere) => ": its default holds",
        (TemplatePart::Default, _) => ", but to nothing: its default holds",
        (TemplatePart::Nothing, Setting::Nowhere) => ": it gave nothing",
        (TemplatePart::Nothing, _) => ": only whether it is set counts",
    };
    format!("{}, {from}{gave}", used.name)
}

/// A value on one line: text as it is, if a terminal can take it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && !text.contains(char::is_control) => {
            harmless(text).into_owned()
        }
        other => harmless(&other.to_string()).into_owned(),
    }
}
