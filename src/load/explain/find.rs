//! The node of the tree behind a value that is printed.

use serde_json::Value as Json;

use crate::diag::Span;
use crate::yaml::{Map, Node, Path, Segment, Value};

/// What the tree holds at a path.
pub(super) struct Found<'t> {
    /// The node, or the nearest one above.
    pub(super) node: &'t Node,
    /// The place of what implies it, where no file says it.
    pub(super) cause: Span,
    /// False if only something above was found.
    pub(super) exact: bool,
    /// What it overrode, and what those around it did.
    pub(super) overrode: Vec<Span>,
}

/// Walks down. The tree keeps some values in the form of the file (`K=V` lists, commands as one text), of which the
/// printed leaf is a part.
pub(super) fn find<'t>(tree: &'t Node, path: &Path, leaf: &Json) -> Found<'t> {
    let mut found = Found { node: tree, cause: tree.span, exact: true, overrode: Vec::new() };
    // The nearest collection that a file speaks of, and its key.
    let mut said = (tree.span, tree.span);
    for segment in path.segments() {
        let Some((node, key)) = child(found.node, segment, leaf) else {
            found.exact = false;
            break;
        };
        if !node.implied {
            said = (node.span, key.unwrap_or(node.span));
        }
        // What follows from the whole of a collection is better seen at its key.
        found.cause = if node.span == said.0 { said.1 } else { node.span };
        found.node = node;
        for lost in node.trail.iter().flat_map(|trail| &trail.overrode) {
            if !found.overrode.contains(lost) {
                found.overrode.push(*lost);
            }
        }
    }
    found
}

fn child<'t>(node: &'t Node, segment: &Segment, leaf: &Json) -> Option<(&'t Node, Option<Span>)> {
    match (&node.value, segment) {
        (Value::Map(map), Segment::Key(key)) => map.entry(key).map(|entry| (&entry.node, Some(entry.key))),
        (Value::Seq(items), Segment::Index(index)) => item(items, *index, leaf).map(|item| (item, None)),
        (Value::Seq(items), Segment::Key(name)) => named(items, name).map(|item| (item, None)),
        (Value::Map(map), Segment::Index(_)) => pair(map, leaf),
        // A command or test that is written as one text is printed as its words.
        (Value::String(_), Segment::Index(_)) => Some((node, None)),
        _ => None,
    }
}

/// The item at an index; where the list is printed in another order, the one that says the same.
fn item<'t>(items: &'t [Node], index: usize, leaf: &Json) -> Option<&'t Node> {
    let at = items.get(index);
    let Some(wanted) = leaf.as_str() else { return at };
    let says = |item: &&Node| {
        item.value.text().is_some_and(|text| text == wanted || text.replacen(':', "=", 1) == wanted)
    };
    at.filter(|item| item.as_map().is_some())
        .or_else(|| at.filter(says))
        .or_else(|| items.iter().find(says))
        .or(at)
}

/// The item `NAME=value` or `NAME` of a list that is printed as a mapping.
fn named<'t>(items: &'t [Node], name: &str) -> Option<&'t Node> {
    items.iter().rev().find(|item| {
        let text = item.value.text();
        text.is_some_and(|text| text.split_once('=').map_or(text.as_str(), |(name, _)| name) == name)
    })
}

/// The entry of a mapping that is printed as a list of `NAME=value`.
fn pair<'t>(map: &'t Map, leaf: &Json) -> Option<(&'t Node, Option<Span>)> {
    let text = leaf.as_str()?;
    let says = |key: &str| {
        text.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['=', ':']))
    };
    map.iter().find(|(key, _)| says(key)).map(|(_, entry)| (&entry.node, Some(entry.key)))
}
