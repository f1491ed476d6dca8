//! Ports in one cell, in docker's form.

use rcompose::resource::ObservedPort;

/// A stretch of ports that are published under their own numbers, or not at all.
struct Run {
    address: String,
    protocol: String,
    first: u16,
    last: u16,
}

/// `443/tcp, 0.0.0.0:8000-8002->8000-8002/tcp, 127.0.0.1:8080->80/tcp`: neighbours are joined where host and container
/// have the same number; those that are mapped to another number come last.
pub(crate) fn ports(ports: &[ObservedPort]) -> String {
    let mut sorted: Vec<&ObservedPort> = ports.iter().collect();
    sorted.sort_by_key(|port| (port.target, &port.host_ip, port.published, &port.protocol));
    let (mut full, mut open, mut mapped): (Vec<String>, Vec<Run>, Vec<String>) = Default::default();
    for port in sorted {
        if !port.host_ip.is_empty() && port.published != port.target {
            let host = socket(&port.host_ip, &port.published.to_string());
            mapped.push(format!("{host}->{}/{}", port.target, port.protocol));
            continue;
        }
        let run = open.iter_mut().find(|run| run.address == port.host_ip && run.protocol == port.protocol);
        match run {
            Some(run) if port.target == run.last.wrapping_add(1) => run.last = port.target,
            Some(run) => {
                full.push(run.text());
                (run.first, run.last) = (port.target, port.target);
            }
            None => open.push(Run {
                address: port.host_ip.clone(),
                protocol: port.protocol.clone(),
                first: port.target,
                last: port.target,
            }),
        }
    }
    full.extend(open.iter().map(Run::text));
    full.extend(mapped);
    full.join(", ")
}

impl Run {
    fn text(&self) -> String {
        let numbers = if self.first == self.last {
            self.first.to_string()
        } else {
            format!("{}-{}", self.first, self.last)
        };
        if self.address.is_empty() {
            return format!("{numbers}/{}", self.protocol);
        }
        format!("{}->{numbers}/{}", socket(&self.address, &numbers), self.protocol)
    }
}

fn socket(address: &str, port: &str) -> String {
    if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(host_ip: &str, published: u16, target: u16) -> ObservedPort {
        ObservedPort { host_ip: host_ip.to_owned(), published, target, protocol: "tcp".to_owned() }
    }

    #[test]
    fn neighbours_with_equal_numbers_are_joined() {
        let all =
            [port("0.0.0.0", 81, 81), port("0.0.0.0", 80, 80), port("0.0.0.0", 90, 90), port("::", 80, 80)];
        assert_eq!(ports(&all), "0.0.0.0:80-81->80-81/tcp, 0.0.0.0:90->90/tcp, [::]:80->80/tcp");
    }

    #[test]
    fn mapped_ports_come_after_those_that_are_only_exposed() {
        let all = [port("127.0.0.1", 18099, 80), port("", 0, 443), port("", 0, 444)];
        assert_eq!(ports(&all), "443-444/tcp, 127.0.0.1:18099->80/tcp");
        assert_eq!(ports(&[]), "");
    }
}
