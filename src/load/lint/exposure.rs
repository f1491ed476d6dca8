//! Doors that stand open.

use super::finding::{Finding, Lint, Subject};
use super::ports::Published;
use crate::yaml::{Node, Value};

/// Ports of databases and their like, with a name.
const DATABASES: &[(u16, &str)] = &[
    (1433, "SQL Server"),
    (1521, "Oracle"),
    (2375, "a Docker engine"),
    (2379, "etcd"),
    (3306, "MySQL or MariaDB"),
    (5432, "PostgreSQL"),
    (5984, "CouchDB"),
    (6379, "Redis"),
    (7474, "Neo4j"),
    (7687, "Neo4j"),
    (8086, "InfluxDB"),
    (9042, "Cassandra"),
    (9200, "Elasticsearch"),
    (11211, "memcached"),
    (27017, "MongoDB"),
];

/// Where the engine listens.
const SOCKETS: &[&str] = &["/var/run/docker.sock", "/run/docker.sock", "/run/podman/podman.sock"];

/// A database on all addresses is there for the whole network of the host; firewalls of the host are bypassed.
pub(super) fn databases(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        for port in Published::of(&service) {
            let Some((_, what)) = DATABASES.iter().find(|(number, _)| u64::from(*number) == port.target)
            else {
                continue;
            };
            if !port.is_everywhere() {
                continue;
            }
            findings.push(
                lint.in_service(
                    &service,
                    format!("`{}` publishes port {} ({what}) on all addresses of the host", service.name, port.target),
                )
                .at(port.span, "anyone who reaches the host reaches it")
                .help(format!(
                    "publish it on this machine alone: `127.0.0.1:{}:{}`, or not at all: services reach each other \
                     without",
                    port.published_text(),
                    port.target
                )),
            );
        }
    }
}

/// All rights.
pub(super) fn privileged(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        if let Some(entry) =
            service.entry(&["privileged"]).filter(|entry| entry.node.value == Value::Bool(true))
        {
            findings.push(
                lint.in_service(
                    &service,
                    format!("`{}` is privileged: it has all rights on the host", service.name),
                )
                .at(entry.key, "nothing separates it from the host")
                .help("give it what it needs by `cap_add` and `devices`"),
            );
        }
    }
}

/// Whoever reaches the engine owns the host.
pub(super) fn socket(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        let message = format!("`{}` can control the engine, and through it the host", service.name);
        for mount in service.items(&["volumes"]) {
            if let Some(source) = bound(mount).filter(|source| SOCKETS.contains(&source.1)) {
                findings.push(
                    lint.in_service(&service, message.clone())
                        .at(source.0.span, "the socket of the engine; read-only does not change that")
                        .help("put a proxy before it that lets through only what is needed"),
                );
            }
        }
        let entry = service.entry(&["use_api_socket"]).filter(|entry| entry.node.value == Value::Bool(true));
        if let Some(entry) = entry {
            findings
                .push(lint.in_service(&service, message).at(entry.key, "gives it the socket of the engine"));
        }
    }
}

/// The root of the host.
pub(super) fn host_root(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for service in subject.scene.all_services() {
        for mount in service.items(&["volumes"]) {
            if let Some((node, _)) = bound(mount).filter(|source| source.1 == "/") {
                findings.push(
                    lint.in_service(&service, format!("`{}` sees all files of the host", service.name))
                        .at(node.span, "the root of the host")
                        .help("mount only the directories that it needs"),
                );
            }
        }
    }
}

/// The source of a bind mount.
fn bound(mount: &Node) -> Option<(&Node, &str)> {
    let source = mount.get("source")?;
    (mount.get("type").and_then(Node::as_str) == Some("bind")).then_some((source, source.as_str()?))
}
