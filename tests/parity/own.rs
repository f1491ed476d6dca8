//! Cases of our own, an attribute in a form each, with what the peer made of them on an old and a new engine.
//!
//! A file `tests/cases/parity/GROUP.yaml` holds cases, each headed by a line `#= NAME [WORD...]`. Words: `start` (brought
//! up, not only created), `look=PATH` (a file in the container is looked at), `NAME=VALUE` (an environment variable).
//! `GROUP.json` has the answers of a new engine, `GROUP.old.json` those of one before API 1.44 that are others. What is
//! written there is only what a bare container, network or volume does not have.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::snapshot::snapshot;
use crate::support::{Command, Daemon, Stack};

/// Labels that are the same for all, or tell of folders.
const TOLD_ELSEWHERE: &[&str] = &[
    "config-hash",
    "container-number",
    "image",
    "oneoff",
    "project",
    "project.config_files",
    "project.working_dir",
    "service",
    "version",
    "network",
    "volume",
];

/// Which image a volume was made of: the id of the test's image is another on every machine.
const IMAGE_VOLUMES: &str = "com.docker.compose.image-volume-digest";

/// A case, and what is done with it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// `GROUP/NAME`.
    pub(crate) name: String,
    group: String,
    words: Vec<String>,
    compose: String,
}

/// The answers to a group's cases.
pub(crate) type Answers = BTreeMap<String, Value>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/parity")
}

/// All cases.
pub(crate) fn cases() -> Vec<Case> {
    let entries = std::fs::read_dir(folder()).expect("the cases can be read").flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files.iter().flat_map(|path| read(path)).collect()
}

fn read(path: &Path) -> Vec<Case> {
    let group = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).expect("a group of cases can be read");
    let parts = text.split("#= ").skip(1);
    let case = |part: &str| {
        let (head, compose) = part.split_once('\n').expect("a case has lines");
        let mut words = head.split_whitespace().map(str::to_owned);
        let name = format!("{group}/{}", words.next().expect("a case has a name"));
        Case { name, group: group.clone(), words: words.collect(), compose: compose.to_owned() }
    };
    parts.map(case).collect()
}

impl Case {
    /// What a tool makes of it.
    pub(crate) fn answer(&self, daemon: &'static Daemon, tool: Option<&Path>, bare: &Value) -> Value {
        let stack = Stack::of(daemon, "own", &self.compose);
        copy(&folder().join("files"), &stack.folder());
        let start = self.words.iter().any(|word| word == "start");
        let command = tool.map_or_else(|| stack.command([]), |tool| stack.other(tool));
        let words = if start { vec!["up", "-d"] } else { vec!["up", "--no-start", "--no-build"] };
        let made = self.in_environment(command).args(words).run();
        if made.exit != Some(0) {
            return json!({ "refused": said(&made.err) });
        }
        let held = snapshot(daemon, &stack, &[format!("{}_addressed", stack.project())]);
        let image = daemon.api.get(&format!("/images/{}/json", Stack::IMAGE));
        let mut answer = beyond(&held, bare, image["Id"].as_str().expect("an image has an id"));
        for path in self.words.iter().filter_map(|word| word.strip_prefix("look=")) {
            answer[path] = look(daemon, &stack, path);
        }
        let warned = said(&made.err);
        if tool.is_none() && !warned.is_empty() {
            answer["said"] = Value::from(warned);
        }
        answer
    }

    fn in_environment(&self, command: Command) -> Command {
        let variables = self.words.iter().filter(|word| !word.starts_with("look="));
        variables
            .filter_map(|word| word.split_once('='))
            .fold(command, |command, (name, value)| command.env(name, value))
    }

    /// The answers of the peer to this group, on engines old or new.
    pub(crate) fn file(&self, old: bool) -> PathBuf {
        folder().join(format!("{}{}.json", self.group, if old { ".old" } else { "" }))
    }
}

/// What was said besides progress and the daemon's own warnings, which depend on its kernel.
fn said(text: &str) -> Vec<String> {
    let progress = |line: &str| {
        let mut words = line.split_whitespace();
        matches!(words.next(), Some("Container" | "Network" | "Volume" | "Image")) && line.starts_with(' ')
            || line.starts_with("warning: Container ")
    };
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !progress(line));
    // Times of log lines.
    lines.map(|line| line.split_once(" level=").map_or(line, |(_, rest)| rest).to_owned()).collect()
}

/// A container, a network and a volume of which nothing is said but their labels.
pub(crate) fn bare(daemon: &'static Daemon) -> Value {
    let stack = Stack::new(daemon, "bare");
    let labels = json!({ "com.docker.compose.project": stack.project() });
    let api = &daemon.api;
    let network = format!("{}_bare", stack.project());
    let post = |path: &str, body: Value| assert_eq!(api.post(path, &body).status, 201, "{path}");
    post("/networks/create", json!({ "Name": network, "Labels": labels }));
    post("/volumes/create", json!({ "Name": format!("{}_bare", stack.project()), "Labels": labels }));
    let host = json!({ "NetworkMode": network, "ExtraHosts": [], "PortBindings": {} });
    let body = json!({ "Image": Stack::IMAGE, "Labels": labels, "HostConfig": host, "AttachStdout": true, "AttachStderr": true });
    post(&format!("/containers/create?name={}-bare-1", stack.project()), body);
    let held = snapshot(daemon, &stack, &[]);
    let of = |kind: &str| {
        let mut found = held.as_object().into_iter().flatten().filter(|(name, _)| name.starts_with(kind));
        found.next().map(|(_, value)| value.clone()).unwrap_or_default()
    };
    json!({ "container": of("container"), "network": of("network"), "volume": of("volume") })
}

fn beyond(held: &Value, bare: &Value, image: &str) -> Value {
    let mut all = Map::new();
    for (name, value) in held.as_object().into_iter().flatten() {
        let (kind, _) = name.split_once(':').expect("a name has a kind");
        let mut more = more(value, &like(value, &bare[kind])).unwrap_or_else(|| json!({}));
        for labels in ["/Config/Labels", "/Labels"] {
            if let Some(Value::Object(labels)) = more.pointer_mut(labels) {
                labels.retain(|name, _| {
                    let own = name.strip_prefix("com.docker.compose.");
                    !own.is_some_and(|name| TOLD_ELSEWHERE.contains(&name))
                });
                if let Some(Value::String(digests)) = labels.get_mut(IMAGE_VOLUMES) {
                    *digests = digests.replace(image, "IMAGE");
                }
            }
        }
        if let Some(more) = more.as_object_mut() {
            for place in ["Name", "Path", "Args"] {
                more.remove(place);
            }
        }
        all.insert(name.clone(), more);
    }
    Value::Object(all)
}

/// A bare container that is in the same networks, by nothing but their names.
fn like(value: &Value, bare: &Value) -> Value {
    let mut bare = bare.clone();
    let endpoints = bare["NetworkSettings"]["Networks"].as_object().into_iter().flatten();
    let Some(endpoint) = endpoints.map(|(_, endpoint)| endpoint.clone()).next() else { return bare };
    let names = value["NetworkSettings"]["Networks"].as_object().into_iter().flatten();
    bare["NetworkSettings"]["Networks"] = names.map(|(name, _)| (name.clone(), endpoint.clone())).collect();
    bare
}

/// What a value has and the other one has not.
fn more(value: &Value, bare: &Value) -> Option<Value> {
    match (value, bare) {
        (Value::Object(value), Value::Object(bare)) => {
            let of = |(key, item): (&String, &Value)| {
                let more = more(item, bare.get(key).unwrap_or(&Value::Null))?;
                Some((key.clone(), more))
            };
            let all: Map<String, Value> = value.iter().filter_map(of).collect();
            (!all.is_empty()).then_some(Value::Object(all))
        }
        (value, bare) => (value != bare).then(|| value.clone()),
    }
}

/// A file of the container of `a`: its owner, mode and content.
fn look(daemon: &Daemon, stack: &Stack, path: &str) -> Value {
    let query = format!("/containers/{}-a-1/archive?path={path}", stack.project());
    let answer = daemon.api.request("GET", &query, ("", b"")).expect("the daemon answers");
    if answer.status != 200 {
        return Value::Null;
    }
    let mut archive = tar::Archive::new(answer.body.as_slice());
    let mut entry =
        archive.entries().expect("it is an archive").next().expect("it has a file").expect("it is whole");
    let mut content = String::new();
    entry.read_to_string(&mut content).expect("it is text");
    let header = entry.header();
    json!({
        "mode": format!("{:o}", header.mode().expect("it has a mode") & 0o7777),
        "uid": header.uid().expect("it has an owner"),
        "gid": header.gid().expect("it has a group"),
        "content": content,
    })
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).into_iter().flatten().flatten() {
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a file can be copied");
    }
}
