//! Containers that run before a service's own are like its own, but for what they say themselves.

use super::Workload;
use crate::diag::Problems;
use crate::load::merge::merge_service;
use crate::load::trace::Trace;
use crate::yaml::{Map, Node, Value};

/// What belongs to the service as a whole, or to its own containers alone.
const NOT_INHERITED: &[&str] = &[
    "attach",
    "build",
    "container_name",
    "depends_on",
    "deploy",
    "develop",
    "expose",
    "extends",
    "external_links",
    "healthcheck",
    "links",
    "ports",
    "post_start",
    "pre_start",
    "pre_stop",
    "profiles",
    "provider",
    "restart",
    "scale",
    "stdin_open",
    "triggers",
    "tty",
    "volumes",
];

/// Lists whose items are told apart by what is before `=`.
const NAMED: &[&str] = &["annotations", "environment", "labels", "sysctls"];

/// Lays each `pre_start` entry over what it inherits.
pub(super) fn inherit(workload: &mut Workload<'_>, problems: &mut Problems) {
    let Some(hooks) = workload.node.get("pre_start").and_then(Node::as_seq) else { return };
    if hooks.is_empty() {
        return;
    }
    let hooks = hooks.to_vec();
    let base = inherited(workload.node);
    let root = Trace::ROOT.key(workload.kind);
    let trace = root.key(workload.name);
    let list = trace.key("pre_start");
    let complete = hooks.into_iter().enumerate().map(|(index, hook)| {
        if hook.as_map().is_none() {
            return hook;
        }
        let mut whole = Node { span: hook.span, ..base.clone() };
        merge_service(&mut whole, hook, &list.index(index), problems);
        drop_repeated(&mut whole);
        whole
    });
    let complete = Value::Seq(complete.collect());
    if let Some(hooks) = workload.node.get_mut("pre_start") {
        hooks.value = complete;
    }
}

fn inherited(service: &Node) -> Node {
    let mut base = service.clone();
    if let Some(map) = base.as_map_mut() {
        map.retain(|key, _| !NOT_INHERITED.contains(&key) && !key.starts_with("x-"));
    }
    base
}

/// Of equal items of a list the first stays; of those with one name the last, at the place of the first.
fn drop_repeated(hook: &mut Node) {
    for (key, entry) in hook.as_map_mut().into_iter().flat_map(Map::iter_mut) {
        let Value::Seq(items) = &mut entry.node.value else { continue };
        if matches!(key, "command" | "entrypoint") {
            continue;
        }
        let named = NAMED.contains(&key);
        let mut kept: Vec<Node> = Vec::with_capacity(items.len());
        for item in std::mem::take(items) {
            match kept.iter_mut().find(|known| same(known, &item, named)) {
                Some(known) => *known = item,
                None => kept.push(item),
            }
        }
        *items = kept;
    }
}

fn same(one: &Node, other: &Node, named: bool) -> bool {
    let name = |node: &Node| node.as_str().map(|text| text.split('=').next().unwrap_or_default().to_owned());
    if named { name(one) == name(other) } else { equal(&one.value, &other.value) }
}

/// Equality of what is said, wherever it stands.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Seq(one), Value::Seq(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| equal(&one.value, &other.value))
        }
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, entry)| {
                    other.get(key).is_some_and(|node| equal(&entry.node.value, &node.value))
                })
        }
        _ => one == other,
    }
}
