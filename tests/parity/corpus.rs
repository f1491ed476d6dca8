//! The corpus beside the checkout: real projects, each made by the peer and by us.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex};

use serde_json::{Value, json};

use crate::snapshot::{differences, snapshot};
use crate::support::{Api, Command, Daemon, Outcome, Stack};

/// A project of the corpus.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) id: String,
    repository: String,
    directory: String,
    files: Vec<String>,
    words: Vec<String>,
    environment: Vec<(String, String)>,
}

/// The folder of the corpus, if it is there.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    folder.join("cases.jsonl").is_file().then_some(folder)
}

/// The cases that the peer accepts.
pub(crate) fn cases(folder: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(folder.join("cases.jsonl")).expect("the list of cases can be read");
    let read = |line: &str| -> Option<Case> {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().into_iter().flatten().map(text).collect();
        (case["ok"] == true).then(|| Case {
            id: text(&case["id"]),
            repository: text(&case["repo"]).replace('/', "+"),
            directory: text(&case["dir"]),
            files: list(&case["files"]),
            words: list(&case["args"]),
            environment: case["env"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), text(value)))
                .collect(),
        })
    };
    text.lines().filter_map(read).collect()
}

/// The folder of the project's own examples.
pub(crate) fn examples_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// A case of each example, with all its profiles.
pub(crate) fn examples(folder: &Path) -> Vec<Case> {
    let entries = std::fs::read_dir(folder).expect("the examples can be read").flatten();
    let stacks = entries.filter(|entry| entry.path().join("compose.yaml").is_file());
    let case = |entry: std::fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        Case {
            id: format!("examples/{name}"),
            repository: name,
            directory: String::new(),
            files: Vec::new(),
            words: vec!["--profile".to_owned(), "*".to_owned()],
            environment: Vec::new(),
        }
    };
    stacks.map(case).collect()
}

/// A case in a folder and with a project name of its own.
pub(crate) struct Trial<'c> {
    case: &'c Case,
    pub(crate) stack: Stack,
    daemon: &'static Daemon,
    /// What `config` makes of it.
    pub(crate) config: Value,
}

impl<'c> Trial<'c> {
    pub(crate) fn new(daemon: &'static Daemon, case: &'c Case, files: &Path) -> Self {
        let stack = Stack::new(daemon, "parity");
        copy(&files.join(&case.repository), &stack.folder());
        let mut trial = Self { case, stack, daemon, config: Value::Null };
        let shown = trial.rcompose().args(["config", "--format", "json"]).run().success();
        trial.config = serde_json::from_slice(&shown.bytes).expect("config is JSON");
        trial.fill_in();
        trial
    }

    pub(crate) fn rcompose(&self) -> Command {
        self.with_files(self.stack.command([]))
    }

    pub(crate) fn peer(&self, peer: &Path) -> Command {
        self.with_files(self.stack.other(peer))
    }

    fn with_files(&self, command: Command) -> Command {
        let files = self.case.files.iter().flat_map(|file| ["-f".to_owned(), file.clone()]);
        let environment = self.case.environment.iter();
        let command = command.within(&self.stack.folder().join(&self.case.directory));
        environment
            .fold(command, |command, (name, value)| command.env(name, value))
            .args(["-p", self.stack.project()])
            .args(files)
            .args(&self.case.words)
    }

    /// Makes the files that the daemon insists on and the corpus does not carry.
    fn fill_in(&self) {
        let folder = self.stack.folder();
        let objects =
            ["secrets", "configs"].map(|kind| self.config[kind].as_object().cloned().unwrap_or_default());
        let files = objects.iter().flat_map(|all| all.values()).filter_map(|object| object["file"].as_str());
        let mounts =
            self.services().flat_map(|(_, service)| service["volumes"].as_array().into_iter().flatten());
        let sources =
            mounts.filter(|mount| mount["type"] == "bind").filter_map(|mount| mount["source"].as_str());
        for path in files.chain(sources).map(Path::new) {
            if path.starts_with(&folder) && !path.exists() {
                // A file cannot be where another one is taken for a folder.
                let _ = std::fs::create_dir_all(path.parent().expect("a file has a folder"));
                let _ = std::fs::write(path, "");
            }
        }
    }

    fn services(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.config["services"].as_object().into_iter().flatten()
    }

    /// The images that it needs.
    pub(crate) fn images(&self) -> BTreeSet<String> {
        let own = |name: &str| format!("{}-{name}", self.stack.project());
        let of = |(name, service): (&String, &Value)| {
            let mounts = service["volumes"].as_array().into_iter().flatten();
            let mut all: Vec<String> = mounts
                .filter(|mount| mount["type"] == "image")
                .filter_map(|mount| mount["source"].as_str().map(str::to_owned))
                .collect();
            let hooks = service["pre_start"].as_array().into_iter().flatten();
            all.extend(hooks.filter_map(|hook| hook["image"].as_str().map(str::to_owned)));
            all.push(service["image"].as_str().map_or_else(|| own(name), str::to_owned));
            all
        };
        self.services().flat_map(of).collect()
    }

    /// What no two projects can have at the same time.
    pub(crate) fn claims(&self) -> BTreeSet<String> {
        let names = self.services().filter_map(|(_, service)| service["container_name"].as_str());
        let resources = ["networks", "volumes"]
            .into_iter()
            .flat_map(|kind| self.config[kind].as_object().into_iter().flatten());
        let mut all: BTreeSet<String> = names.map(|name| format!("container {name}")).collect();
        for (_, resource) in resources {
            let name = resource["name"].as_str().unwrap_or_default();
            if !name.starts_with(self.stack.project()) {
                all.insert(format!("resource {name}"));
            }
            if resource["ipam"]["config"].is_array() {
                all.insert("addresses".to_owned());
            }
        }
        all
    }

    /// The networks whose addresses the files ask for.
    fn addressed(&self) -> Vec<String> {
        let networks = self.config["networks"].as_object().into_iter().flatten();
        let asks = networks.filter(|(_, network)| network["ipam"]["config"].is_array());
        asks.filter_map(|(_, network)| network["name"].as_str().map(str::to_owned)).collect()
    }

    /// Makes what the files say that somebody else has made; gives back what to remove.
    fn outside(&self) -> Vec<String> {
        let mut made = Vec::new();
        for kind in ["networks", "volumes"] {
            for resource in self.config[kind].as_object().into_iter().flatten().map(|(_, resource)| resource)
            {
                if resource["external"] == true {
                    let name = resource["name"].as_str().unwrap_or_default();
                    let answer = self
                        .daemon
                        .api
                        .post(&format!("/{kind}/create"), &json!({ "Name": name, "CheckDuplicate": true }));
                    if answer.status == 201 {
                        made.push(format!("/{kind}/{name}"));
                    }
                }
            }
        }
        made
    }

    /// What one tool makes of it, and whether the other one leaves all of that as it is.
    fn one_way(&self, first: &dyn Fn() -> Command, second: &dyn Fn() -> Command) -> Result<Value, String> {
        let made = first().args(CREATE).run();
        if made.exit != Some(0) {
            self.stack.clear();
            return Err(last(&made));
        }
        let held = snapshot(self.daemon, &self.stack, &self.addressed());
        let before = self.stack.identities();
        let again = second().args(CREATE).run();
        let after = self.stack.identities();
        let outcome = if again.exit != Some(0) {
            Err(format!("the takeover fails: {}", last(&again)))
        } else if before != after {
            Err(format!("the takeover changes something: {}", again.err))
        } else {
            Ok(held)
        };
        self.stack.clear();
        outcome
    }

    /// Every difference between what the two tools make, as (place, both sides).
    pub(crate) fn compare(&self, peer: &Path) -> Vec<(String, String)> {
        let outside = self.outside();
        let (ours, theirs) = (|| self.rcompose(), || self.peer(peer));
        let from_peer = self.one_way(&theirs, &ours);
        let from_us = self.one_way(&ours, &theirs);
        for path in outside {
            self.daemon.api.delete(&path);
        }
        match (from_peer, from_us) {
            (Ok(theirs), Ok(ours)) => differences(&theirs, &ours),
            // What both refuse is no difference; the words are held elsewhere.
            (Err(theirs), Err(ours))
                if !theirs.starts_with("the takeover") && !ours.starts_with("the takeover") =>
            {
                Vec::new()
            }
            (theirs, ours) => {
                let word =
                    |side: Result<Value, String>| side.map_or_else(|fault| fault, |_| "works".to_owned());
                vec![("/outcome".to_owned(), format!("theirs {}\nours {}", word(theirs), word(ours)))]
            }
        }
    }
}

const CREATE: [&str; 6] = ["up", "--no-start", "--no-build", "--pull", "never", "--quiet-pull"];

fn last(outcome: &Outcome) -> String {
    let lines: Vec<&str> = outcome.err.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("a folder of the corpus can be read").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

/// Which names are in use at this moment: a trial begins when nobody else has any of its own.
#[derive(Default)]
pub(crate) struct Claims {
    taken: Mutex<BTreeSet<String>>,
    freed: Condvar,
}

impl Claims {
    pub(crate) fn holding<T>(&self, claims: &BTreeSet<String>, work: impl FnOnce() -> T) -> T {
        let taken = self.taken.lock().expect("nobody panics with it");
        let mut taken =
            self.freed.wait_while(taken, |taken| !taken.is_disjoint(claims)).expect("nobody panics with it");
        taken.extend(claims.iter().cloned());
        drop(taken);
        let done = work();
        self.taken.lock().expect("nobody panics with it").retain(|claim| !claims.contains(claim));
        self.freed.notify_all();
        done
    }
}

/// Names of one local image, taken away in the end.
pub(crate) struct Names<'d> {
    api: &'d Api,
    given: Mutex<BTreeSet<String>>,
}

impl<'d> Names<'d> {
    pub(crate) fn of(daemon: &'d Daemon) -> Self {
        Self { api: &daemon.api, given: Mutex::default() }
    }

    /// Gives the stub these names too, as far as no image has them.
    pub(crate) fn give(&self, images: &BTreeSet<String>) {
        let mut given = self.given.lock().expect("nobody panics with it");
        for image in images {
            if image.contains('@') || given.contains(image) {
                continue;
            }
            let known = self.api.request("GET", &format!("/images/{image}/json"), ("", b""));
            if known.is_ok_and(|answer| answer.status == 200) {
                continue;
            }
            let (name, tag) = match image.rsplit_once(':') {
                Some((name, tag)) if !tag.contains('/') => (name, tag),
                _ => (image.as_str(), "latest"),
            };
            let path = format!("/images/{}/tag?repo={name}&tag={tag}", Stack::IMAGE);
            if self.api.post(&path, &Value::Null).status == 201 {
                given.insert(image.clone());
            }
        }
    }
}

impl Drop for Names<'_> {
    fn drop(&mut self) {
        for image in self.given.lock().expect("nobody panics with it").iter() {
            self.api.delete(&format!("/images/{image}?noprune=1"));
        }
    }
}
