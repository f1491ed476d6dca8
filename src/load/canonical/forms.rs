//! The plain short forms.

use super::faults::Faults;
use crate::diag::Problem;
use crate::load::merge::{dependencies_of, named};
use crate::load::trace::Trace;
use crate::yaml::{Entry, Map, Node, Value};

/// A mapping out of keys and values, all at one place.
pub(super) fn mapping(entries: impl IntoIterator<Item = (&'static str, Value)>, like: &Node) -> Node {
    let mut map = Map::default();
    for (key, value) in entries {
        map.set(key, like.derive(value));
    }
    like.derive(Value::Map(map))
}

fn replace_with(node: &mut Node, form: impl FnOnce(Node) -> Node) {
    let span = node.span;
    *node = form(std::mem::replace(node, Node::null(span)));
}

/// `build: context`.
pub(super) fn build(node: &mut Node, _: &Trace<'_>, _: &mut Faults) {
    if let Some(context) = node.as_str() {
        *node = mapping([("context", Value::String(context.to_owned()))], node);
    }
}

/// `dns: one`.
pub(super) fn list(node: &mut Node, _: &Trace<'_>, _: &mut Faults) {
    if node.as_str().is_some() {
        let span = node.span;
        replace_with(node, |item| Node::new(Value::Seq(vec![item]), span));
    }
}

/// `networks: [a, b]`.
pub(super) fn names(node: &mut Node, _: &Trace<'_>, _: &mut Faults) {
    replace_with(node, |list| named(list, |item| Node::null(item.span)));
}

/// `depends_on: [a, b]`; a dependency is required unless it says otherwise.
pub(super) fn dependencies(node: &mut Node, _: &Trace<'_>, _: &mut Faults) {
    replace_with(node, dependencies_of);
    for (_, entry) in node.as_map_mut().into_iter().flat_map(Map::iter_mut) {
        require(&mut entry.node);
    }
}

fn require(node: &mut Node) {
    let span = node.span;
    if let Some(map) = node.as_map_mut()
        && !map.contains("required")
    {
        map.set("required", Node::implied(Value::Bool(true), span));
    }
}

/// `env_file: path`, `env_file: [path, {path: path}]`.
pub(super) fn env_files(node: &mut Node, trace: &Trace<'_>, faults: &mut Faults) {
    list(node, trace, faults);
    for item in node.as_seq_mut().into_iter().flatten() {
        if let Some(path) = item.as_str() {
            *item = mapping([("path", Value::String(path.to_owned()))], item);
        }
        require(item);
    }
}

/// `gpus: all`.
pub(super) fn gpus(node: &mut Node, _: &Trace<'_>, _: &mut Faults) {
    if let Some(count) = node.as_str() {
        let all = mapping([("count", Value::String(count.to_owned()))], node);
        *node = Node::new(Value::Seq(vec![all]), node.span);
    }
}

/// `secrets: [name]`.
pub(super) fn reference(node: &mut Node, _: &Trace<'_>, _: &mut Faults) {
    if let Some(source) = node.as_str() {
        *node = mapping([("source", Value::String(source.to_owned()))], node);
    }
}

/// `schedule: [cron]`.
pub(super) fn schedule(node: &mut Node, _: &Trace<'_>, _: &mut Faults) {
    if let Some(cron) = node.as_str() {
        *node = mapping([("cron", Value::String(cron.to_owned()))], node);
    }
}

/// `sbom: true`: anything but a mapping or sequence is text there.
pub(super) fn text(node: &mut Node, _: &Trace<'_>, _: &mut Faults) {
    if let Some(text) = node.value.text() {
        node.value = Value::String(text);
    }
}

/// `additional_contexts: [name=context]`.
pub(super) fn key_values(node: &mut Node, trace: &Trace<'_>, faults: &mut Faults) {
    let Some(items) = node.as_seq() else { return };
    let mut map = Map::default();
    for item in items {
        let Some((key, value)) = item.as_str().and_then(|text| text.split_once('=')) else {
            faults.unread.push(
                Problem::error("bad-pair", format!("expected `name=value` in `{trace}`"))
                    .at(item.span, "no `=` in it"),
            );
            return;
        };
        map.insert(key, Entry { key: item.span, node: Node::string(value, item.span) });
    }
    node.value = Value::Map(map);
}

/// `ssh: [default, id=path]`.
pub(super) fn ssh(node: &mut Node, trace: &Trace<'_>, faults: &mut Faults) {
    let Some(items) = node.as_seq() else { return };
    let mut map = Map::default();
    for item in items {
        let Some(text) = item.as_str() else { return };
        let (id, path) = match text.split_once('=') {
            Some((id, path)) => (id, Node::string(path, item.span)),
            None if text == "default" => (text, Node::null(item.span)),
            None => {
                faults.others.push(
                    Problem::error("bad-ssh-key", format!("`{text}` in `{trace}` has no path"))
                        .at(item.span, "expected `default` or `NAME=PATH`"),
                );
                return;
            }
        };
        map.insert(id, Entry { key: item.span, node: path });
    }
    node.value = Value::Map(map);
}

/// `devices: [source:target:permissions]`.
pub(super) fn device(node: &mut Node, trace: &Trace<'_>, faults: &mut Faults) {
    let Some(text) = node.as_str() else { return };
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, permissions) = match parts[..] {
        [source] => (source, source, "rwm"),
        [source, target] => (source, target, "rwm"),
        [source, "", permissions] => (source, source, permissions),
        [source, target, permissions] => (source, target, permissions),
        _ => {
            faults.unread.push(
                Problem::error("bad-device", format!("`{trace}` has too many colons"))
                    .at(node.span, "expected `source[:target[:permissions]]`")
                    .help("use the long form: `source`, `target` and `permissions` as keys"),
            );
            return;
        }
    };
    let entries = [("source", source), ("target", target), ("permissions", permissions)];
    let said = parts.len();
    *node = mapping(entries.map(|(key, part)| (key, Value::String(part.to_owned()))), node);
    for key in ["target", "permissions"].into_iter().skip(said.saturating_sub(1)) {
        if let Some(part) = node.get_mut(key) {
            part.implied = true;
        }
    }
}
