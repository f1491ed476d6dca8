//! Attributes that had another name while they were tried out.

use crate::yaml::{Map, Node};

/// `x-develop` of a service is `develop`, and wins over one that stands beside it.
pub(super) fn rename(document: &mut Node) {
    let services = document.get_mut("services").and_then(Node::as_map_mut);
    for (_, service) in services.into_iter().flat_map(Map::iter_mut) {
        let Some(map) = service.node.as_map_mut() else { continue };
        if let Some(entry) = map.remove("x-develop") {
            map.insert("develop", entry);
        }
    }
}
