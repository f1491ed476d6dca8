//! What the daemon holds for a project, without what differs from run to run.

use serde_json::{Map, Value};

use crate::support::{Daemon, Stack};

/// What a daemon makes up by itself, or what tells of a moment: pointers below a container's inspection.
const CONTAINER: &[&str] = &[
    "/Id",
    "/Created",
    "/State",
    "/ResolvConfPath",
    "/HostnamePath",
    "/HostsPath",
    "/LogPath",
    "/GraphDriver",
    "/Storage",
    "/Image",
    "/ImageManifestDescriptor",
    "/Driver",
    "/ExecIDs",
    "/NetworkSettings/SandboxID",
    "/NetworkSettings/SandboxKey",
    "/NetworkSettings/Bridge",
    "/NetworkSettings/Ports",
    "/NetworkSettings/EndpointID",
    "/NetworkSettings/Gateway",
    "/NetworkSettings/IPAddress",
    "/NetworkSettings/IPPrefixLen",
    "/NetworkSettings/MacAddress",
];
/// The same below an endpoint.
const ENDPOINT: &[&str] =
    &["NetworkID", "EndpointID", "Gateway", "IPPrefixLen", "IPv6Gateway", "GlobalIPv6PrefixLen"];
/// Addresses that are the daemon's choice once the container runs.
const CHOSEN: &[&str] = &["IPAddress", "GlobalIPv6Address", "MacAddress"];
/// Labels of ours that the peer does not know.
const OWN_LABELS: &[&str] = &["rcompose.fields"];

/// Containers by name, networks and volumes likewise, as `inspect` tells of them.
///
/// `addressed` are the networks whose addresses a file asks for; those of others come out of the daemon's pools.
pub(crate) fn snapshot(daemon: &Daemon, stack: &Stack, addressed: &[String]) -> Value {
    let containers = stack.containers();
    let names = names(&containers, stack);
    let inspected = |path: String| normal(&daemon.api.get(&path), &names);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all: Map<String, Value> = Map::new();
    for listed in &containers {
        let mut container = inspected(format!("/containers/{}/json", text(&listed["Id"])));
        settle_container(&mut container);
        all.insert(format!("container:{}", named(&text(&listed["Names"][0]), &names)), container);
    }
    for listed in stack.networks() {
        let mut network = inspected(format!("/networks/{}", text(&listed["Id"])));
        without(&mut network, &["/Id", "/Created", "/Containers", "/Status", "/Peers"]);
        if !addressed.contains(&text(&listed["Name"])) {
            without(&mut network, &["/IPAM/Config"]);
        }
        all.insert(format!("network:{}", named(&text(&listed["Name"]), &names)), network);
    }
    for listed in stack.volumes() {
        let mut volume = inspected(format!("/volumes/{}", text(&listed["Name"])));
        without(&mut volume, &["/CreatedAt", "/Mountpoint", "/Status"]);
        all.insert(format!("volume:{}", named(&text(&listed["Name"]), &names)), volume);
    }
    Value::Object(all)
}

/// The places where two values differ, with both sides.
pub(crate) fn differences(theirs: &Value, ours: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    compare(theirs, ours, "", &mut found);
    found
}

fn compare(theirs: &Value, ours: &Value, place: &str, found: &mut Vec<(String, String)>) {
    match (theirs, ours) {
        (Value::Object(one), Value::Object(other)) => {
            let mut keys: Vec<&String> = one.keys().chain(other.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let of = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or(Value::from("(absent)"));
                compare(&of(one), &of(other), &format!("{place}/{key}"), found);
            }
        }
        (one, other) if one != other => {
            found.push((place.to_owned(), format!("theirs {one}, ours {other}")));
        }
        _ => {}
    }
}

/// Texts to be replaced: ids by names, folder and project by words.
fn names(containers: &[Value], stack: &Stack) -> Vec<(String, String)> {
    let mut names = Vec::new();
    for container in containers {
        let id = container["Id"].as_str().unwrap_or_default();
        let name = container["Names"][0].as_str().unwrap_or_default().trim_start_matches('/');
        names.push((id.to_owned(), format!("<{name}>")));
        if id.len() > 12 {
            names.push((id[..12].to_owned(), format!("<{name}>")));
        }
    }
    names.push((stack.folder().display().to_string(), "DIR".to_owned()));
    names.push((stack.project().to_owned(), "PROJECT".to_owned()));
    names
}

fn named(text: &str, names: &[(String, String)]) -> String {
    let text = text.trim_start_matches('/').to_owned();
    names.iter().fold(text, |text, (from, to)| text.replace(from, to))
}

fn normal(value: &Value, names: &[(String, String)]) -> Value {
    match value {
        Value::String(text) => {
            let text = names.iter().fold(text.clone(), |text, (from, to)| text.replace(from, to));
            Value::from(anonymous(&text))
        }
        Value::Array(items) => items.iter().map(|item| normal(item, names)).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, item)| {
                (names.iter().fold(key.clone(), |key, (from, to)| key.replace(from, to)), item)
            })
            .map(|(key, item)| (key, normal(item, names)))
            .collect(),
        other => other.clone(),
    }
}

/// Names that a daemon makes up for anonymous volumes.
fn anonymous(text: &str) -> String {
    let is_id = |part: &str| part.len() == 64 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text.contains('/') || is_id(text) {
        // Where an engine keeps its layers is its own affair.
        let layers = text.find("/overlay2/").map_or(text, |at| &text[at..]);
        return layers
            .split('/')
            .map(|part| if is_id(part) { "ANONYMOUS" } else { part })
            .collect::<Vec<_>>()
            .join("/");
    }
    text.to_owned()
}

fn settle_container(container: &mut Value) {
    let running = container["State"]["Running"] == true;
    without(container, CONTAINER);
    // A container without a host name of its own has its short id.
    if container["Config"]["Hostname"].as_str().is_some_and(|name| name.starts_with('<')) {
        container["Config"]["Hostname"] = Value::from("ID");
    }
    if let Some(labels) = container["Config"]["Labels"].as_object_mut() {
        labels.retain(|name, _| !OWN_LABELS.contains(&name.as_str()));
        // The peer writes them in an order of chance.
        if let Some(Value::String(list)) = labels.get_mut("com.docker.compose.depends_on") {
            let mut parts: Vec<_> = list.split(',').collect();
            parts.sort_unstable();
            *list = parts.join(",");
        }
        // A hash over ids differs between two runs of one tool.
        if container["HostConfig"].to_string().contains('<') {
            container["Config"]["Labels"]["com.docker.compose.config-hash"] = Value::from("HASH");
        }
    }
    // Lists that the peer or the daemon writes in an order of chance.
    for list in [
        "/Mounts",
        "/Config/Env",
        "/HostConfig/Binds",
        // The engine keeps them in a map.
        "/HostConfig/Links",
        "/HostConfig/Mounts",
        "/HostConfig/Ulimits",
        "/HostConfig/ExtraHosts",
    ] {
        if let Some(items) = container.pointer_mut(list).and_then(Value::as_array_mut) {
            items.sort_by_key(ToString::to_string);
        }
    }
    for mount in container["Mounts"].as_array_mut().into_iter().flatten() {
        if mount["Type"] == "volume" {
            mount["Source"] = Value::from("VOLUME");
        }
    }
    if let Some(endpoints) = container["NetworkSettings"]["Networks"].as_object_mut() {
        for endpoint in endpoints.values_mut().filter_map(Value::as_object_mut) {
            endpoint.retain(|key, _| {
                !(ENDPOINT.contains(&key.as_str()) || running && CHOSEN.contains(&key.as_str()))
            });
        }
    }
}

fn without(value: &mut Value, pointers: &[&str]) {
    for pointer in pointers {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
        if let Some(Value::Object(parent)) = value.pointer_mut(parent) {
            parent.remove(key);
        }
    }
}
