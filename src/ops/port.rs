//! `port`: where the ports of a container can be reached.

use super::{Compose, Error, Instance};
use crate::resource::ObservedPort;

impl Compose {
    /// The published ports of a container, by number: one call.
    pub async fn ports(&self, at: &Instance) -> Result<Vec<ObservedPort>, Error> {
        let container = self.running(at).await?;
        Ok(published(container.ports))
    }

    /// Where one port of a container can be reached.
    pub async fn port(&self, at: &Instance, port: u16, protocol: &str) -> Result<ObservedPort, Error> {
        let container = self.running(at).await?;
        let ports = published(container.ports);
        let wanted = ports.iter().find(|one| one.target == port && one.protocol == protocol);
        if let Some(found) = wanted {
            return Ok(found.clone());
        }
        let mut others: Vec<String> =
            ports.iter().map(|one| format!("{}/{}", one.target, one.protocol)).collect();
        others.dedup();
        let help = if others.is_empty() {
            "`ports` in the file publishes them".to_owned()
        } else {
            format!("it publishes {}", others.join(", "))
        };
        Err(Error::Request {
            message: format!("no port {port}/{protocol} for container {}", container.name),
            help: Some(help),
        })
    }
}

/// By number; an IPv4 address before one of IPv6.
fn published(mut ports: Vec<ObservedPort>) -> Vec<ObservedPort> {
    ports.retain(|port| port.published != 0);
    ports.sort_by(|one, other| {
        let key = |port: &ObservedPort| (port.target, port.protocol.clone(), port.host_ip.contains(':'));
        key(one).cmp(&key(other)).then_with(|| one.host_ip.cmp(&other.host_ip))
    });
    ports
}
