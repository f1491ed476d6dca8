//! The peer and rcompose make the same things: `inspect` of every container, network and volume is equal.

#[path = "../support/mod.rs"]
mod support;

mod corpus;
mod deliberate;
mod own;
mod snapshot;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant};

use corpus::{Case, Claims, Names, Trial};
use deliberate::is_deliberate;
use own::Answers;
use serde_json::Value;
use snapshot::differences;
use support::{Daemon, daemon, peer, skip};

/// Which cases, by what their name contains; all of them without it.
const ONLY: &str = "RCOMPOSE_PARITY_ONLY";
/// Every how manyth project of the corpus is taken; 1 for all of them. Usually all on a new engine, and a sample on an
/// old one.
const EVERY: &str = "RCOMPOSE_PARITY_EVERY";
/// For how many seconds projects of the corpus are begun; a run by hand says more.
const SECONDS: &str = "RCOMPOSE_PARITY_SECONDS";
/// How many at once.
const JOBS: u64 = 3;
/// Projects that ask for a plugin, which the engine looks for 15 s long: they wait beside the others.
const WAITING: [&str; 3] = ["multirole", "grafana-integration", "06-networks-02"];
/// A project is followed by the one that stands so many further down the list.
const STRIDE: usize = 5;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
#[expect(clippy::print_stderr, reason = "a long run says what it finds when it finds it")]
fn of_every_project_of_the_corpus_both_tools_make_the_same() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let Some(folder) = corpus::folder() else {
        return skip("there is no ../shared/corpus beside the checkout");
    };
    let only = std::env::var(ONLY).unwrap_or_default();
    let cases: Vec<_> = corpus::cases(&folder).into_iter().filter(|case| case.id.contains(&only)).collect();
    let every = usize::try_from(number(EVERY, if is_old(daemon) { 6 } else { 1 })).expect("a small number");
    // What time does not allow is missing everywhere, not at the end of the alphabet.
    let cases: Vec<_> = cases.iter().step_by(every).collect();
    let cases = (0..STRIDE).flat_map(|start| cases.iter().skip(start).step_by(STRIDE).copied());
    let (waiting, cases): (Vec<_>, Vec<_>) =
        cases.partition(|case| WAITING.iter().any(|name| case.id.contains(name)));
    let deadline = Instant::now() + Duration::from_secs(number(SECONDS, 150));
    let (claims, names, tried) = (Claims::default(), Names::of(daemon), AtomicUsize::new(0));
    let found: Mutex<Vec<String>> = Mutex::default();
    let work = |cases: &[&Case], next: &AtomicUsize| {
        while Instant::now() < deadline
            && let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed))
        {
            tried.fetch_add(1, Ordering::Relaxed);
            let trial = Trial::new(daemon, case, &folder.join("files"));
            names.give(&trial.images());
            let differences = claims.holding(&trial.claims(), || trial.compare(&peer));
            for (place, sides) in differences {
                if is_deliberate(&case.id, &place) {
                    continue;
                }
                let line = format!("{}: {place}: {sides}", case.id);
                eprintln!("{line}");
                found.lock().expect("nobody panics with it").push(line);
            }
        }
    };
    let (next, next_waiting) = (AtomicUsize::new(0), AtomicUsize::new(0));
    scope(|tasks| {
        for _ in 0..number("RCOMPOSE_PARITY_JOBS", JOBS) {
            tasks.spawn(|| work(&cases, &next));
        }
        for _ in &waiting {
            tasks.spawn(|| work(&waiting, &next_waiting));
        }
    });
    let found = found.into_inner().expect("nobody panics with it");
    eprintln!("{} of {} projects", tried.into_inner(), cases.len() + waiting.len());
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

#[test]
fn of_every_example_both_tools_make_the_same_and_take_it_over() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let folder = corpus::examples_folder();
    let (cases, names) = (corpus::examples(&folder), Names::of(daemon));
    assert!(cases.len() > 1, "there are no examples in {}", folder.display());
    for case in &cases {
        let trial = Trial::new(daemon, case, &folder);
        names.give(&trial.images());
        assert_eq!(trial.compare(&peer), [], "{}", case.id);
    }
}

/// Set to write the peer's answers anew.
const BLESS: &str = "RCOMPOSE_PARITY_BLESS";

#[test]
fn every_attribute_in_every_form_becomes_what_the_peer_makes_of_it() {
    let Some(daemon) = daemon() else { return };
    let only = std::env::var(ONLY).unwrap_or_default();
    let cases: Vec<_> = own::cases().into_iter().filter(|case| case.name.contains(&only)).collect();
    if std::env::var_os(BLESS).is_some() {
        let Some(peer) = peer() else { return };
        write(&cases, daemon, &answers(&cases, daemon, Some(&peer)));
    }
    let ours = answers(&cases, daemon, None);
    let mut found = Vec::new();
    for case in &cases {
        let theirs = wanted(case, daemon);
        let mut answer = ours[&case.name].clone();
        let said = answer.as_object_mut().and_then(|answer| answer.remove("said"));
        let refused = answer.get("refused").is_some();
        if refused && theirs.get("refused").is_some() {
            answer = theirs.clone();
        }
        for (place, sides) in differences(&theirs, &answer) {
            if !is_deliberate(&case.name, &place) {
                found.push(format!("{}: {place}: {sides}", case.name));
            }
        }
        let words = said.unwrap_or_else(|| ours[&case.name]["refused"].clone());
        let lines: Vec<&str> = words.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if refused && !lines.iter().any(|line| line.contains("compose.yaml:")) {
            found.push(format!("{}: refused without a place: {}", case.name, lines.join("\n")));
        }
        // What the daemon or a registry says may change with it, and what names a file is folded by the length of its path.
        let loose = ["[engine-refused]", "[image-failed]", "[unreadable-profile]"];
        let by_us = !lines.iter().any(|line| loose.iter().any(|code| line.contains(code)));
        if by_us && !lines.is_empty() {
            let snapshot =
                format!("{}{}", case.name.replace('/', "-"), if is_old(daemon) { ".old" } else { "" });
            insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(snapshot, lines.join("\n"));
            });
        }
    }
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

fn is_old(daemon: &Daemon) -> bool {
    daemon.version < (1, 44)
}

/// What a tool makes of each.
fn answers(cases: &[own::Case], daemon: &'static Daemon, tool: Option<&PathBuf>) -> Answers {
    let (bare, next) = (own::bare(daemon), AtomicUsize::new(0));
    let all: Mutex<Answers> = Mutex::default();
    scope(|tasks| {
        for _ in 0..JOBS {
            tasks.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let answer = case.answer(daemon, tool.map(PathBuf::as_path), &bare);
                    all.lock().expect("nobody panics with it").insert(case.name.clone(), answer);
                }
            });
        }
    });
    all.into_inner().expect("nobody panics with it")
}

fn golden(path: PathBuf) -> Answers {
    std::fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// The peer's answer, as it was written down.
fn wanted(case: &own::Case, daemon: &Daemon) -> Value {
    let old = is_old(daemon).then(|| golden(case.file(true)).remove(&case.name)).flatten();
    old.or_else(|| golden(case.file(false)).remove(&case.name)).unwrap_or_default()
}

/// Writes the peer's answers down; those of an old engine only where they are others.
fn write(cases: &[own::Case], daemon: &Daemon, answers: &Answers) {
    let mut files: BTreeMap<PathBuf, Answers> = BTreeMap::new();
    for case in cases {
        let path = case.file(is_old(daemon));
        let answers_of_new = golden(case.file(false));
        let file = files.entry(path.clone()).or_insert_with(|| golden(path));
        let answer = &answers[&case.name];
        if is_old(daemon) && answers_of_new.get(&case.name) == Some(answer) {
            file.remove(&case.name);
        } else {
            file.insert(case.name.clone(), answer.clone());
        }
    }
    for (path, answers) in files {
        let text = serde_json::to_string_pretty(&answers).expect("answers are JSON");
        std::fs::write(path, text + "\n").expect("answers can be written");
    }
}
