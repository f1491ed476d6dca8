//! Names that stand for something that must be defined.

use crate::diag::{Problem, Problems, Span, nearest};
use crate::load::scene::{Scene, Unit};
use crate::yaml::{Entry, Map, Node, Value};

/// `(list under the service, section, what it is called)`, for lists whose items name their source.
const GRANTS: &[(&[&str], &str, &str)] = &[
    (&["secrets"], "secrets", "secret"),
    (&["configs"], "configs", "config"),
    (&["build", "secrets"], "secrets", "secret"),
];

/// A use of a name.
#[derive(Clone, Copy)]
struct Use<'a> {
    user: &'a str,
    name: &'a str,
    span: Span,
    /// `network`, `volume`, ...
    kind: &'static str,
    section: &'static str,
}

/// Networks, volumes, secrets, configs and models that services use.
pub(super) fn resources(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        for (name, entry) in service.entries(&["networks"]) {
            if !(name == "default" && scene.scope.implied) {
                need(
                    scene,
                    Use { user: service.name, name, span: entry.key, kind: "network", section: "networks" },
                    problems,
                );
            }
        }
        for mount in service.items(&["volumes"]) {
            if mount.get("type").and_then(Node::as_str) == Some("volume")
                && let Some(source) = mount.get("source")
                && let Some(name) = source.as_str().filter(|name| !name.is_empty())
            {
                let span = source.span;
                need(
                    scene,
                    Use { user: service.name, name, span, kind: "volume", section: "volumes" },
                    problems,
                );
            }
        }
        for (list, section, kind) in GRANTS.iter().copied() {
            for grant in service.items(list) {
                let source = grant.get("source");
                let name = source.and_then(Node::as_str).unwrap_or("");
                let span = source.map_or_else(|| begin(grant), |source| source.span);
                need(scene, Use { user: service.name, name, span, kind, section }, problems);
            }
        }
        for (name, entry) in service.entries(&["models"]) {
            need(
                scene,
                Use { user: service.name, name, span: entry.key, kind: "model", section: "models" },
                problems,
            );
        }
    }
}

/// Where a mapping begins, in few words.
fn begin(node: &Node) -> Span {
    node.as_map().and_then(|map| map.iter().next()).map_or(node.span, |(_, entry)| entry.key)
}

fn need(scene: &Scene<'_>, one: Use<'_>, problems: &mut Problems) {
    let defined = scene.section(one.section);
    if defined.is_some_and(|map| map.contains(one.name)) {
        return;
    }
    let Use { user, name, span, kind, section } = one;
    if name.is_empty() {
        problems.push(
            Problem::error(
                "missing-attribute",
                format!("service `{user}` uses a {kind} without saying which"),
            )
            .at(span, "there is no `source`")
            .help(format!("add `source:` with the name of a {kind}")),
        );
        return;
    }
    let message = format!("service `{user}` uses the {kind} `{name}`, which is not defined");
    let problem = Problem::error(code(kind), message).at(span, format!("not under `{section}`"));
    let near = defined.and_then(|map| nearest(name, map.keys()));
    problems.push(match (near, scene.section_entry(section)) {
        (Some(near), Some(_)) => similar(problem, near, defined),
        (_, Some(entry)) => {
            let help = format!("define it: a line `{name}:` under `{section}`{}", host_path(kind, name));
            problem.at(entry.key, format!("the {kind}s are defined here")).help(help)
        }
        _ => problem
            .help(format!("define it at the top level:\n  {section}:\n    {name}:{}", host_path(kind, name))),
    });
}

/// What a volume's name may have been meant for.
fn host_path(kind: &str, name: &str) -> String {
    if kind == "volume" && name.contains('/') {
        format!("\nor, for a directory beside the compose file, write `./{}`", name.trim_start_matches('/'))
    } else {
        String::new()
    }
}

fn similar(problem: Problem, near: &str, defined: Option<&Map>) -> Problem {
    let problem = match defined.and_then(|map| map.entry(near)) {
        Some(entry) => problem.at(entry.key, "a similar name is defined here"),
        None => problem,
    };
    problem.help(format!("did you mean `{near}`?"))
}

fn code(kind: &str) -> &'static str {
    match kind {
        "network" => "undefined-network",
        "volume" => "undefined-volume",
        "secret" => "undefined-secret",
        "config" => "undefined-config",
        _ => "undefined-model",
    }
}

/// One service needs another: where, and how that is said.
pub(super) struct Dependency<'a> {
    pub(super) name: &'a str,
    pub(super) span: Span,
    /// `depends on`, `links to`, ...
    pub(super) verb: &'static str,
    pub(super) required: bool,
}

/// `service:` references that make a dependency.
const MODES: &[(&str, &str)] = &[
    ("network_mode", "shares the network of"),
    ("ipc", "shares the IPC of"),
    ("pid", "shares the processes of"),
    ("uts", "shares the host name of"),
    ("cgroup", "shares the cgroup of"),
];

/// What a service or job needs, in document order of the attributes.
pub(super) fn dependencies<'a>(unit: &Unit<'a>, implied: bool) -> Vec<Dependency<'a>> {
    let mut out = Vec::new();
    for (name, entry) in unit.entries(&["depends_on"]) {
        let required = !entry.node.get("required").is_some_and(|node| node.value == Value::Bool(false));
        out.push(Dependency { name, span: entry.key, verb: "depends on", required });
    }
    if !implied {
        return out;
    }
    for (attribute, verb) in MODES.iter().copied() {
        if let Some(node) = unit.node(&[attribute])
            && let Some(name) = node.as_str().and_then(|text| text.strip_prefix("service:"))
        {
            let start = "service:".len();
            out.push(Dependency { name, span: node.within(start..start + name.len()), verb, required: true });
        }
    }
    for (attribute, verb) in [("links", "links to"), ("volumes_from", "takes the volumes of")] {
        for node in unit.items(&[attribute]) {
            let Some(text) = node.as_str() else { continue };
            if attribute == "volumes_from" && text.starts_with("container:") {
                continue;
            }
            let name = text.split(':').next().unwrap_or("");
            out.push(Dependency { name, span: node.within(0..name.len()), verb, required: true });
        }
    }
    out
}

/// Services that services need.
pub(super) fn services(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        for need in dependencies(&service, scene.scope.implied) {
            if scene.active(need.name).is_some() || (!need.required && scene.service(need.name).is_some()) {
                continue;
            }
            problems.push(undefined_service(scene, ("service", service.name), &need));
        }
    }
}

/// A dependency on what is no service, or on one that does not take part.
pub(super) fn undefined_service(
    scene: &Scene<'_>,
    (kind, user): (&str, &str),
    need: &Dependency<'_>,
) -> Problem {
    let (name, verb) = (need.name, need.verb);
    if let Some(job) = scene.job(name).filter(|_| kind == "service") {
        return Problem::error("depends-on-job", format!("service `{user}` {verb} the job `{name}`"))
            .at(need.span, "a service can only depend on services")
            .at(job.key, "a job is defined here");
    }
    if let Some(entry) = scene.service(name) {
        return inactive(
            Problem::error(
                "inactive-service",
                format!("{kind} `{user}` {verb} `{name}`, which no profile activates"),
            ),
            need,
            entry,
        );
    }
    let message = if name.is_empty() {
        format!("{kind} `{user}` {verb} a service without saying which")
    } else {
        format!("{kind} `{user}` {verb} the service `{name}`, which is not defined")
    };
    let problem = Problem::error("undefined-service", message).at(need.span, "no such service");
    let defined = scene.section("services");
    match defined.and_then(|map| nearest(name, map.keys().filter(|other| *other != user))) {
        Some(near) => similar(problem, near, defined),
        None => problem.maybe_help(known(defined, user)),
    }
}

fn inactive(problem: Problem, need: &Dependency<'_>, entry: &Entry) -> Problem {
    let profiles = entry.node.as_map().and_then(|map| map.entry("profiles"));
    let first = profiles.and_then(|profiles| profiles.node.as_seq()?.first()?.as_str()).unwrap_or("NAME");
    let problem = problem.at(need.span, "needed here").at(entry.key, "defined here");
    let problem = match profiles {
        Some(profiles) => problem.at(profiles.key, "only with these profiles"),
        None => problem,
    };
    let optional = if need.verb == "depends on" { ", or make it optional: `required: false`" } else { "" };
    problem.help(format!("activate it with `--profile {first}`, or give both the same profiles{optional}"))
}

/// The services there are, if they are few.
fn known(defined: Option<&Map>, user: &str) -> Option<String> {
    let names: Vec<String> =
        defined?.keys().filter(|name| *name != user).map(|name| format!("`{name}`")).collect();
    (1..=8).contains(&names.len()).then(|| format!("the other services are {}", names.join(", ")))
}

/// Services whose images a build takes in.
pub(super) fn contexts(scene: &Scene<'_>, problems: &mut Problems) {
    for service in scene.services() {
        for (context, entry) in service.entries(&["build", "additional_contexts"]) {
            let Some(name) = entry.node.as_str().and_then(|text| text.strip_prefix("service:")) else {
                continue;
            };
            let span = entry.node.span;
            let Some(other) = scene.service(name) else {
                let need = Dependency { name, span, verb: "builds on", required: true };
                problems.push(undefined_service(scene, ("service", service.name), &need));
                continue;
            };
            if other.node.get("build").is_none() {
                let message = format!(
                    "service `{}` builds on `{name}` (context `{context}`), which is not built but only run",
                    service.name
                );
                problems.push(
                    Problem::error("context-without-build", message)
                        .at(span, "needs a service with `build`")
                        .at(other.key, "this service has no `build`")
                        .help("for an image, write `docker-image://NAME` as the context"),
                );
            }
        }
    }
}
