//! Problems as data for editors and other programs.

use serde::Serialize;

use super::harmless::harmless;
use super::{Label, Problem, Severity, Sources};

/// A problem in the terms of people and editors: files, lines and columns instead of byte offsets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Stable name in kebab case.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The next step, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where it is; absent where it lies in no file.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// All places that show it, the primary one first.
    pub labels: Vec<DescribedLabel>,
}

/// A stretch of a file. Lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Path of the file as it was given, `-` for standard input.
    pub file: String,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column just behind the last character.
    pub end_column: usize,
}

/// A place with a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DescribedLabel {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What is to be seen there; may be empty.
    pub text: String,
}

/// Describes problems in their order; `schemas/diagnostics.schema.json` says what the JSON of the result looks like.
#[must_use]
pub fn describe<'a>(problems: impl IntoIterator<Item = &'a Problem>, sources: &Sources) -> Vec<Description> {
    problems
        .into_iter()
        .map(|problem| {
            let labels: Vec<DescribedLabel> = problem
                .labels
                .iter()
                .map(|label| DescribedLabel { place: place(label, sources), text: fit(&label.text) })
                .collect();
            Description {
                code: problem.code,
                severity: problem.severity,
                message: fit(&problem.message),
                help: problem.help.as_deref().map(fit),
                place: labels.first().map(|label| label.place.clone()),
                labels,
            }
        })
        .collect()
}

/// JSON may be printed too.
fn fit(text: &str) -> String {
    harmless(text).into_owned()
}

fn place(label: &Label, sources: &Sources) -> Place {
    let source = sources.get(label.span.source);
    let start = source.position(label.span.start as usize);
    let end = source.position(label.span.end as usize);
    Place {
        file: fit(source.name()),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Span;

    #[test]
    fn a_place_is_lines_and_columns_from_one() {
        let mut sources = Sources::default();
        let file = sources.add("compose.yaml", "a: ü1\nb: 2\n");
        let problem = Problem::error("bad-value", "no").at(Span::new(file, 3, 6), "this").help("say 2");
        let json = serde_json::to_value(describe([&problem], &sources)).expect("plain data");
        assert_eq!(
            json,
            serde_json::json!([{
                "code": "bad-value", "severity": "error", "message": "no", "help": "say 2",
                "file": "compose.yaml", "line": 1, "column": 4, "end_line": 1, "end_column": 6,
                "labels": [{
                    "file": "compose.yaml", "line": 1, "column": 4, "end_line": 1, "end_column": 6, "text": "this",
                }],
            }])
        );
    }

    #[test]
    fn a_problem_without_a_place_has_no_file() {
        let json = serde_json::to_value(describe([&Problem::error("empty", "nothing")], &Sources::default()))
            .expect("plain data");
        assert_eq!(json[0].get("file"), None);
    }
}
