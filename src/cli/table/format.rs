//! `--format`: `table`, `json`, a Go template, or `table TEMPLATE`.

use std::collections::BTreeMap;

use rcompose::diag::harmless;
use rcompose::yaml::to_json;
use serde_json::{Map, Value};

use super::layout::{Spacing, align};
use super::template::{Fault, Scope, Template};
use crate::cli::failure::Failure;
use crate::cli::settings::Terminals;

/// What a listing shows of one thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// Values by the peer's keys.
    pub(crate) fields: Map<String, Value>,
    /// Labels, for `{{.Label "name"}}`.
    pub(crate) labels: BTreeMap<String, String>,
}

/// A way to show rows.
#[derive(Debug)]
pub(crate) enum Format {
    /// A table of the usual columns.
    Table,
    /// An object a line.
    Json,
    /// What a template makes of each row, and where that goes.
    Template(Template, Terminals),
    /// The same, in columns.
    TableTemplate(Template),
}

/// A listing: its usual columns, as heading and key, and its rows.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    /// The usual columns.
    pub(crate) columns: &'a [(&'a str, &'a str)],
    /// The rows.
    pub(crate) rows: &'a [Row],
}

/// True for JSON, false for a table: all that a listing of the peer's own knows.
pub(crate) fn listing(format: &str) -> Result<bool, Failure> {
    match format {
        "" | "table" | "pretty" => Ok(false),
        "json" => Ok(true),
        other => Err(Failure::message(format!("format value {other:?} could not be parsed: parsing failed"))
            .help("one of: table, json")),
    }
}

impl Format {
    /// By the value of the flag.
    pub(crate) fn parse(text: &str, terminals: Terminals) -> Result<Self, Failure> {
        let template = |text: &str| {
            let unescaped = text.replace("\\t", "\t").replace("\\n", "\n");
            Template::parse(&unescaped).map_err(refused)
        };
        match text {
            "" | "table" => Ok(Self::Table),
            "json" => Ok(Self::Json),
            _ => match text.strip_prefix("table ") {
                Some(rest) => template(rest.trim()).map(Self::TableTemplate),
                None => template(text).map(|template| Self::Template(template, terminals)),
            },
        }
    }

    /// The listing as text. On a terminal, values have neither escapes nor lines of their own.
    pub(crate) fn show(&self, table: &Table<'_>) -> Result<String, Failure> {
        match self {
            Self::Table => Ok(table.usual()),
            Self::Json => table.rows.iter().map(Row::object).collect(),
            Self::Template(template, terminals) if terminals.stdout => {
                table.rows.iter().map(|row| Ok(row.tamed().fill(template)? + "\n")).collect()
            }
            Self::Template(template, _) => {
                table.rows.iter().map(|row| Ok(row.fill(template)? + "\n")).collect()
            }
            Self::TableTemplate(template) => table.tabbed(template),
        }
    }
}

impl Row {
    fn tamed(&self) -> Self {
        let fields = self.fields.iter().map(|(key, value)| (key.clone(), tamed(value))).collect();
        let labels = self.labels.iter().map(|(name, value)| (name.clone(), on_one_line(value))).collect();
        Self { fields, labels }
    }

    fn fill(&self, template: &Template) -> Result<String, Failure> {
        template.fill(Scope { fields: &self.fields, labels: Some(&self.labels) }).map_err(refused)
    }

    /// One line of JSON, keys sorted, in the form that Go gives it.
    fn object(&self) -> Result<String, Failure> {
        let sorted: BTreeMap<&String, &Value> = self.fields.iter().collect();
        let line = to_json(&sorted).map_err(|error| Failure::message(error.to_string()))?;
        Ok(line + "\n")
    }
}

impl Table<'_> {
    fn usual(&self) -> String {
        let mut lines: Vec<Vec<String>> =
            vec![self.columns.iter().map(|(heading, _)| (*heading).to_owned()).collect()];
        lines.extend(self.rows.iter().map(|row| {
            self.columns.iter().map(|(_, key)| cell(row.fields.get(*key).unwrap_or(&Value::Null))).collect()
        }));
        align(&lines, Spacing::default())
    }

    fn tabbed(&self, template: &Template) -> Result<String, Failure> {
        let headings = self.headings();
        let mut lines = vec![template.fill(Scope { fields: &headings, labels: None }).map_err(refused)?];
        for row in self.rows {
            lines.push(harmless(&row.fill(template)?).into_owned());
        }
        let cells: Vec<Vec<String>> = lines
            .iter()
            .flat_map(|line| line.lines().map(|line| line.split('\t').map(str::to_owned).collect()))
            .collect();
        Ok(align(&cells, Spacing::default()))
    }

    /// Headings for every key: that of its column, else its own name in capitals.
    fn headings(&self) -> Map<String, Value> {
        let keys = self.rows.first().into_iter().flat_map(|row| row.fields.keys().map(String::as_str));
        let usual = self.columns.iter().map(|(_, key)| *key);
        let heading = |key: &str| match self.columns.iter().find(|(_, own)| *own == key) {
            Some((heading, _)) => (*heading).to_owned(),
            None => spaced(key),
        };
        usual.chain(keys).map(|key| (key.to_owned(), Value::String(heading(key)))).collect()
    }
}

/// `LocalVolumes` as `LOCAL VOLUMES`.
fn spaced(key: &str) -> String {
    let mut out = String::new();
    let mut small = false;
    for letter in key.chars() {
        if small && letter.is_uppercase() {
            out.push(' ');
        }
        small = letter.is_lowercase();
        out.extend(letter.to_uppercase());
    }
    out
}

/// A value in a cell: harmless, on one line.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    on_one_line(&text)
}

/// Text of others, harmless, on one line.
pub(crate) fn on_one_line(text: &str) -> String {
    harmless(text).replace(['\n', '\t'], " ")
}

/// A value whose texts are harmless.
fn tamed(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(on_one_line(text)),
        Value::Array(items) => items.iter().map(tamed).collect(),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (on_one_line(key), tamed(value))).collect())
        }
        other => other.clone(),
    }
}

fn refused(fault: Fault) -> Failure {
    Failure::message(format!("template parsing error: {}", fault.message)).maybe_help(fault.help)
}
