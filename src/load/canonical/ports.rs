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
    let mut all_read = true;
    for (index, item) in items.iter().enumerate() {
        match &item.value {
            Value::String(_) | Value::Int(_) => {
                let Some(ports) = read(item, faults) else {
                    all_read = false;
                    continue;
                };
                expand(&ports, item, &trace.index(index), &mut Expansion { long: &mut long, faults });
            }
            Value::Float(_) => {
                let problem = Problem::error("bad-port", "a port is a whole number");
                faults.others.push(problem.at(item.span, "not a port"));
            }
            _ => long.push(item.clone()),
        }
    }
    // As the peer has it, one that cannot be read yet keeps them all as they were written.
    if all_read {
        *items = long;
    }
}

fn read(item: &Node, faults: &mut Faults) -> Option<Ports> {
    let text = item.value.text().unwrap_or_default();
    let ports = Ports::parse(&text);
    if let Err(error) = &ports {
        faults.unread.push(problem(error, item, &text));
    }
    ports.ok()
}

/// Where long forms go.
struct Expansion<'a> {
    long: &'a mut Vec<Node>,
    faults: &'a mut Faults,
}

fn expand(ports: &Ports, item: &Node, trace: &Trace<'_>, into: &mut Expansion<'_>) {
    if ports.target.len() > into.faults.ports_left {
        let problem =
            Problem::error("too-many-ports", format!("the ranges up to `{trace}` make too many ports"));
        into.faults.others.push(problem.at(item.span, ""));
        return;
    }
    into.faults.ports_left -= ports.target.len();
    for (published, target) in ports.entries() {
        let mut map = Map::default();
        let mut set = |key: &str, value| {
            map.set(key, item.derive(value));
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
        for (key, said) in
            [("mode", false), ("protocol", item.as_str().is_some_and(|text| text.contains('/')))]
        {
            if let Some(node) = map.get_mut(key) {
                node.implied = !said;
            }
        }
        map.fit();
        into.long.push(item.derive(Value::Map(map)));
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
