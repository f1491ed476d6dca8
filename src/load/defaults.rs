//! What holds when nothing is said.

use std::sync::LazyLock;

use super::rules::{Rule, Rules, visit};
use crate::diag::Span;
use crate::yaml::{Map, Node, Value};

/// Adds to a mapping what it does not say.
type Fill = fn(&mut Map, Span);

const WORKLOAD: &[Rule<Fill>] = &[
    ("build", |build, span| missing(build, "context", ".", span)),
    ("deploy.resources.reservations.devices[]", all_devices),
    ("gpus[]", all_devices),
    ("ports[]", |port, span| {
        missing(port, "protocol", "tcp", span);
        missing(port, "mode", "ingress", span);
    }),
    ("secrets[]", |secret, span| {
        let source =
            secret.get("source").and_then(Node::as_str).map(|source| format!("/run/secrets/{source}"));
        if let Some(target) = source {
            missing(secret, "target", &target, span);
        }
    }),
    ("volumes[].bind", |bind, span| {
        if !bind.contains("create_host_path") {
            bind.set("create_host_path", Node::implied(Value::Bool(true), span));
        }
    }),
];

static RULES: LazyLock<Rules<Fill>> = LazyLock::new(|| Rules::new(&[(&["services.*", "jobs.*"], WORKLOAD)]));

/// Adds the defaults of the specification to a canonical tree.
pub(super) fn fill(tree: &mut Node) {
    visit(tree, RULES.root(), &mut |node, fill| {
        let span = node.span;
        if let Some(map) = node.as_map_mut() {
            fill(map, span);
        }
    });
}

fn missing(map: &mut Map, key: &str, value: &str, span: Span) {
    if !map.contains(key) {
        map.set(key, Node::implied(Value::String(value.to_owned()), span));
    }
}

/// A request that names neither a number nor devices is for all.
fn all_devices(request: &mut Map, span: Span) {
    if !request.contains("device_ids") {
        missing(request, "count", "all", span);
    }
}
