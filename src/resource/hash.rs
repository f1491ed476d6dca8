//! The hash that tells whether a resource is still what the files say. To the letter the peer's, so that either tool
//! takes over a project of the other and makes nothing anew.

use std::fmt::Write;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::model::{Network, Service, Style, Styled, Volume};
use crate::yaml::to_json;

/// The attributes that go into the hash of a service, in the order in which they do. It is older than the order in
/// which `config` prints them. What is not among them may change without a container being made anew.
const SERVICE_ORDER: &[&str] = &[
    "annotations",
    "attach",
    "develop",
    "blkio_config",
    "cap_add",
    "cap_drop",
    "cgroup_parent",
    "cgroup",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpus",
    "cpuset",
    "cpu_shares",
    "command",
    "configs",
    "container_name",
    "credential_spec",
    "deploy",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "provider",
    "environment",
    "env_file",
    "expose",
    "extends",
    "external_links",
    "extra_hosts",
    "group_add",
    "gpus",
    "hostname",
    "healthcheck",
    "image",
    "init",
    "ipc",
    "isolation",
    "labels",
    "label_file",
    "links",
    "logging",
    "mem_limit",
    "mem_reservation",
    "memswap_limit",
    "mem_swappiness",
    "mac_address",
    "models",
    "network_mode",
    "networks",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "ports",
    "privileged",
    "read_only",
    "restart",
    "runtime",
    "secrets",
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
    "use_api_socket",
    "user",
    "userns_mode",
    "uts",
    "volumes",
    "volumes_from",
    "working_dir",
    "pre_start",
    "post_start",
    "pre_stop",
];

/// The hash of a service.
///
/// At a daemon, references to other services (`network_mode: service:db`) have to be replaced by container ids before.
#[must_use]
pub fn service(service: &Service) -> String {
    of(&attributes(service))
}

/// The attributes that go into the hash of a service, in the order in which they do.
pub(super) fn attributes(service: &Service) -> Map<String, Value> {
    let mut ordered = Map::new();
    let Value::Object(mut attributes) = json(&Styled(service, Style::Json)) else { return ordered };
    if let Some(Value::Object(deploy)) = attributes.get_mut("deploy") {
        deploy.shift_remove("replicas");
    }
    for key in SERVICE_ORDER {
        if let Some((key, value)) = attributes.remove_entry(*key) {
            ordered.insert(key, value);
        }
    }
    ordered
}

/// The hash of a network.
#[must_use]
pub fn network(network: &Network) -> String {
    of(&Styled(network, Style::Json))
}

/// The hash of a volume; without driver it is a local one.
#[must_use]
pub fn volume(volume: &Volume) -> String {
    let mut volume = volume.clone();
    if volume.driver.is_empty() {
        "local".clone_into(&mut volume.driver);
    }
    of(&Styled(&volume, Style::Json))
}

fn json<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("the model has text for keys and no number that JSON lacks")
}

fn of<T: serde::Serialize>(value: &T) -> String {
    let text = to_json(value).expect("the model has text for keys and no number that JSON lacks");
    hex(&Sha256::digest(text.as_bytes()))
}

/// Bytes as lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
        serde_yaml::from_str(text).expect("a resource")
    }

    #[test]
    fn a_service_has_the_hash_that_the_peer_gives_it() {
        let db = "{image: postgres, network_mode: none, cpus: 0.5, volumes_from: ['vf:ro']}";
        assert_eq!(service(&read(db)), "0da23b4be575de9ba9e8b4e7b9e559e8667956c4f6f6c3bf9debdb46465ac7af");
        assert_eq!(
            service(&read("{networks: {default: null}}")),
            "8ed9276b9b43971f5e501d66147c519a039b4cf02cb7c2f3b6c3aa25e8d28823"
        );
    }

    #[test]
    fn what_makes_no_container_anew_is_not_in_the_hash_of_a_service() {
        let plain = service(&read("{image: x, deploy: {mode: replicated}}"));
        let more = "{image: x, deploy: {mode: replicated, replicas: 3}, scale: 3, profiles: [p], pull_policy: always,\n\
                    build: {context: .}, depends_on: {db: {condition: service_healthy}}, x-note: 1}";
        assert_eq!(service(&read(more)), plain);
        assert_ne!(service(&read("{image: y, deploy: {mode: replicated}}")), plain);
    }

    #[test]
    fn networks_and_volumes_have_the_hashes_that_the_peer_gives_them() {
        assert_eq!(
            network(&read("{name: ref-e_default}")),
            "32128d752d69620083dc2700014215cbdecb4bcb15e947dd824136ca6850300f"
        );
        assert_eq!(
            volume(&read("{name: ref-e_data}")),
            "0fd20f193b77db5cac4b41c4ee9580a9c155eb93fa54afedfc003c42efb16e6f"
        );
    }
}
