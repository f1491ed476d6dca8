//! Attributes of one service that do not go together.

use std::net::IpAddr;

use crate::diag::{Problem, Problems};
use crate::load::scene::{Scene, Unit, number};
use crate::model::Bytes;
use crate::yaml::{Entry, Map, Node};

/// A service runs an image, builds one, or is somebody else's.
pub(super) fn origin(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        if service.text(&["image"]).is_some()
            || service.map.contains("build")
            || service.map.contains("provider")
        {
            continue;
        }
        let problem = Problem::error(
            "no-image",
            format!("service `{}` has neither an image nor a build", service.name),
        );
        let problem = match service.entry(&["image"]) {
            Some(entry) => problem.at(entry.key, "the image is empty"),
            None => problem.at(service.key, "what should it run?"),
        };
        problems.push(problem.help("add `image: NAME`, or `build: PATH` with the directory of a Dockerfile"));
    }
}

/// Whoever shares a network has none of its own.
pub(super) fn network_mode(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        let (Some(mode), Some(networks)) = (service.entry(&["network_mode"]), service.entry(&["networks"]))
        else {
            continue;
        };
        if service.text(&["network_mode"]).is_none() || networks.node.as_map().is_none_or(Map::is_empty) {
            continue;
        }
        let message = format!("service `{}` sets both `network_mode` and `networks`", service.name);
        problems.push(exclusive(message, networks, mode));
    }
}

fn exclusive(message: String, one: &Entry, other: &Entry) -> Problem {
    let (first, second) = if one.key < other.key { (one, other) } else { (other, one) };
    Problem::error("exclusive-attributes", message)
        .at(second.key, "this excludes the other")
        .at(first.key, "set here")
        .help("keep one of them")
}

/// A test in list form says how it is run.
pub(super) fn health(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        let Some(first) = service.items(&["healthcheck", "test"]).first() else { continue };
        let word = first.as_str().unwrap_or("");
        if matches!(word, "CMD" | "CMD-SHELL" | "NONE") {
            continue;
        }
        let upper = word.to_uppercase();
        let help = if matches!(upper.as_str(), "CMD" | "CMD-SHELL" | "NONE") {
            format!("write it in capitals: `{upper}`")
        } else {
            let words: Vec<&str> =
                service.items(&["healthcheck", "test"]).iter().filter_map(Node::as_str).collect();
            format!("write `[\"CMD\", ...]`, or one string, which a shell runs: `test: {}`", words.join(" "))
        };
        problems.push(
            Problem::error(
                "bad-healthcheck-test",
                format!("the health check of `{}` does not say how to run its test", service.name),
            )
            .at(first.span, "expected `CMD`, `CMD-SHELL` or `NONE` first")
            .help(help),
        );
    }
}

/// A build has one Dockerfile, and makes the platform that is run.
pub(super) fn build(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        let inline = service.entry(&["build", "dockerfile_inline"]);
        if let (Some(file), Some(inline)) = (service.entry(&["build", "dockerfile"]), inline)
            && service.text(&["build", "dockerfile"]).is_some()
            && service.text(&["build", "dockerfile_inline"]).is_some()
        {
            let message = format!("the build of `{}` has two Dockerfiles", service.name);
            problems.push(exclusive(message, file, inline));
        }
        let (Some(platform), Some(platforms)) =
            (service.entry(&["platform"]), service.entry(&["build", "platforms"]))
        else {
            continue;
        };
        let built: Vec<&str> =
            service.items(&["build", "platforms"]).iter().filter_map(Node::as_str).collect();
        let wanted = platform.node.as_str().unwrap_or("");
        if !wanted.is_empty() && !built.is_empty() && !built.contains(&wanted) {
            let message = format!("service `{}` runs on `{wanted}`, but is not built for it", service.name);
            problems.push(
                Problem::error("platform-not-built", message)
                    .at(platform.node.span, "runs on this platform")
                    .at(platforms.key, "built for these")
                    .help(format!("add `{wanted}` to `platforms`")),
            );
        }
    }
}

/// How many containers is said once, and is not negative.
pub(super) fn replicas(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        let counts = [&["scale"][..], &["deploy", "replicas"]].map(|path| service.entry(path));
        for entry in counts.into_iter().flatten() {
            if number(&entry.node).is_some_and(|count| count < 0.0) {
                let message = format!("service `{}` cannot have fewer than no containers", service.name);
                problems
                    .push(Problem::error("out-of-range", message).at(entry.node.span, "must be at least 0"));
            }
        }
        if let [Some(scale), Some(replicas)] = counts
            && number(&scale.node) != number(&replicas.node)
        {
            let message =
                format!("service `{}` says twice how many containers it has, and differently", service.name);
            problems.push(different(message, ("scale", scale), ("deploy.replicas", Some(replicas))));
        }
    }
}

fn different(message: String, (name, one): (&str, &Entry), (path, other): (&str, Option<&Entry>)) -> Problem {
    let problem = Problem::error("conflicting-values", message).at(one.node.span, format!("`{name}`"));
    match other {
        Some(other) => problem.at(other.node.span, format!("`{path}`")).help("keep one of them"),
        None => problem.help(format!("write it as `{path}`, since `deploy.resources` is there")),
    }
}

/// `(attribute of the service, part of deploy.resources, attribute there)`.
const LIMITS: &[(&str, &str, &str)] = &[
    ("cpus", "limits", "cpus"),
    ("mem_limit", "limits", "memory"),
    ("pids_limit", "limits", "pids"),
    ("mem_reservation", "reservations", "memory"),
];

/// A limit is said once. As soon as `deploy` has limits, a limit that it leaves out counts as zero there.
pub(super) fn limits(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        for (name, part, other) in LIMITS.iter().copied() {
            if service.node(&["deploy", "resources", part]).and_then(Node::as_map).is_none() {
                continue;
            }
            let Some(own) = service.entry(&[name]) else { continue };
            let deployed = service.entry(&["deploy", "resources", part, other]);
            let value = amount(&own.node).unwrap_or(0.0);
            let deployed_value = deployed.and_then(|entry| amount(&entry.node)).unwrap_or(0.0);
            if value == 0.0 || (value - deployed_value).abs() <= f64::EPSILON * value.abs() {
                continue;
            }
            let path = format!("deploy.resources.{part}.{other}");
            let message = match deployed {
                Some(_) => {
                    format!("service `{}` sets `{name}` and `{path}` to different values", service.name)
                }
                None => format!("service `{}` sets `{name}`, but not the same in `{path}`", service.name),
            };
            problems.push(different(message, (name, own), (&path, deployed)));
        }
    }
}

/// A count, or a size in bytes.
fn amount(node: &Node) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "sizes are far from what a double cannot hold")]
    number(node).or_else(|| Some(node.as_str()?.parse::<Bytes>().ok()?.0 as f64))
}

/// A watch rule that copies says where to.
pub(super) fn watch(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        for rule in service.items(&["develop", "watch"]) {
            let Some(map) = rule.as_map() else { continue };
            let Some(action) = map.get("action") else { continue };
            let name = action.as_str().unwrap_or("");
            let aimless = map.get("target").and_then(Node::as_str).is_none_or(str::is_empty);
            if aimless && !matches!(name, "rebuild" | "restart") {
                problems.push(
                    Problem::error("missing-attribute", format!("the watch action `{name}` has no `target`"))
                        .at(action.span, "copies into the container")
                        .help("add `target:` with the path in the container"),
                );
            }
        }
    }
}

/// What is watched is a path.
pub(super) fn watched_paths(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.all_services() {
        for rule in service.items(&["develop", "watch"]) {
            if let Some(path) = rule.get("path").filter(|path| path.as_str() == Some("")) {
                problems.push(
                    Problem::error("bad-value", "the path of a watch rule is empty")
                        .at(path.span, "expected a path"),
                );
            }
        }
    }
}

/// The address of a port is an address.
pub(super) fn host_addresses(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.all_services() {
        for port in service.items(&["ports"]) {
            let Some(node) = port.get("host_ip") else { continue };
            let text = node.as_str().unwrap_or("");
            if text.parse::<IpAddr>().is_ok() {
                continue;
            }
            let bare = text.trim_matches(['[', ']']);
            let help = if text.is_empty() {
                "leave `host_ip` out to publish on all addresses".to_owned()
            } else if bare != text && bare.parse::<IpAddr>().is_ok() {
                format!("leave out the brackets: `{bare}`")
            } else {
                "write an address of the host, like `127.0.0.1`; names do not work here".to_owned()
            };
            let message = if text.is_empty() {
                "`host_ip` is empty".to_owned()
            } else {
                format!("`{text}` is no IP address")
            };
            problems.push(
                Problem::error("bad-address", message).at(node.span, "expected an IP address").help(help),
            );
        }
    }
}

/// Devices are asked for by number or by name.
pub(super) fn device_requests(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.all_services() {
        for list in [&["gpus"][..], &["deploy", "resources", "reservations", "devices"]] {
            for request in service.items(list) {
                let map = request.as_map();
                let count = map.and_then(|map| map.entry("count"));
                let ids = map.and_then(|map| map.entry("device_ids"));
                if let (Some(count), Some(ids)) = (count, ids) {
                    problems.push(exclusive(message(&service), count, ids));
                }
            }
        }
    }
}

fn message(service: &Unit<'_>) -> String {
    format!("service `{}` asks for devices both by `count` and by `device_ids`", service.name)
}
