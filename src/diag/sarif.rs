//! Problems as SARIF 2.1.0, which code hosts and editors read.

use serde_json::{Value, json};

use super::{DescribedLabel, Description, Place, Problem, Severity, Sources, describe};

/// A kind of problem, for the list of rules in a SARIF log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its code.
    pub code: &'static str,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// How bad it is.
    pub severity: Severity,
}

/// A SARIF log with one run.
#[must_use]
pub fn sarif<'a>(
    problems: impl IntoIterator<Item = &'a Problem>,
    sources: &Sources,
    rules: &[Rule],
    version: &str,
) -> Value {
    let results: Vec<Value> = describe(problems, sources).iter().map(result).collect();
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.code,
                "shortDescription": { "text": rule.summary },
                "defaultConfiguration": { "level": level(rule.severity) },
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "rcompose", "version": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(described: &Description) -> Value {
    let message = match &described.help {
        Some(help) => format!("{}\n{help}", described.message),
        None => described.message.clone(),
    };
    let mut result = json!({
        "ruleId": described.code,
        "level": level(described.severity),
        "message": { "text": message },
        "locations": described.labels.first().map(location).into_iter().collect::<Vec<_>>(),
    });
    let related: Vec<Value> = described.labels.iter().skip(1).map(location).collect();
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    result
}

fn location(label: &DescribedLabel) -> Value {
    let Place { file, line, column, end_line, end_column } = &label.place;
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(file) },
            "region": {
                "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column,
            },
        },
    });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    location
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

/// A path as a URI reference; standard input has none, and gets a name.
fn uri(file: &str) -> String {
    if file == "-" {
        return "stdin".to_owned();
    }
    let mut out = if file.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                out.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Span;

    #[test]
    fn a_problem_is_a_result_with_its_places() {
        let mut sources = Sources::default();
        let file = sources.add("sub dir/compose.yaml", "a: 1\nb: 2\n");
        let problem = Problem::warning("port-collision", "twice")
            .at(Span::new(file, 5, 6), "again")
            .at(Span::new(file, 0, 1), "")
            .help("change one");
        let rules = [Rule { code: "port-collision", summary: "a port twice", severity: Severity::Error }];
        let log = sarif([&problem], &sources, &rules, "1.0");
        let run = &log["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"][0]["defaultConfiguration"]["level"], "error");
        let result = &run["results"][0];
        assert_eq!(result["level"], "warning");
        assert_eq!(result["message"]["text"], "twice\nchange one");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "sub%20dir/compose.yaml");
        assert_eq!(place["region"], json!({"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 2}));
        assert_eq!(result["relatedLocations"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn an_absolute_path_is_a_file_uri() {
        assert_eq!(uri("/srv/a b.yaml"), "file:///srv/a%20b.yaml");
        assert_eq!(uri("-"), "stdin");
    }
}
