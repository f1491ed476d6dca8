//! Where an attribute that is not known here may have been meant to stand.

use crate::diag::{nearest, unseen};
use crate::yaml::{Entry, Path, Segment};

use super::root::ROOT;
use super::service::SERVICE;
use super::shape::Object;

/// How deep below an object an attribute is looked for.
const DEEPEST: usize = 3;
/// An object with at most so many attributes has them listed.
const FEW: usize = 12;

/// What other tools, older formats and habit call things: `(object, word, what to write instead)`.
const HABITS: &[(&str, &str, &str)] = &[
    ("a service", "cmd", "the attribute is called `command`"),
    ("a service", "container", "the name of the container is set by `container_name`"),
    ("a service", "cpu", "the attribute is called `cpus`"),
    ("a service", "depends", "the attribute is called `depends_on`"),
    ("a service", "detach", "`up -d` detaches; there is no attribute for it"),
    ("a service", "env", "the attribute is called `environment`"),
    ("a service", "envs", "the attribute is called `environment`"),
    ("a service", "env_vars", "the attribute is called `environment`"),
    ("a service", "gpu", "the attribute is called `gpus`"),
    ("a service", "host", "the attribute is called `hostname`"),
    ("a service", "image_name", "the attribute is called `image`"),
    ("a service", "interactive", "the attribute is called `stdin_open`"),
    ("a service", "limits", "limits stand under `deploy.resources`"),
    ("a service", "log_driver", "write `logging: {driver: ...}`"),
    ("a service", "log_opt", "write `logging: {options: ...}`"),
    ("a service", "mem", "the attribute is called `mem_limit`"),
    ("a service", "memory", "the attribute is called `mem_limit`"),
    ("a service", "mount", "the attribute is called `volumes`"),
    ("a service", "mounts", "the attribute is called `volumes`"),
    (
        "a service",
        "name",
        "the service is named by its key; the name of its container is set by `container_name`",
    ),
    ("a service", "net", "the attribute is called `network_mode`"),
    ("a service", "network", "the attribute is called `networks`"),
    ("a service", "publish", "the attribute is called `ports`"),
    ("a service", "replicas", "write `scale`, or `deploy: {replicas: ...}`"),
    ("a service", "resources", "`resources` belongs under `deploy`"),
    ("a service", "restart_policy", "write `restart`, or `deploy: {restart_policy: ...}`"),
    ("a service", "rm", "there is no attribute for it; `run --rm` removes a container after it has ended"),
    ("a service", "volume_driver", "the driver is an attribute of a volume, under the top-level `volumes`"),
    ("a service", "work_dir", "the attribute is called `working_dir`"),
    ("a service", "workdir", "the attribute is called `working_dir`"),
    ("a build", "build_args", "the attribute is called `args`"),
    ("a build", "dir", "the attribute is called `context`"),
    ("a build", "file", "the attribute is called `dockerfile`"),
    ("a build", "path", "the attribute is called `context`"),
    ("a health check", "cmd", "the attribute is called `test`"),
    ("a health check", "command", "the attribute is called `test`"),
    ("a network", "subnet", "write `ipam: {config: [{subnet: ...}]}`"),
    ("a network", "gateway", "write `ipam: {config: [{gateway: ...}]}`"),
    ("a volume", "path", "to mount a directory of the host, write its path in `volumes` of the service"),
    ("a volume", "source", "to mount a directory of the host, write its path in `volumes` of the service"),
    ("a volume", "device", "`device` is a driver option: write it under `driver_opts`"),
    ("a volume", "options", "the attribute is called `driver_opts`"),
    ("a network", "options", "the attribute is called `driver_opts`"),
    ("a mount", "destination", "the attribute is called `target`"),
    ("a mount", "readonly", "the attribute is called `read_only`"),
    ("a mount", "src", "the attribute is called `source`"),
    ("a mount", "dst", "the attribute is called `target`"),
    ("a port", "host", "the attribute is called `published`, the address `host_ip`"),
    ("a port", "container", "the attribute is called `target`"),
    ("a port", "port", "the attribute is called `target`"),
    ("a compose file", "service", "the element is called `services`"),
    (
        "a compose file",
        "extends",
        "`extends` is an attribute of a service; to take in a whole file, use `include`",
    ),
    ("a compose file", "includes", "the element is called `include`"),
];

/// The next step for an attribute that the innermost of these objects does not have.
pub(super) fn hint(path: &Path, owners: &[&'static Object], (key, entry): (&str, &Entry)) -> Option<String> {
    let object = *owners.last()?;
    disguised(object, key)
        .or_else(|| habit(object, key))
        .or_else(|| spelled(object, key))
        .or_else(|| below(object, key))
        .or_else(|| above(path, owners, key))
        .or_else(|| misplaced_service(object, entry))
        .or_else(|| {
            nearest(key, object.keys().map(|key| key.name)).map(|name| format!("did you mean `{name}`?"))
        })
        .or_else(|| elsewhere(owners, key))
        .or_else(|| listed(object))
}

/// Letters of other alphabets that look like Latin ones.
const LOOK_ALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('х', 'x'),
    ('у', 'y'),
    ('і', 'i'),
    ('ѕ', 's'),
    ('ԁ', 'd'),
    ('ո', 'n'),
    ('ο', 'o'),
    ('ν', 'v'),
    ('ι', 'i'),
    ('α', 'a'),
    ('ρ', 'p'),
    ('κ', 'k'),
    ('τ', 't'),
    ('ı', 'i'),
    ('ᴏ', 'o'),
    ('‐', '-'),
    ('‑', '-'),
    ('–', '-'),
    ('＿', '_'),
];

/// A known attribute with characters in it that cannot be seen, or that look like others.
fn disguised(object: &Object, key: &str) -> Option<String> {
    let odd = key.chars().find(|char| !char.is_ascii())?;
    let plain: String = key
        .chars()
        .filter(|char| !unseen(*char))
        .map(|char| LOOK_ALIKES.iter().find(|(other, _)| *other == char).map_or(char, |(_, latin)| *latin))
        .collect();
    let code = format!("U+{:04X}", u32::from(odd));
    if key.starts_with(unseen) {
        return Some(format!(
            "the line begins with what looks like spaces ({code}) and does not indent: use spaces"
        ));
    }
    object.attribute(&plain)?;
    Some(if unseen(odd) {
        format!("there is an invisible character in it ({code}): write `{plain}`")
    } else {
        format!("the `{odd}` in it ({code}) only looks like a Latin letter: write `{plain}`")
    })
}

fn habit(object: &Object, key: &str) -> Option<String> {
    let word = snake(key);
    let found = HABITS.iter().find(|(what, habit, _)| *what == object.what && *habit == word)?;
    Some(found.2.to_owned())
}

/// The same word in other clothes: `dependsOn`, `cap-add`, `Image`.
fn spelled(object: &Object, key: &str) -> Option<String> {
    let word = snake(key);
    let name = object.keys().map(|key| key.name).find(|name| *name == word)?;
    Some(format!("the attribute is written `{name}`"))
}

fn snake(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    for char in key.trim().chars() {
        match char {
            '-' | ' ' | '.' => out.push('_'),
            _ if char.is_uppercase() => {
                if out.chars().next_back().is_some_and(char::is_lowercase) {
                    out.push('_');
                }
                out.extend(char.to_lowercase());
            }
            _ => out.push(char),
        }
    }
    out
}

/// Attributes of this name further in: `interval` belongs under `healthcheck`.
fn below(object: &'static Object, key: &str) -> Option<String> {
    let mut level: Vec<(String, &'static Object)> = vec![(String::new(), object)];
    for _ in 0..DEEPEST {
        let mut next = Vec::new();
        for (path, object) in &level {
            for attribute in object.keys() {
                let inner = [attribute.shape.map, attribute.shape.list.and_then(|list| list.item.map)];
                for child in inner.into_iter().flatten() {
                    let dot = if path.is_empty() { "" } else { "." };
                    next.push((format!("{path}{dot}{}", attribute.name), child));
                }
            }
        }
        let mut found: Vec<String> = next
            .iter()
            .filter(|(_, object)| object.attribute(key).is_some())
            .map(|(path, _)| format!("`{path}`"))
            .collect();
        found.dedup();
        match found.len() {
            0 => level = next,
            1..=3 => return Some(format!("`{key}` belongs under {}", found.join(" or "))),
            _ => return None,
        }
    }
    None
}

/// An attribute of an object further out: it is indented too far.
fn above(path: &Path, owners: &[&'static Object], key: &str) -> Option<String> {
    let depth = owners.iter().rposition(|object| object.attribute(key).is_some())?;
    let object = owners[depth];
    if depth == 0 {
        return Some(format!("`{key}` is a top-level element: write it in the first column"));
    }
    // The path has a step for each owner but the root, and some more for lists; the step behind the owner's own is
    // the attribute beside which the key was meant to stand.
    let mut keys = path.segments().iter().filter_map(|segment| match segment {
        Segment::Key(key) => Some(key.as_str()),
        Segment::Index(_) => None,
    });
    Some(match keys.nth(depth) {
        Some(beside) => {
            format!("`{key}` is an attribute of {}: indent it like `{beside}`, not deeper", object.what)
        }
        None => format!("`{key}` is an attribute of {}", object.what),
    })
}

/// What looks like a service, at the top level.
fn misplaced_service(object: &Object, entry: &Entry) -> Option<String> {
    let map = entry.node.as_map()?;
    let looks = ["image", "build", "command", "ports"].iter().any(|name| map.contains(name));
    (std::ptr::eq(object, &raw const ROOT) && looks)
        .then(|| "this looks like a service: services stand under `services`, indented".to_owned())
}

/// An attribute that belongs to a service or to the top level.
fn elsewhere(owners: &[&'static Object], key: &str) -> Option<String> {
    let object = owners.last()?;
    if ROOT.attribute(key).is_some() {
        return Some(format!("`{key}` is a top-level element: write it in the first column"));
    }
    (SERVICE.attribute(key).is_some() && !std::ptr::eq(*object, &raw const SERVICE))
        .then(|| format!("`{key}` is an attribute of a service"))
}

/// The attributes there are, if they are few.
fn listed(object: &Object) -> Option<String> {
    let names: Vec<String> = object.keys().map(|key| format!("`{}`", key.name)).collect();
    let own = if object.extensions { "; keys of your own begin with `x-`" } else { "" };
    match names.len() {
        0 => None,
        1..=FEW => Some(format!("{} has {}{own}", object.what, names.join(", "))),
        _ if object.extensions => Some("keys of your own begin with `x-`".to_owned()),
        _ => None,
    }
}
