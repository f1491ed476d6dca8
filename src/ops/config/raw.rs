//! The tree as it is when no variables were filled in.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::Format;
use crate::model::Style;
use crate::yaml::{Node, TIME_TAG, Value, key_order, to_json_pretty, to_yaml};

/// The tree as text, keys sorted.
pub(super) fn render(tree: &Node, format: Option<Format>) -> String {
    let text = match format {
        None | Some(Format::Yaml) => to_yaml(&Sorted(tree, Style::Yaml)).map_err(|error| error.to_string()),
        Some(Format::Json) => to_json_pretty(&Sorted(tree, Style::Json)).map_err(|error| error.to_string()),
    };
    text.expect("a tree has text for keys, and no number that cannot be written")
}

/// A node whose mappings are written in order of their keys.
struct Sorted<'a>(&'a Node, Style);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(node, style) = *self;
        match &node.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Uint(value) => serializer.serialize_u64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Time(text) if style == Style::Yaml => {
                serializer.serialize_newtype_variant("Value", 0, TIME_TAG, text)
            }
            Value::String(text) | Value::Time(text) => serializer.serialize_str(text),
            Value::Seq(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&Sorted(item, style))?;
                }
                seq.end()
            }
            Value::Map(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_by(|(one, _), (other, _)| match style {
                    Style::Yaml => key_order(one, other),
                    Style::Json => one.cmp(other),
                });
                let mut written = serializer.serialize_map(Some(entries.len()))?;
                for (key, entry) in entries {
                    written.serialize_entry(key, &Sorted(&entry.node, style))?;
                }
                written.end()
            }
        }
    }
}
