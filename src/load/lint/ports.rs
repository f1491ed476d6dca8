//! Ports of the host.

use std::collections::HashMap;
use std::net::IpAddr;

use super::finding::{Finding, Lint, Subject};
use crate::diag::Span;
use crate::load::scene::{Unit, number};
use crate::yaml::{Node, Value};

/// A port that is published, or a range of them.
pub(super) struct Published<'a> {
    pub(super) target: u64,
    /// First and last port of the host; `None` where the engine chooses.
    host: Option<(u64, u64)>,
    address: &'a str,
    protocol: &'a str,
    pub(super) span: Span,
}

impl<'a> Published<'a> {
    /// The ports of a service; none on the network of the host, where publishing means nothing.
    pub(super) fn of(service: &Unit<'a>) -> Vec<Self> {
        if service.text(&["network_mode"]) == Some("host") {
            return Vec::new();
        }
        service.items(&["ports"]).iter().filter_map(Self::new).collect()
    }

    fn new(port: &'a Node) -> Option<Self> {
        let text = |key: &str| port.get(key).and_then(Node::as_str);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a port is small and positive"
        )]
        let whole = |node: &Node| number(node).filter(|number| *number >= 0.0).map(|number| number as u64);
        let published = port.get("published");
        let host = published.and_then(|node| match node.as_str().and_then(|text| text.split_once('-')) {
            Some((first, last)) => Some((first.parse().ok()?, last.parse().ok()?)),
            None => whole(node).filter(|port| *port > 0).map(|port| (port, port)),
        });
        Some(Self {
            target: port.get("target").and_then(whole)?,
            host,
            address: text("host_ip").unwrap_or(""),
            protocol: text("protocol").unwrap_or("tcp"),
            span: published.or_else(|| port.get("target"))?.span,
        })
    }

    /// True if it is published on all addresses.
    pub(super) fn is_everywhere(&self) -> bool {
        matches!(self.address, "" | "0.0.0.0" | "::")
    }

    /// The port of the host as it is written; nothing where the engine chooses.
    pub(super) fn published_text(&self) -> String {
        match self.host {
            Some((first, last)) if first == last => first.to_string(),
            Some((first, last)) => format!("{first}-{last}"),
            None => String::new(),
        }
    }

    /// True if both, of one number, take it on one address.
    fn meets(&self, other: &Self) -> bool {
        self.protocol == other.protocol && shared(self.address, other.address)
    }
}

/// True if there is an address that both mean. Nothing at all means every address of both families.
fn shared(one: &str, other: &str) -> bool {
    match (one.parse::<IpAddr>(), other.parse::<IpAddr>()) {
        (Ok(one), Ok(other)) => {
            one == other
                || one.is_ipv4() == other.is_ipv4() && (one.is_unspecified() || other.is_unspecified())
        }
        _ => one.is_empty() || other.is_empty() || one == other,
    }
}

/// A port of the host is taken once.
pub(super) fn collisions(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let services: Vec<(Unit<'_>, Vec<Published<'_>>)> =
        subject.scene.all_services().map(|service| (service, Published::of(&service))).collect();
    // Only ports of one number can meet.
    let mut by_number: HashMap<u64, Vec<(&Unit<'_>, &Published<'_>)>> = HashMap::new();
    for (service, ports) in &services {
        for port in ports {
            // A range with one target takes one free port of the range: it gives way.
            let Some((number, _)) = port.host.filter(|(first, last)| first == last) else { continue };
            let taken = by_number.entry(number).or_default();
            let meets = |(other, held): &&(&Unit<'_>, &Published<'_>)| {
                (other.name == service.name || may_meet(service, other)) && port.meets(held)
            };
            let clash = taken.iter().find(meets).copied();
            taken.push((service, port));
            if let Some((other, taken)) = clash {
                findings.push(
                    lint.in_service(
                        service,
                        format!(
                            "`{}` and `{}` both publish port {number} of the host",
                            other.name, service.name
                        ),
                    )
                    .at(port.span, format!("port {number} again"))
                    .at(taken.span, format!("taken by `{}`", other.name))
                    .help("publish one of them on another port"),
                );
            }
        }
        replicas(lint, service, ports, findings);
    }
}

/// Every replica would take the same port.
fn replicas(lint: &Lint, service: &Unit<'_>, ports: &[Published<'_>], findings: &mut Vec<Finding>) {
    let counts = [&["scale"][..], &["deploy", "replicas"]];
    let Some(count) = counts
        .into_iter()
        .filter_map(|path| service.entry(path))
        .find(|entry| number(&entry.node).is_some_and(|count| count > 1.0))
    else {
        return;
    };
    for port in ports {
        if let Some((first, _)) = port.host.filter(|(first, last)| first == last) {
            findings.push(
                lint.in_service(
                    service,
                    format!("every container of `{}` would publish port {first}", service.name),
                )
                .at(port.span, "only one can have it")
                .at(count.node.span, "this asks for several")
                .help("publish a range, or leave the port of the host out"),
            );
        }
    }
}

/// False for services that no set of profiles activates together by itself.
fn may_meet(one: &Unit<'_>, other: &Unit<'_>) -> bool {
    let profiles = |service: &Unit<'_>| -> Vec<String> {
        service.items(&["profiles"]).iter().filter_map(|node| node.as_str().map(str::to_owned)).collect()
    };
    let (one, other) = (profiles(one), profiles(other));
    one.is_empty() || other.is_empty() || one.iter().any(|profile| other.contains(profile))
}

/// On the host's network there is nothing to publish.
pub(super) fn on_host_network(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let Some(mode) = service.entry(&["network_mode"]) else { continue };
        let Some(ports) = service.entry(&["ports"]).filter(|_| !service.items(&["ports"]).is_empty()) else {
            continue;
        };
        if mode.node.value == Value::String("host".to_owned()) {
            findings.push(
                lint.in_service(
                    &service,
                    format!("`{}` publishes ports, but uses the network of the host", service.name),
                )
                .at(ports.key, "means nothing here: every port is the host's already")
                .at(mode.key, "because of this")
                .help("remove `ports`"),
            );
        }
    }
}
