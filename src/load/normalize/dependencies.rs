//! The services that must come first because this one leans on them.

use crate::diag::Span;
use crate::yaml::{Map, Node, Value};

/// Namespaces that can be those of another service.
const NAMESPACES: &[&str] = &["network_mode", "ipc", "pid", "uts", "cgroup"];

/// A service that is leaned on.
struct Implied {
    service: String,
    /// Whether its restart restarts this one.
    restart: bool,
    span: Span,
}

/// Adds the services whose names, namespaces or mounts are used, unless they are among the dependencies already.
pub(super) fn imply(service: &mut Node) {
    let implied: Vec<Implied> = links(service).chain(namespaces(service)).chain(mounts(service)).collect();
    if implied.is_empty() {
        return;
    }
    let span = service.span;
    let Some(map) = service.as_map_mut() else { return };
    if map.get("depends_on").is_none_or(Node::is_null) {
        map.set("depends_on", Node::implied(Value::Map(Map::default()), span));
    }
    let Some(dependencies) = map.get_mut("depends_on").and_then(Node::as_map_mut) else { return };
    for Implied { service, restart, span } in implied {
        if dependencies.contains(&service) {
            continue;
        }
        let mut dependency = Map::default();
        dependency.set("condition", Node::implied(Value::String("service_started".to_owned()), span));
        dependency.set("restart", Node::implied(Value::Bool(restart), span));
        dependency.set("required", Node::implied(Value::Bool(true), span));
        dependencies.set(service, Node::implied(Value::Map(dependency), span));
    }
}

/// `links: [service, service:alias]`; anything with more colons is taken for a name as it stands.
fn links(service: &Node) -> impl Iterator<Item = Implied> {
    texts(service, "links").map(|(text, span)| {
        let name = match text.split_once(':') {
            Some((name, alias)) if !alias.contains(':') => name,
            _ => text,
        };
        Implied { service: name.to_owned(), restart: true, span }
    })
}

/// `network_mode: service:db`.
fn namespaces(service: &Node) -> impl Iterator<Item = Implied> {
    NAMESPACES.iter().filter_map(|attribute| {
        let node = service.get(attribute)?;
        let name = node.as_str()?.strip_prefix("service:")?;
        Some(Implied { service: name.to_owned(), restart: true, span: node.span })
    })
}

/// `volumes_from: [service, service:ro]`.
fn mounts(service: &Node) -> impl Iterator<Item = Implied> {
    texts(service, "volumes_from").filter(|(text, _)| !text.starts_with("container:")).map(|(text, span)| {
        let name = text.split(':').next().unwrap_or_default();
        Implied { service: name.to_owned(), restart: false, span }
    })
}

fn texts<'a>(service: &'a Node, key: &str) -> impl Iterator<Item = (&'a str, Span)> {
    let items = service.get(key).and_then(Node::as_seq).unwrap_or_default();
    items.iter().filter_map(|item| Some((item.as_str()?, item.span)))
}
