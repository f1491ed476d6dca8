//! `ports: ["8080:80"]`.

use super::faults::{Faults, within};
use crate::diag::Problem;
use crate::load::origin::with_origins;
use crate::load::trace::Trace;
use crate::syntax::{PortError, PortFault, Ports};
use crate::yaml::{Map, Node, Value};

/// Every short form becomes one mapping a port of the container.
pub(super) fn ports(node: &mut Node, trace: &Trace<'_>, faults: &mut Faults) {
    let Some(items) = node.as_seq_mut() else { return };
    if items.iter().all(|item| item.as_map().is_some()) {
        return;
    }
    let mut long = Vec::with_capacity(items.len());
    for (index, item) in std::mem::take(items).into_iter().enumerate() {
        match &item.value {
            Value::String(_) | Value::Int(_) => expand(item, &trace.index(index), &mut long, faults),
            Value::Float(_) => {
                let problem = Problem::error("bad-port", "a port is a whole number");
                faults.others.push(problem.at(item.span, "not a port"));
                long.push(item);
            }
            _ => long.push(item),
        }
    }
    *items = long;
}

fn expand(item: Node, trace: &Trace<'_>, long: &mut Vec<Node>, faults: &mut Faults) {
    let text = item.value.text().unwrap_or_default();
    let ports = match Ports::parse(&text) {
        Ok(ports) => ports,
        Err(error) => {
            faults.unread.push(problem(&error, &item, &text));
            long.push(item);
            return;
        }
    };
    if ports.target.len() > faults.ports_left {
        let problem =
            Problem::error("too-many-ports", format!("the ranges up to `{trace}` make too many ports"));
        faults.others.push(problem.at(item.span, ""));
        return;
    }
    faults.ports_left -= ports.target.len();
    for (published, target) in ports.entries() {
        let mut map = Map::default();
        let mut set = |key: &str, value| {
            map.set(key, Node { value, span: item.span, tag: None, trail: item.trail.clone() });
        };
        set("mode", Value::String("ingress".to_owned()));
        if let Some(ip) = &ports.host_ip {
            set("host_ip", Value::String(ip.clone()));
        }
        // The peer leaves a target of 0 out, and then misses it.
        if target != 0 {
            set("target", Value::Int(target.into()));
        }
        if let Some(published) = published {
            set("published", Value::String(published));
        }
        set("protocol", Value::String(ports.protocol.to_owned()));
        long.push(Node { value: Value::Map(map), span: item.span, tag: None, trail: item.trail.clone() });
    }
}

fn problem(error: &PortError, item: &Node, text: &str) -> Problem {
    let span = within(item, text, &error.at);
    let (words, help) = match &error.fault {
        PortFault::Missing => ("expected the port of the container", None),
        PortFault::Target(_) | PortFault::Published(_) => {
            ("expected a port from 0 to 65535, or `first-last`", None)
        }
        PortFault::Lengths { .. } => (
            "not as many on both sides",
            Some("give both sides the same number of ports, or the container one"),
        ),
        PortFault::Address(text) if text.contains(':') => ("too many colons", None),
        PortFault::Address(_) => {
            ("expected an address", Some("a name is not resolved here: write its address, like `127.0.0.1`"))
        }
        PortFault::Protocol(_) => ("expected `tcp`, `udp` or `sctp`", None),
    };
    let form = "`[[HOST_ADDRESS:]HOST_PORT:]CONTAINER_PORT[/PROTOCOL]`";
    let problem = Problem::error("bad-port", error.to_string()).at(span, words);
    with_origins(problem, item).help(help.map_or_else(|| format!("a port is {form}"), str::to_owned))
}
