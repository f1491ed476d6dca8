//! The host's part of a container.

use std::net::IpAddr;

use super::context::{Context, at};
use super::{devices, gate, limits, mounts, ports, security};
use crate::model::Service;
use crate::resource::Fault;
use crate::resource::body::{HostConfig, LogConfig, RestartPolicy};

/// The host's part of a container, but for its networks, secrets and configs.
pub(super) fn host_config(context: &mut Context<'_>, service: &Service) -> HostConfig {
    let container = &service.container;
    let mut host = HostConfig {
        annotations: container.annotations.clone(),
        cap_add: capabilities(&container.cap_add),
        cap_drop: capabilities(&container.cap_drop),
        cgroupns_mode: container.cgroup.clone(),
        dns: container.dns.clone(),
        dns_options: container.dns_opt.clone(),
        dns_search: container.dns_search.clone(),
        extra_hosts: container.extra_hosts.pairs(":"),
        group_add: container.group_add.clone(),
        init: container.init,
        ipc_mode: container.ipc.clone(),
        isolation: container.isolation.clone(),
        log_config: container
            .logging
            .as_ref()
            .map(|logging| LogConfig { kind: logging.driver.clone(), config: logging.options.clone() }),
        pid_mode: container.pid.clone(),
        port_bindings: ports::bindings(&service.workload),
        privileged: container.privileged,
        readonly_rootfs: container.read_only,
        restart_policy: restart_policy(service),
        runtime: container.runtime.clone(),
        storage_opt: container.storage_opt.clone(),
        sysctls: container.sysctls.clone(),
        userns_mode: container.userns_mode.clone(),
        uts_mode: container.uts.clone(),
        ..HostConfig::default()
    };
    for (index, server) in container.dns.iter().enumerate() {
        if server.parse::<IpAddr>().is_err() {
            let message = format!("`{server}` is no address of a name server");
            let place = at(&service.name, "dns").index(index);
            context.fault(
                Fault::new("invalid-dns-address", message)
                    .at(place)
                    .help("an IPv4 or IPv6 address is wanted"),
            );
        }
    }
    if !container.annotations.is_empty() {
        context.has(&gate::ANNOTATIONS, at(&service.name, "annotations"));
    }
    limits::put(&mut host, container, service.deploy.as_ref());
    devices::put(&mut host, container, service.deploy.as_ref());
    mounts::put(context, &mut host, service);
    security::put(context, &mut host, service);
    host
}

/// Capabilities by their full names, each once: old engines and new ones write them differently.
fn capabilities(list: &[String]) -> Vec<String> {
    let mut full: Vec<String> = Vec::new();
    for name in list {
        let upper = name.to_uppercase();
        let name = if upper == "ALL" || upper.starts_with("CAP_") { upper } else { format!("CAP_{upper}") };
        if !full.contains(&name) {
            full.push(name);
        }
    }
    full
}

/// What `deploy.restart_policy` says, else what `restart` says.
fn restart_policy(service: &Service) -> RestartPolicy {
    let deployed = service.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref());
    if let Some(policy) = deployed {
        let count = policy.max_attempts.map_or(0, |count| i64::try_from(count).unwrap_or(i64::MAX));
        return RestartPolicy { name: condition(&policy.condition), maximum_retry_count: count };
    }
    let (name, count) = service.restart.split_once(':').unwrap_or((&service.restart, "0"));
    RestartPolicy { name: condition(name), maximum_retry_count: count.parse().unwrap_or(0) }
}

fn condition(word: &str) -> String {
    match word {
        "none" => "no",
        "any" => "always",
        other => other,
    }
    .to_owned()
}
