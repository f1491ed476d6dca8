//! A container, a network and a volume as list calls show them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::lenient::nullable;
use super::status;
use crate::resource::{
    ContainerState, Health, ObservedContainer, ObservedEndpoint, ObservedMount, ObservedNetwork,
    ObservedPort, ObservedVolume,
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedContainer {
    id: String,
    #[serde(default, deserialize_with = "nullable")]
    names: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    image: String,
    #[serde(default, rename = "ImageID", deserialize_with = "nullable")]
    image_id: String,
    #[serde(default, deserialize_with = "nullable")]
    command: String,
    #[serde(default, deserialize_with = "nullable")]
    created: i64,
    #[serde(default, deserialize_with = "nullable")]
    state: String,
    #[serde(default, deserialize_with = "nullable")]
    status: String,
    #[serde(default, deserialize_with = "nullable")]
    health: ListedHealth,
    #[serde(default, deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "nullable")]
    host_config: ListedHostConfig,
    #[serde(default, deserialize_with = "nullable")]
    network_settings: ListedNetworkSettings,
    #[serde(default, deserialize_with = "nullable")]
    mounts: Vec<ListedMount>,
    #[serde(default, deserialize_with = "nullable")]
    ports: Vec<ListedPort>,
}

impl ListedContainer {
    /// True for what is listed and is not there. When many remove one container at once, engine 20.10 may go on listing
    /// it, as being removed and without its name, until it is started again; to all other calls it is unknown.
    pub(super) fn is_gone(&self) -> bool {
        self.names.is_empty() && self.state == "removing"
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedHealth {
    #[serde(default, deserialize_with = "nullable")]
    status: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedHostConfig {
    #[serde(default, deserialize_with = "nullable")]
    network_mode: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedNetworkSettings {
    #[serde(default, deserialize_with = "nullable")]
    networks: BTreeMap<String, ListedEndpoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedEndpoint {
    #[serde(default, rename = "NetworkID", deserialize_with = "nullable")]
    network_id: String,
    #[serde(default, rename = "IPAddress", deserialize_with = "nullable")]
    ip_address: String,
    #[serde(default, deserialize_with = "nullable")]
    aliases: Vec<String>,
}

/// A mount, as lists and inspections both show it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::engine) struct ListedMount {
    #[serde(default, rename = "Type", deserialize_with = "nullable")]
    kind: String,
    #[serde(default, deserialize_with = "nullable")]
    name: String,
    #[serde(default, deserialize_with = "nullable")]
    source: String,
    #[serde(default, deserialize_with = "nullable")]
    destination: String,
    #[serde(default, deserialize_with = "nullable")]
    driver: String,
    #[serde(default, rename = "RW", deserialize_with = "nullable")]
    writable: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedPort {
    #[serde(default, rename = "IP", deserialize_with = "nullable")]
    ip: String,
    #[serde(default, deserialize_with = "nullable")]
    public_port: u16,
    #[serde(default, deserialize_with = "nullable")]
    private_port: u16,
    #[serde(default, rename = "Type", deserialize_with = "nullable")]
    protocol: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::engine) struct ListedNetwork {
    id: String,
    name: String,
    #[serde(default, deserialize_with = "nullable")]
    driver: String,
    #[serde(default, deserialize_with = "nullable")]
    scope: String,
    #[serde(default, deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::engine) struct ListedVolume {
    name: String,
    #[serde(default, deserialize_with = "nullable")]
    driver: String,
    #[serde(default, deserialize_with = "nullable")]
    scope: String,
    #[serde(default, deserialize_with = "nullable")]
    mountpoint: String,
    #[serde(default, deserialize_with = "nullable")]
    labels: BTreeMap<String, String>,
}

/// The answer to a list of volumes.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedVolumes {
    #[serde(default, deserialize_with = "nullable")]
    pub(super) volumes: Vec<ListedVolume>,
}

impl From<ListedContainer> for ObservedContainer {
    fn from(listed: ListedContainer) -> Self {
        let state = status::state(&listed.state, &listed.status);
        let health = match status::health(&listed.health.status) {
            Health::None => status::health_of_status(&listed.status),
            told => told,
        };
        Self {
            id: listed.id,
            name: own_name(&listed.names).to_owned(),
            image: listed.image,
            image_id: listed.image_id,
            command: listed.command,
            created: listed.created,
            state,
            // A container that ended keeps the verdict of its last probe, which says nothing any more.
            health: if state == ContainerState::Exited { Health::None } else { health },
            exit_code: status::exit_code(&listed.status),
            status: listed.status,
            labels: listed.labels,
            networks: listed
                .network_settings
                .networks
                .into_iter()
                .map(|(name, end)| {
                    let end = end.of(&name);
                    (name, end)
                })
                .collect(),
            network_mode: listed.host_config.network_mode,
            mounts: listed.mounts.into_iter().map(ObservedMount::from).collect(),
            ports: listed.ports.into_iter().map(ObservedPort::from).collect(),
        }
    }
}

/// The container's own name among those that links gave it (`/web/db`).
fn own_name(names: &[String]) -> &str {
    let mut plain = names.iter().map(|name| name.trim_start_matches('/'));
    plain.clone().find(|name| !name.contains('/')).or_else(|| plain.next()).unwrap_or_default()
}

impl ListedEndpoint {
    /// Podman gives the network's name for its id, which says nothing about which network of that name it is.
    fn of(self, network: &str) -> ObservedEndpoint {
        let network_id = if self.network_id == network { String::new() } else { self.network_id };
        ObservedEndpoint { network_id, ip_address: self.ip_address, aliases: self.aliases }
    }
}

impl From<ListedMount> for ObservedMount {
    fn from(listed: ListedMount) -> Self {
        Self {
            kind: listed.kind,
            name: listed.name,
            source: listed.source,
            destination: listed.destination,
            driver: listed.driver,
            writable: listed.writable,
        }
    }
}

impl From<ListedPort> for ObservedPort {
    fn from(listed: ListedPort) -> Self {
        Self {
            host_ip: listed.ip,
            published: listed.public_port,
            target: listed.private_port,
            protocol: listed.protocol,
        }
    }
}

impl From<ListedNetwork> for ObservedNetwork {
    fn from(listed: ListedNetwork) -> Self {
        Self {
            id: listed.id,
            name: listed.name,
            driver: listed.driver,
            scope: listed.scope,
            labels: listed.labels,
        }
    }
}

impl From<ListedVolume> for ObservedVolume {
    fn from(listed: ListedVolume) -> Self {
        Self {
            name: listed.name,
            driver: listed.driver,
            scope: listed.scope,
            mountpoint: listed.mountpoint,
            labels: listed.labels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_odd_container_does_not_break_the_list() {
        let text = r#"[
            {"Id":"a","Names":["/web/db","/p-db-1"],"State":"hibernating","Status":"Up 1 second (healthy)",
             "Labels":null,"Mounts":[{"Type":"hologram","RW":true}],"Ports":null,"NetworkSettings":null,
             "HostConfig":{"NetworkMode":"x"}},
            {"Id":"b","Names":null}
        ]"#;
        let listed: Vec<ListedContainer> = serde_json::from_str(text).unwrap();
        let seen: Vec<ObservedContainer> = listed.into_iter().map(ObservedContainer::from).collect();
        assert_eq!(seen[0].name, "p-db-1", "a name given by a link is not its own");
        assert_eq!(seen[0].state, ContainerState::Running);
        assert_eq!(seen[0].health, Health::Healthy);
        assert_eq!(seen[0].mounts[0].kind, "hologram");
        assert_eq!(seen[1].name, "");
    }

    #[test]
    fn the_name_of_a_network_in_the_place_of_its_id_is_no_id() {
        let text = r#"{"Id":"a","NetworkSettings":{"Networks":{
            "n":{"NetworkID":"n"}, "m":{"NetworkID":"0123"}}}}"#;
        let listed: ListedContainer = serde_json::from_str(text).unwrap();
        let seen = ObservedContainer::from(listed).networks;
        assert_eq!((seen["n"].network_id.as_str(), seen["m"].network_id.as_str()), ("", "0123"));
    }
}
