//! Containers as rows of `ps`, with the peer's keys.

use std::collections::BTreeMap;

use rcompose::resource::{Health, ObservedContainer, labels};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::macros::format_description;

use super::age::age;
use super::format::Row;
use super::ports::ports;

/// The columns of the table: heading, and key of the row.
pub(crate) const COLUMNS: &[(&str, &str)] = &[
    ("NAME", "Name"),
    ("IMAGE", "Image"),
    ("COMMAND", "Command"),
    ("SERVICE", "Service"),
    ("CREATED", "RunningFor"),
    ("STATUS", "Status"),
    ("PORTS", "Ports"),
];

/// Characters of a command line that are shown.
const COMMAND: usize = 20;
/// Characters of a mount's name that are shown.
const MOUNT: usize = 15;
/// Characters of an id that are shown.
const ID: usize = 12;

/// The row of a container. `now` is in seconds since 1970; `whole` keeps what would be cut.
pub(crate) fn row(container: &ObservedContainer, now: i64, whole: bool) -> Row {
    let cut = |text: &str, length| if whole { text.to_owned() } else { shortened(text, length) };
    let mounts: Vec<String> = container
        .mounts
        .iter()
        .map(|mount| cut(if mount.name.is_empty() { &mount.source } else { &mount.name }, MOUNT))
        .collect();
    let volumes = container.mounts.iter().filter(|mount| mount.driver == "local").count();
    let networks: Vec<&str> = container.networks.keys().map(String::as_str).collect();
    let id: String = if whole { container.id.clone() } else { container.id.chars().take(ID).collect() };
    let fields = json!({
        "Command": format!("{:?}", cut(&container.command, COMMAND)),
        "CreatedAt": moment(container.created),
        "Engine": "",
        "ExitCode": container.exit_code.unwrap_or_default(),
        "Health": health(container.health),
        "ID": id,
        "Image": container.image,
        "Labels": joined(&container.labels),
        "LocalVolumes": volumes.to_string(),
        "Mounts": mounts.join(","),
        "Name": container.name,
        "Names": container.name,
        "Networks": networks.join(","),
        "Ports": ports(&container.ports),
        "Project": container.label(labels::PROJECT),
        "Publishers": publishers(container),
        "RunningFor": format!("{} ago", age(now - container.created)),
        "Service": container.label(labels::SERVICE),
        "Size": "0B",
        "State": container.state,
        "Status": container.status,
    });
    Row { fields: into_map(fields), labels: container.labels.clone() }
}

fn into_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn health(health: Health) -> &'static str {
    match health {
        Health::None => "",
        Health::Starting => "starting",
        Health::Healthy => "healthy",
        Health::Unhealthy => "unhealthy",
    }
}

/// Published ports first, then those that are only exposed; each by number and address.
fn publishers(container: &ObservedContainer) -> Vec<Value> {
    let mut ports: Vec<_> = container.ports.iter().collect();
    ports.sort_by_key(|port| (port.host_ip.is_empty(), port.target, &port.host_ip, port.published));
    let object = |port: &&rcompose::resource::ObservedPort| {
        json!({
            "URL": port.host_ip,
            "TargetPort": port.target,
            "PublishedPort": port.published,
            "Protocol": port.protocol,
        })
    };
    ports.iter().map(object).collect()
}

fn joined(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
}

/// `2026-11-24 23:39:34 +0000 UTC`
fn moment(seconds: i64) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] +0000 UTC");
    let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&form).unwrap_or_default()
}

/// The text in at most so many characters, the last one an ellipsis if it was cut.
pub(crate) fn shortened(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    text.chars().take(length - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use rcompose::resource::{ContainerState, ObservedMount, ObservedPort};

    use super::*;

    fn container() -> ObservedContainer {
        ObservedContainer {
            id: "c5637116febeba7a7d13cabca95598f08b08f37cb9e12c287d41a3da09208c2a".to_owned(),
            name: "clit-web-1".to_owned(),
            image: "nginx".to_owned(),
            command: "sh -c 'echo hello out'".to_owned(),
            created: 1_795_563_574,
            state: ContainerState::Running,
            health: Health::Healthy,
            status: "Up 1 second (healthy)".to_owned(),
            labels: BTreeMap::from([
                (labels::PROJECT.to_owned(), "clit".to_owned()),
                (labels::SERVICE.to_owned(), "web".to_owned()),
            ]),
            mounts: vec![ObservedMount {
                kind: "volume".to_owned(),
                name: "2643314f0cc03d2222222".to_owned(),
                driver: "local".to_owned(),
                ..ObservedMount::default()
            }],
            ports: vec![
                ObservedPort { target: 443, protocol: "tcp".to_owned(), ..ObservedPort::default() },
                ObservedPort {
                    host_ip: "0.0.0.0".to_owned(),
                    published: 18099,
                    target: 80,
                    protocol: "tcp".to_owned(),
                },
            ],
            ..ObservedContainer::default()
        }
    }

    #[test]
    fn a_row_has_the_peers_keys_and_forms() {
        let row = row(&container(), 1_795_563_576, false);
        insta::assert_snapshot!(serde_json::to_string_pretty(&row.fields).expect("JSON"), @r#"
        {
          "Command": "\"sh -c 'echo hello o…\"",
          "CreatedAt": "2026-11-24 23:39:34 +0000 UTC",
          "Engine": "",
          "ExitCode": 0,
          "Health": "healthy",
          "ID": "c5637116febe",
          "Image": "nginx",
          "Labels": "com.docker.compose.project=clit,com.docker.compose.service=web",
          "LocalVolumes": "1",
          "Mounts": "2643314f0cc03d…",
          "Name": "clit-web-1",
          "Names": "clit-web-1",
          "Networks": "",
          "Ports": "443/tcp, 0.0.0.0:18099->80/tcp",
          "Project": "clit",
          "Publishers": [
            {
              "URL": "0.0.0.0",
              "TargetPort": 80,
              "PublishedPort": 18099,
              "Protocol": "tcp"
            },
            {
              "URL": "",
              "TargetPort": 443,
              "PublishedPort": 0,
              "Protocol": "tcp"
            }
          ],
          "RunningFor": "2 seconds ago",
          "Service": "web",
          "Size": "0B",
          "State": "running",
          "Status": "Up 1 second (healthy)"
        }
        "#);
    }

    #[test]
    fn nothing_is_cut_when_all_is_wanted() {
        let row = row(&container(), 1_795_563_576, true);
        assert_eq!(row.fields["Command"], "\"sh -c 'echo hello out'\"");
        assert_eq!(row.fields["ID"], container().id);
        assert_eq!(row.fields["Mounts"], "2643314f0cc03d2222222");
    }
}
