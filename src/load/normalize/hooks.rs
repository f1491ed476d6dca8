//! Containers that run before a service's own are like its own, but for what they say themselves.

use indexmap::IndexMap;

use super::complete::Workload;
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
        let mut kept: IndexMap<String, Node> = IndexMap::with_capacity(items.len());
        for item in std::mem::take(items) {
            match item.as_str().filter(|_| NAMED.contains(&key)) {
                Some(text) => {
                    let name = text.split('=').next().unwrap_or_default().to_owned();
                    kept.insert(name, item);
                }
                None => {
                    kept.entry(item.value.fingerprint()).or_insert(item);
                }
            }
        }
        items.extend(kept.into_values());
    }
}
