//! `volumes: ["./data:/data:ro"]`.

use super::faults::{Faults, within};
use crate::diag::Problem;
use crate::load::origin::with_origins;
use crate::load::trace::Trace;
use crate::syntax::{MountError, MountFault, ShortMount};
use crate::yaml::{Map, Node, Value};

/// The long form of a mount.
pub(super) fn mount(node: &mut Node, _: &Trace<'_>, faults: &mut Faults) {
    let Some(text) = node.as_str() else { return };
    match ShortMount::parse(text) {
        Ok(mount) => *node = long(&mount, node, text.len()),
        Err(error) => faults.others.push(problem(&error, node, text)),
    }
}

fn long(mount: &ShortMount, node: &Node, length: usize) -> Node {
    let text = |text: &str| Value::String(text.to_owned());
    let mut map = Map::default();
    let mut set = |key: &str, value: Value| {
        map.set(key, node.derive(value));
    };
    set("type", text(if mount.is_bind { "bind" } else { "volume" }));
    if let Some(source) = &mount.source {
        set("source", text(source));
    }
    set("target", text(&mount.target));
    if mount.read_only {
        set("read_only", Value::Bool(true));
    }
    let inner = |entries: Vec<(&str, Value)>| {
        let mut map = Map::default();
        for (key, value) in entries {
            let implied = key == "create_host_path";
            map.set(key, Node { implied, ..node.derive(value) });
        }
        map.fit();
        Value::Map(map)
    };
    if mount.is_bind || mount.propagation.is_some() || mount.selinux.is_some() {
        let mut bind = Vec::new();
        if mount.is_bind {
            bind.push(("create_host_path", Value::Bool(true)));
        }
        bind.extend(mount.propagation.as_ref().map(|mode| ("propagation", text(mode))));
        bind.extend(mount.selinux.as_ref().map(|label| ("selinux", text(label))));
        set("bind", inner(bind));
    }
    // The shortest ones are taken by the peer as they are.
    if mount.nocopy || (!mount.is_bind && length > 2) {
        set("volume", inner(mount.nocopy.then_some(("nocopy", Value::Bool(true))).into_iter().collect()));
    }
    map.fit();
    node.derive(Value::Map(map))
}

fn problem(error: &MountError, node: &Node, text: &str) -> Problem {
    let words = match error.fault {
        MountFault::Empty | MountFault::EmptyPart => "expected a path or a name",
        MountFault::TooManyColons => "not expected",
    };
    let problem = Problem::error("bad-volume", error.to_string()).at(within(node, text, &error.at), words);
    with_origins(problem, node).help(
        "a volume is `[SOURCE:]TARGET[:OPTIONS]`; its long form has `type`, `source` and `target` as keys",
    )
}
