//! Merge keys (`<<`).

use crate::diag::{Problem, Span};

use super::super::{Map, Node, Value};

/// The mappings that a merge key brings, in order of precedence.
///
/// A sequence is allowed, but not one within a sequence.
pub(super) fn merged(key: Span, node: Node) -> Result<Vec<Map>, Problem> {
    let at = node.span;
    match node.value {
        Value::Map(map) => Ok(vec![map]),
        Value::Seq(items) => items
            .into_iter()
            .map(|item| match item.value {
                Value::Map(map) => Ok(map),
                other => Err(refuse(key, item.span, &other)),
            })
            .collect(),
        other => Err(refuse(key, at, &other)),
    }
}

fn refuse(key: Span, at: Span, value: &Value) -> Problem {
    Problem::error("bad-merge", "`<<` merges a mapping, or a sequence of mappings")
        .at(at, format!("this is {}", value.kind()))
        .at(key, "merged here")
}

/// Adds to a mapping what it does not say itself; the first of several sources wins.
pub(super) fn apply(into: &mut Map, sources: Vec<Map>) {
    for (key, entry) in sources.into_iter().flat_map(Map::into_entries) {
        match into.get_mut(&key) {
            Some(winner) => winner.trail_mut().overrode.push(entry.node.span),
            None => {
                into.insert(key, entry);
            }
        }
    }
}
