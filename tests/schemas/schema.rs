//! As much of JSON Schema as our schemas use. A keyword that it does not know is a panic, never a pass.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use regex::Regex;
use serde_json::{Map, Value};

/// A schema file.
pub(crate) struct Schema {
    root: Value,
}

impl Schema {
    /// One of `schemas/`.
    pub(crate) fn shipped(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
        let text = fs::read_to_string(path).expect("the schema is shipped");
        Self { root: serde_json::from_str(&text).expect("the schema is JSON") }
    }

    /// What is wrong with a value; nothing if it is valid.
    pub(crate) fn faults(&self, value: &Value) -> Vec<String> {
        self.check(&self.root, value, "")
    }

    /// The definitions by name, with the keys that each may have.
    pub(crate) fn keys(&self) -> Vec<(String, Vec<String>)> {
        let definitions = self.root["$defs"].as_object().expect("definitions by name");
        let keys = |schema: &Value| -> Vec<String> {
            schema["properties"].as_object().map(|rules| rules.keys().cloned().collect()).unwrap_or_default()
        };
        definitions.iter().map(|(name, schema)| (name.clone(), keys(schema))).collect()
    }

    fn check(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let schema = schema.as_object().expect("a schema is an object");
        let known = Known {
            names: schema.get("properties").and_then(Value::as_object),
            patterns: schema.get("patternProperties").and_then(Value::as_object),
        };
        schema.iter().flat_map(|rule| self.keyword(rule, known, (value, at))).collect()
    }

    fn fields(
        &self,
        (keyword, rule): (&str, &Value),
        known: Known<'_>,
        (value, at): (&Value, &str),
    ) -> Vec<String> {
        match keyword {
            "additionalProperties" if *rule == Value::Bool(false) => {
                let fields = value.as_object().into_iter().flatten();
                let extra = fields.filter(|(name, _)| !known.contains(name));
                extra.map(|(name, _)| format!("{at}: unknown key `{name}`")).collect()
            }
            "patternProperties" => {
                let rules = rule.as_object().expect("rules by pattern");
                let fields = || value.as_object().into_iter().flatten();
                let of = |(pattern, rule): (&String, &Value)| {
                    let named = fields().filter(|(name, _)| matches(pattern, name));
                    named
                        .flat_map(|(name, value)| self.check(rule, value, &format!("{at}/{name}")))
                        .collect::<Vec<_>>()
                };
                rules.iter().flat_map(of).collect()
            }
            "properties" => {
                let rules = rule.as_object().expect("rules by name");
                let present = rules.iter().filter_map(|(name, rule)| Some((name, rule, value.get(name)?)));
                present
                    .flat_map(|(name, rule, value)| self.check(rule, value, &format!("{at}/{name}")))
                    .collect()
            }
            _ => panic!("`{keyword}: {rule}` is not known to this test"),
        }
    }

    fn keyword(
        &self,
        (keyword, rule): (&String, &Value),
        known: Known<'_>,
        (value, at): (&Value, &str),
    ) -> Vec<String> {
        let unless =
            |valid: bool| if valid { vec![] } else { vec![format!("{at}: not {keyword} {rule}: {value}")] };
        match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" => vec![],
            "$ref" => {
                let path =
                    rule.as_str().and_then(|path| path.strip_prefix('#')).expect("a reference in the file");
                self.check(self.root.pointer(path).expect("the reference leads somewhere"), value, at)
            }
            // To JSON Schema, a whole number is a number too.
            "type" => unless(rule == kind(value) || rule == "number" && kind(value) == "integer"),
            "const" => unless(rule == value),
            "enum" => unless(rule.as_array().is_some_and(|choices| choices.contains(value))),
            "minimum" => unless(!value.is_number() || value.as_f64() >= rule.as_f64()),
            "maximum" => unless(!value.is_number() || value.as_f64() <= rule.as_f64()),
            "required" => {
                let names = rule.as_array().expect("a list of names");
                unless(names.iter().all(|name| value.get(name.as_str().unwrap_or_default()).is_some()))
            }
            "pattern" => {
                let pattern = rule.as_str().expect("a pattern");
                unless(value.as_str().is_none_or(|text| matches(pattern, text)))
            }
            "uniqueItems" => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                unless(items.iter().enumerate().all(|(at, item)| !items[..at].contains(item)))
            }
            "additionalProperties" | "patternProperties" | "properties" => {
                self.fields((keyword, rule), known, (value, at))
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                items.flat_map(|(index, item)| self.check(rule, item, &format!("{at}/{index}"))).collect()
            }
            "oneOf" => {
                let choices = rule.as_array().expect("a list of schemas");
                let found: Vec<_> = choices.iter().map(|choice| self.check(choice, value, at)).collect();
                unless(found.iter().filter(|faults| faults.is_empty()).count() == 1)
            }
            "anyOf" => {
                let choices = rule.as_array().expect("a list of schemas");
                let found: Vec<_> = choices.iter().map(|choice| self.check(choice, value, at)).collect();
                if found.iter().any(Vec::is_empty) { vec![] } else { found.into_iter().flatten().collect() }
            }
            _ => panic!("`{keyword}` is not known to this test"),
        }
    }
}

/// The keys that a schema has rules for.
#[derive(Clone, Copy)]
struct Known<'s> {
    names: Option<&'s Map<String, Value>>,
    patterns: Option<&'s Map<String, Value>>,
}

impl Known<'_> {
    fn contains(self, name: &str) -> bool {
        self.names.is_some_and(|names| names.contains_key(name))
            || self.patterns.into_iter().flatten().any(|(pattern, _)| matches(pattern, name))
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    static READ: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
    let mut read = READ.lock().expect("nobody panics with it");
    let read = read
        .entry(pattern.to_owned())
        .or_insert_with(|| Regex::new(pattern).expect("a pattern that Rust reads too"));
    read.is_match(text)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        // To JSON Schema, `2.0` is an integer.
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() != 0.0) => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
