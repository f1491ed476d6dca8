//! The tables as a JSON Schema, for editors.
//!
//! An editor sees a file before variables are filled in, so a string with a `$` in it is right wherever a scalar is.

use serde_json::{Map, Value, json};

use super::root::ROOT;
use super::shape::{Key, Kinds, List, NameRule, Object, Pattern, Shape};

/// Lists whose doubles are dropped before anyone looks at them (`load::unique`): they may stand there twice. By what
/// they belong to.
const SETTLED: &[(&[&str], &[&str])] = &[
    (
        &["a service"],
        &[
            "annotations",
            "cap_add",
            "cap_drop",
            "devices",
            "dns",
            "dns_opt",
            "dns_search",
            "environment",
            "expose",
            "labels",
            "links",
            "ports",
            "profiles",
            "sysctls",
            "tmpfs",
            "volumes",
        ],
    ),
    (&["a build"], &["args", "labels", "tags"]),
    (&["`deploy`", "a network"], &["labels"]),
    (&["the use of a network"], &["aliases", "link_local_ips"]),
];

/// The shape of a compose file as JSON Schema (draft 2020-12).
#[must_use]
pub fn json_schema() -> Value {
    let mut publisher = Publisher::default();
    let root = publisher.reference(&ROOT);
    let definitions: Map<String, Value> =
        publisher.done.into_iter().map(|(_, name, schema)| (name, schema)).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "compose file",
        "$ref": root["$ref"],
        "$defs": sorted(definitions),
    })
}

fn is_settled(object: &str, key: &str) -> bool {
    SETTLED.iter().any(|(objects, keys)| objects.contains(&object) && keys.contains(&key))
}

/// Objects that were published, each once: by address, with the name and the schema.
#[derive(Default)]
struct Publisher {
    done: Vec<(*const Object, String, Value)>,
}

impl Publisher {
    fn reference(&mut self, object: &'static Object) -> Value {
        let known = self.done.iter().find(|(address, _, _)| std::ptr::eq(*address, object));
        let name = match known {
            Some((_, name, _)) => name.clone(),
            None => self.publish(object),
        };
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn publish(&mut self, object: &'static Object) -> String {
        let slug = slug(object.what);
        let taken = |name: &str| self.done.iter().any(|(_, known, _)| known == name);
        let name = if taken(&slug) {
            let others = (2..=self.done.len() + 2).map(|number| format!("{slug}-{number}"));
            others.into_iter().find(|name| !taken(name)).unwrap_or(slug)
        } else {
            slug
        };
        let index = self.done.len();
        self.done.push((object, name.clone(), Value::Null));
        self.done[index].2 = self.object(object);
        name
    }

    fn object(&mut self, object: &'static Object) -> Value {
        let mut keys: Vec<_> = object.keys().collect();
        keys.sort_by_key(|key| key.name);
        let attribute = |key: &Key| {
            let list = key
                .shape
                .list
                .map(|list| List { unique: list.unique && !is_settled(object.what, key.name), ..list });
            (key.name.to_owned(), self.shape(&Shape { list, ..key.shape }))
        };
        let properties: Map<String, Value> = keys.into_iter().map(attribute).collect();
        let mut schema = Map::new();
        schema.insert("title".into(), object.what.into());
        schema.insert("type".into(), "object".into());
        if !properties.is_empty() {
            schema.insert("properties".into(), properties.into());
        }
        let mut patterns = Map::new();
        if object.extensions {
            patterns.insert("^x-".into(), json!({}));
        }
        if let Some(names) = object.names {
            patterns.insert(names.rule.pattern().into(), self.shape(names.shape));
        }
        if !patterns.is_empty() {
            schema.insert("patternProperties".into(), patterns.into());
        }
        if !object.open {
            schema.insert("additionalProperties".into(), false.into());
        }
        if !object.required.is_empty() {
            schema.insert("required".into(), object.required.into());
        }
        if !object.any_of.is_empty() {
            let choices: Vec<Value> =
                object.any_of.iter().map(|name| json!({ "required": [name] })).collect();
            schema.insert("anyOf".into(), choices.into());
        }
        schema.into()
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        let mut choices = scalars(shape);
        if let Some(List { item, unique }) = shape.list {
            let mut list = json!({ "type": "array", "items": self.shape(item) });
            if unique {
                list["uniqueItems"] = true.into();
            }
            choices.push(list);
        }
        if let Some(object) = shape.map {
            choices.push(self.reference(object));
        }
        match choices.len() {
            1 => choices.remove(0),
            _ => json!({ "anyOf": choices }),
        }
    }
}

/// The scalars that a shape takes, as alternatives.
fn scalars(shape: &Shape) -> Vec<Value> {
    let mut choices = Vec::new();
    if shape.scalars == Kinds::NONE {
        return choices;
    }
    let kinds = [
        (Kinds::NULL, "null"),
        (Kinds::BOOL, "boolean"),
        (Kinds::NUMBER, "number"),
        (Kinds::INTEGER, "integer"),
    ];
    for (kind, name) in kinds {
        let covered = kind == Kinds::INTEGER && shape.scalars.takes(Kinds::NUMBER);
        if !shape.scalars.takes(kind) || covered {
            continue;
        }
        let mut choice = json!({ "type": name });
        if let (Kinds::INTEGER, Some((least, greatest))) = (kind, shape.range) {
            choice["minimum"] = least.into();
            if greatest != i64::MAX {
                choice["maximum"] = greatest.into();
            }
        }
        choices.push(choice);
    }
    let restricted = !shape.words.is_empty() || shape.pattern.is_some();
    if shape.scalars.takes(Kinds::STRING) {
        if !shape.words.is_empty() {
            choices.push(json!({ "enum": shape.words }));
        } else if let Some(pattern) = shape.pattern {
            choices.push(json!({ "type": "string", "pattern": pattern.regex() }));
        } else {
            choices.push(json!({ "type": "string" }));
        }
    }
    if restricted || !shape.scalars.takes(Kinds::STRING) {
        choices.push(json!({ "type": "string", "pattern": "\\$" }));
    }
    choices
}

fn slug(what: &str) -> String {
    let words = what.strip_prefix("a ").or_else(|| what.strip_prefix("an ")).unwrap_or(what);
    let words = words.strip_prefix("the ").unwrap_or(words);
    words.replace('`', "").replace([' ', '/'], "-").to_ascii_lowercase()
}

fn sorted(map: Map<String, Value>) -> Map<String, Value> {
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries.into_iter().collect()
}

impl NameRule {
    /// The keys that are names, as a regular expression.
    fn pattern(self) -> &'static str {
        match self {
            Self::Resource => "^[a-zA-Z0-9._-]+$",
            Self::Lowercase => "^[a-z]+$",
            Self::Some => "^.+$",
        }
    }
}

impl Pattern {
    /// The rule as a regular expression.
    fn regex(self) -> &'static str {
        match self {
            Self::PullPolicy => {
                "^(always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+)$"
            }
            Self::ContainerName => "[a-zA-Z0-9][a-zA-Z0-9_.-]",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Set to write the file anew.
    const UPDATE: &str = "UPDATE_SCHEMAS";

    #[test]
    fn the_schema_in_the_repository_is_what_the_tables_say() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/compose.schema.json");
        let text = format!("{:#}\n", json_schema());
        if std::env::var_os(UPDATE).is_some() {
            fs::write(&path, &text).expect("the schema can be written");
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == text, "schemas/compose.schema.json is old: run the tests with {UPDATE}=1");
    }

    #[test]
    fn every_reference_leads_to_a_definition() {
        let schema = json_schema();
        let text = schema.to_string();
        let mut count = 0;
        for part in text.split("\"#/$defs/").skip(1) {
            let name = part.split('"').next().unwrap_or_default();
            assert!(schema["$defs"].get(name).is_some_and(Value::is_object), "{name}");
            count += 1;
        }
        assert!(count > 50, "{count}");
    }
}
