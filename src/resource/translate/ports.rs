//! Exposed and published ports.

use std::collections::BTreeMap;

use crate::model::WorkloadSpec;
use crate::resource::body::{PortBinding, Present};

/// The ports that are exposed or published, as `80/tcp`.
pub(super) fn exposed(workload: &WorkloadSpec) -> BTreeMap<String, Present> {
    let declared = workload.expose.iter().flat_map(|entry| range(entry));
    let published = workload.ports.iter().map(|port| key(port.target, &port.protocol));
    declared.chain(published).map(|port| (port, Present::new())).collect()
}

/// The published ports by what they lead to.
pub(super) fn bindings(workload: &WorkloadSpec) -> BTreeMap<String, Vec<PortBinding>> {
    let mut bindings: BTreeMap<String, Vec<PortBinding>> = BTreeMap::new();
    for port in &workload.ports {
        let binding = PortBinding { host_ip: port.host_ip.clone(), host_port: port.published.clone() };
        bindings.entry(key(port.target, &port.protocol)).or_default().push(binding);
    }
    bindings
}

fn key(target: u32, protocol: &str) -> String {
    let protocol = if protocol.is_empty() { "tcp" } else { protocol };
    format!("{target}/{protocol}")
}

/// Each port of `80`, `80-90`, `80-90/udp`. What is not of that form is left to the engine's judgement.
fn range(entry: &str) -> Vec<String> {
    let (ports, protocol) = entry.split_once('/').unwrap_or((entry, "tcp"));
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) => (first..=last).map(|port| format!("{port}/{protocol}")).collect(),
        _ => vec![format!("{ports}/{protocol}")],
    }
}
