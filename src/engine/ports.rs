//! Ports of the host that the engine chooses itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::observe::nullable;
use super::wire::segment;
use super::{Engine, Error};
use crate::resource::body::PortBinding;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    #[serde(default, deserialize_with = "nullable")]
    host_config: Bindings,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Bindings {
    #[serde(default, deserialize_with = "nullable")]
    port_bindings: BTreeMap<String, Option<Vec<PortBinding>>>,
    #[serde(default, deserialize_with = "nullable")]
    publish_all_ports: bool,
}

impl Engine {
    /// True if two starts at once may be given the same port out of a range, so that one of them fails. Docker Engine did
    /// so before 28.3 (moby#50054).
    #[must_use]
    pub fn races_for_ports(&self) -> bool {
        !self.podman && races(&self.facts().version)
    }

    /// True if the engine chooses a port of the host whenever this container is started.
    pub async fn chooses_port(&self, container: &str) -> Result<bool, Error> {
        let path = format!("/containers/{}/json", segment(container));
        let found: Inspected = self.wire.get(path).answer().await?;
        let bindings = found.host_config.port_bindings.values().flatten().flatten();
        Ok(found.host_config.publish_all_ports || bindings.into_iter().any(PortBinding::is_open))
    }
}

/// Whether a version is older than 28.3; one that cannot be read may be.
fn races(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < (28, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_before_28_3_give_a_port_twice() {
        assert!(races("20.10.24") && races("28.2.2") && races(""));
        assert!(!races("28.3.0") && !races("28.5.2") && !races("29.0.0-rc.1"));
    }
}
