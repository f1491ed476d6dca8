//! Forms that two values are brought to before they are put together.

use std::sync::Arc;

use crate::yaml::{Entry, Map, Node, Value};

/// Items out of a list, a mapping (`K=V`, keys sorted, a list of values giving one item each) or a single value.
/// `None` for what has no such form.
pub(crate) fn pairs(node: Node) -> Option<Vec<Node>> {
    match node.value {
        Value::Seq(items) => Some(items),
        Value::Null => Some(Vec::new()),
        Value::String(_) => Some(vec![node]),
        Value::Map(map) => {
            let mut entries: Vec<(Arc<str>, Entry)> = map.into_entries().collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            let mut items = Vec::with_capacity(entries.len());
            for (key, entry) in entries {
                match entry.node.value {
                    Value::Seq(values) => items.extend(values.into_iter().map(|value| pair(&key, value))),
                    _ => items.push(pair(&key, entry.node)),
                }
            }
            Some(items)
        }
        _ => None,
    }
}

/// `K=V`, or `K` for null, at the place of the value.
fn pair(key: &str, value: Node) -> Node {
    let text = match value.value.text() {
        Some(text) => format!("{key}={text}"),
        None => key.to_owned(),
    };
    Node { value: Value::String(text), ..value }
}

/// A mapping by name out of a list of names, each with a value of its own; other values are given back as they are.
pub(crate) fn named(node: Node, value: impl Fn(&Node) -> Node) -> Node {
    let items = match node.value {
        Value::Seq(items) => items,
        Value::String(_) => vec![Node { tag: None, ..node.clone() }],
        _ => return node,
    };
    if items.iter().any(|item| item.as_str().is_none()) {
        return Node { value: Value::Seq(items), ..node };
    }
    let mut map = Map::default();
    for item in items {
        let made = value(&item);
        if let Value::String(name) = item.value {
            map.insert(name, Entry { key: item.span, node: made });
        }
    }
    Node { trail: None, value: Value::Map(map), ..node }
}

/// Dependencies as a mapping.
pub(crate) fn dependencies_of(node: Node) -> Node {
    named(node, |item| {
        let mut map = Map::default();
        map.set("condition", Node::implied(Value::String("service_started".to_owned()), item.span));
        map.set("required", Node::implied(Value::Bool(true), item.span));
        Node::new(Value::Map(map), item.span)
    })
}
