//! The network that everyone is in who does not say otherwise.

use super::complete::workloads;
use crate::diag::Span;
use crate::yaml::{Map, Node, Value};

const DEFAULT: &str = "default";

/// Puts those without networks into the default one, and declares that one if someone is in it.
pub(super) fn join_default(tree: &mut Node) {
    let mut used: Option<Span> = None;
    for workload in workloads(tree) {
        let span = workload.key;
        let Some(map) = workload.node.as_map_mut() else { continue };
        if map.contains("network_mode") || map.contains("provider") {
            continue;
        }
        let joined = map.get("networks").and_then(Node::as_map);
        if joined.is_none_or(Map::is_empty) {
            map.set("networks", single(span));
            used.get_or_insert(span);
        } else if joined.is_some_and(|networks| networks.contains(DEFAULT)) {
            used.get_or_insert(span);
        }
    }
    let (Some(span), Some(root)) = (used, tree.as_map_mut()) else { return };
    match root.get_mut("networks").and_then(Node::as_map_mut) {
        Some(networks) if networks.contains(DEFAULT) => {}
        Some(networks) => {
            networks.set(DEFAULT, Node::implied(Value::Null, span));
        }
        None => {
            root.set("networks", single(span));
        }
    }
}

/// The default network alone.
fn single(span: Span) -> Node {
    let mut networks = Map::default();
    networks.set(DEFAULT, Node::implied(Value::Null, span));
    Node::implied(Value::Map(networks), span)
}
