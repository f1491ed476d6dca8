//! Resources that others made.

use super::faults::Faults;
use crate::diag::Problem;
use crate::load::trace::Trace;
use crate::yaml::{Node, Value};

/// `external: {name: x}`, the old form, is `external: true` and `name: x`.
pub(super) fn external(node: &mut Node, trace: &Trace<'_>, faults: &mut Faults) {
    let Some(map) = node.as_map_mut() else { return };
    let Some(old) = map.get("external").filter(|old| old.as_map().is_some()).cloned() else { return };
    if let Some(name) = old.get("name") {
        faults.others.push(
            Problem::warning("external-name", format!("`{trace}.external.name` is deprecated"))
                .at(name.span, "")
                .help("write `external: true`, and `name` beside it"),
        );
        match map.get("name") {
            Some(own) if own.value != name.value => faults.others.push(
                Problem::error("external-name", format!("`{trace}` has two names"))
                    .at(name.span, "one here")
                    .at(own.span, "the other here")
                    .help("keep `name`"),
            ),
            _ => {
                map.set("name", name.clone());
            }
        }
    }
    map.set("external", Node::new(Value::Bool(true), old.span));
}
