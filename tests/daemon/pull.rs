//! `pull`, and what `up` pulls, from registries on loopback.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{Call, Daemon, Gate, Proxy, Registry, Stack, Verdict, daemon, peer};

/// A daemon and a registry with these images.
fn with(images: &[&str]) -> Option<(&'static Daemon, Registry)> {
    let daemon = daemon()?;
    let registry = Registry::open(daemon)?;
    for image in images {
        registry.seed(image);
    }
    Some((daemon, registry))
}

/// A stack in whose file `REG` stands for an address.
fn stack(daemon: &'static Daemon, name: &str, (address, compose): (&str, &str)) -> Stack {
    Stack::of(daemon, name, &compose.replace("REG", address))
}

fn is_local(daemon: &Daemon, image: &str) -> bool {
    daemon
        .api
        .request("GET", &format!("/images/{image}/json"), ("", b""))
        .is_ok_and(|answer| answer.status == 200)
}

fn pulls(calls: &[Call]) -> usize {
    calls.iter().filter(|call| call.is("POST", "/images/create")).count()
}

/// A program on the `PATH` of commands, written by another process: one that is open for writing cannot be started.
fn program(stack: &Stack, name: &str, script: &str) -> String {
    let folder = stack.folder().join("bin");
    let script = format!("#!/bin/sh\n{script}\n");
    let write = r#"mkdir -p "$1" && printf '%s' "$3" > "$1/$2" && chmod 755 "$1/$2""#;
    let status = Command::new("sh").args(["-c", write, "sh"]).arg(&folder).arg(name).arg(script).status();
    assert!(status.expect("a shell").success());
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default())
}

#[test]
fn one_image_is_pulled_once_however_many_services_use_it_and_however_they_spell_it() {
    let Some((daemon, registry)) = with(&["a/x:latest"]) else { return };
    let compose = "services:\n  a: {image: REG/a/x}\n  b: {image: REG/a/x}\n  c: {image: 'REG/a/x:latest'}\n";
    let stack = stack(daemon, "once", (registry.address(), compose));
    let proxy = Proxy::before(daemon);
    stack.command(["pull"]).host(&proxy.host()).run().success();
    assert_eq!(pulls(&proxy.calls()), 1, "{:#?}", proxy.calls());
    assert!(is_local(daemon, &format!("{}/a/x", registry.address())));
}

#[test]
fn eight_images_are_pulled_by_nine_calls() {
    let names: Vec<String> = (0..8).map(|n| format!("a/x{n}:1")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let Some((daemon, registry)) = with(&names) else { return };
    let compose = (0..8)
        .fold("services:\n".to_owned(), |text, n| text + &format!("  s{n}: {{image: 'REG/a/x{n}:1'}}\n"));
    let stack = stack(daemon, "budget", (registry.address(), &compose));
    let proxy = Proxy::before(daemon);
    stack.command(["pull"]).host(&proxy.host()).run().success();
    let calls = proxy.calls();
    assert!(calls.len() <= 9, "{} calls: {calls:#?}", calls.len());
}

#[test]
fn what_is_left_out_is_told_in_the_words_of_the_peer() {
    let (Some(peer), Some((daemon, registry))) = (peer(), with(&["a/x:1"])) else { return };
    let compose = "services:\n  a: {image: 'REG/a/x:1', depends_on: [b]}\n  b: {build: .}\n  \
        c: {image: 'REG/a/x:1', pull_policy: never}\n  d: {image: 'REG/a/x:1', pull_policy: missing}\n  \
        e: {image: 'REG/a/e:1', build: .}\n";
    let stack = stack(daemon, "words", (registry.address(), compose));
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
        lines.sort();
        lines
    };
    stack.run(["pull", "a"]).success();
    for words in [
        ["pull", "a", "-q", "--no-parallel=false"].as_slice(),
        &["pull", "--include-deps", "a"],
        &["pull", "c"],
        &["pull", "d"],
        &["pull", "b", "c"],
        &["pull", "--policy", "missing", "a"],
        &["pull", "--policy", "always", "c"],
        &["pull", "--ignore-buildable"],
    ] {
        let words: Vec<&str> = words.iter().copied().filter(|word| !word.contains("no-parallel")).collect();
        let ours = stack.command([]).args(&words).run().success();
        let theirs = stack.peer_command(&peer).args(&words).run().success();
        assert_eq!(sorted(&ours.err), sorted(&theirs.err), "{words:?}");
    }
}

#[test]
fn an_image_that_is_nowhere_is_told_at_every_line_that_asks_for_it_and_the_others_are_pulled() {
    let Some((daemon, registry)) = with(&["a/x:1"]) else { return };
    let compose =
        "services:\n  a: {image: 'REG/a/x:1'}\n  b: {image: 'REG/a/none:1'}\n  c:\n    image: REG/a/none:1\n";
    let stack = stack(daemon, "nowhere", (registry.address(), compose));
    stack.run(["pull"]).code(1).complains([
        "compose.yaml:3:7",
        "this image",
        "used here, too",
        "check name and tag: the registry has no such image",
        "not finished: b",
    ]);
    assert!(is_local(daemon, &format!("{}/a/x:1", registry.address())));
}

#[test]
fn failures_that_are_to_be_ignored_are_told_and_leave_success() {
    let Some((daemon, registry)) = with(&["a/x:1"]) else { return };
    let compose = "services:\n  a: {image: 'REG/a/x:1'}\n  b: {image: 'REG/a/none:1'}\n  c: {image: 'REG/a/own:1', build: .}\n";
    let stack = stack(daemon, "content", (registry.address(), compose));
    let told = stack.run(["pull", "--ignore-pull-failures"]).success();
    told.complains(["a/none:1 Error", "must be built from source", "rcompose build c"]);
    assert!(is_local(daemon, &format!("{}/a/x:1", registry.address())));
}

#[test]
fn a_dry_pull_asks_no_registry() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "drypull", "services:\n  a: {image: '127.0.0.1:1/x:1'}\n  b: {build: .}\n");
    let proxy = Proxy::before(daemon);
    let told = stack.command(["--dry-run", "pull"]).host(&proxy.host()).run().success();
    told.stdout("pull image 127.0.0.1:1/x:1: requested\nskip service b (No image to be pulled): requested\n");
    assert!(!proxy.calls().iter().any(Call::mutates), "{:#?}", proxy.calls());
}

#[test]
fn layers_are_told_as_parts_of_their_image() {
    let Some((daemon, registry)) = with(&["a/x:1"]) else { return };
    let stack = stack(daemon, "layers", (registry.address(), "services:\n  a: {image: 'REG/a/x:1'}\n"));
    let told = stack.run(["--progress", "json", "pull"]).success();
    let parent = format!("Image {}/a/x:1", registry.address());
    let events: Vec<serde_json::Value> =
        told.err.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let layers: Vec<_> = events.iter().filter(|event| event["parent_id"] == parent.as_str()).collect();
    assert!(
        layers.iter().any(|event| event["text"] == "Pull complete" && event["status"] == "Done"),
        "{events:#?}"
    );
    let quiet = stack.run(["--progress", "quiet", "pull"]).success();
    quiet.stdout("").stderr("");
}

#[test]
fn a_registry_that_wants_a_login_is_named_with_the_command_that_helps() {
    let Some(daemon) = daemon() else { return };
    let Some(registry) = Registry::with_login(daemon) else { return };
    registry.seed("a/x:1");
    let stack = stack(daemon, "login", (registry.address(), "services:\n  a: {image: 'REG/a/x:1'}\n"));
    let command = format!("docker login {}", registry.address());
    stack.run(["pull"]).code(1).complains(["compose.yaml:2:7", &command]);
    stack.write("cfg/config.json", &registry.configuration());
    stack.command(["pull"]).env("DOCKER_CONFIG", stack.folder().join("cfg")).run().success();
    let wrong = registry.configuration().replace("dGVzdGVyOnNlY3JldA==", "dGVzdGVyOndyb25n");
    let told = stack.command(["pull"]).env("DOCKER_AUTH_CONFIG", wrong).run().code(1);
    told.complains(["did not take the login that is kept for it"]);
    let given = registry.configuration();
    stack.command(["pull"]).env("DOCKER_AUTH_CONFIG", given).run().success();
}

#[test]
fn a_credential_program_is_asked_once_for_all_images_of_its_registry() {
    let Some(daemon) = daemon() else { return };
    let Some(registry) = Registry::with_login(daemon) else { return };
    let compose = (0..6)
        .fold("services:\n".to_owned(), |text, n| text + &format!("  s{n}: {{image: 'REG/a/x{n}:1'}}\n"));
    (0..6).for_each(|n| registry.seed(&format!("a/x{n}:1")));
    let stack = stack(daemon, "keeper", (registry.address(), &compose));
    let script = r#"read key; echo "$1 $key" >> asked; printf '{"Username":"tester","Secret":"secret"}'"#;
    let path = program(&stack, "docker-credential-fake", script);
    for configuration in [
        r#"{"credsStore": "fake"}"#.to_owned(),
        format!(r#"{{"credsStore": "other", "credHelpers": {{"{}": "fake"}}}}"#, registry.address()),
    ] {
        stack.write("cfg/config.json", &configuration);
        stack.write("asked", "");
        let pull =
            stack.command(["pull"]).env("PATH", &path).env("DOCKER_CONFIG", stack.folder().join("cfg"));
        pull.run().success();
        let asked = std::fs::read_to_string(stack.folder().join("asked")).unwrap_or_default();
        assert_eq!(asked, format!("get {}\n", registry.address()));
    }
}

#[test]
fn a_credential_program_that_is_missing_or_fails_is_named_with_its_file() {
    let Some((daemon, registry)) = with(&["a/x:1"]) else { return };
    let stack = stack(daemon, "keeperless", (registry.address(), "services:\n  a: {image: 'REG/a/x:1'}\n"));
    stack.write("cfg/config.json", r#"{"credsStore": "gone"}"#);
    let folder = stack.folder().join("cfg");
    let told = stack.command(["pull"]).env("DOCKER_CONFIG", &folder).run().code(1);
    told.complains(["`docker-credential-gone`", "DIR/cfg/config.json", "not in PATH"]);
    let path = program(&stack, "docker-credential-gone", "echo the vault is locked; exit 1");
    let told = stack.command(["pull"]).env("DOCKER_CONFIG", &folder).env("PATH", path).run().code(1);
    told.complains(["the vault is locked"]);
}

#[test]
fn a_registry_that_asks_for_patience_gets_it() {
    let Some((daemon, registry)) = with(&["a/x:1"]) else { return };
    let asked = AtomicUsize::new(0);
    let gate = Gate::before(daemon, Some(&registry), move |path| {
        if path.contains("/manifests/") && asked.fetch_add(1, Ordering::Relaxed) < 2 {
            let body = r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 500ms, allowed: 2/second"}]}"#;
            return Verdict::Answer(429, "Content-Type: application/json", body.to_owned());
        }
        Verdict::Pass
    });
    let stack = stack(daemon, "patience", (gate.address(), "services:\n  a: {image: 'REG/a/x:1'}\n"));
    let told = stack.run(["pull"]).success().complains(["Pulled"]);
    // Containerd asks again by itself.
    if !daemon.has_containerd_store() {
        told.complains(["Waiting", "left alone"]);
    }
}

#[test]
fn what_a_registry_answers_oddly_is_told_apart() {
    let Some(daemon) = daemon() else { return };
    let error =
        |code: &str, words: &str| format!(r#"{{"errors":[{{"code":"{code}","message":"{words}"}}]}}"#);
    let gate = Gate::before(daemon, None, move |path| {
        let json = "Content-Type: application/json";
        let list = "application/vnd.docker.distribution.manifest.list.v2+json";
        match path.split('/').nth(2) {
            Some("limit") => {
                Verdict::Answer(429, json, error("TOOMANYREQUESTS", "You have reached your limit."))
            }
            Some("later") => {
                Verdict::Answer(429, json, error("TOOMANYREQUESTS", "retry-after: 20m, allowed: 1"))
            }
            Some("sick") => Verdict::Answer(503, json, error("UNAVAILABLE", "later")),
            Some("page") => Verdict::Answer(200, "Content-Type: text/html", "<html>".to_owned()),
            Some("denied") => {
                Verdict::Answer(403, json, error("DENIED", "requested access to the resource is denied"))
            }
            Some("name") => {
                Verdict::Answer(404, json, error("NAME_UNKNOWN", "repository name not known to registry"))
            }
            Some("cut") => Verdict::Cut,
            Some("mars") => Verdict::Answer(
                200,
                "Content-Type: application/vnd.docker.distribution.manifest.list.v2+json",
                format!(
                    r#"{{"schemaVersion":2,"mediaType":"{list}","manifests":[{{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","size":5,"digest":"sha256:{}","platform":{{"architecture":"s390x","os":"linux"}}}}]}}"#,
                    "0".repeat(64)
                ),
            ),
            _ => Verdict::Answer(200, json, "{}".to_owned()),
        }
    });
    let stack = Stack::new(daemon, "odd");
    for (repository, help) in [
        ("limit", "registries allow more"),
        ("later", "try again in 20 min"),
        ("sick", "is it one, and is it well?"),
        ("page", "is it one, and is it well?"),
        ("denied", "docker login"),
        ("name", "no such image"),
        ("cut", "check its network"),
        ("mars", "choose with `platform:`"),
    ] {
        stack.write(
            "compose.yaml",
            &format!("services:\n  a: {{image: '{}/{repository}/x:1'}}\n", gate.address()),
        );
        let told = stack.run(["pull"]).code(1).complains(["compose.yaml:2:7"]);
        // Containerd asks without wanting words, and hears of none.
        if !daemon.has_containerd_store() || !["later", "page", "mars"].contains(&repository) {
            told.complains([help]);
        }
    }
    assert!(gate.seen().iter().any(|path| path.contains("/v2/limit/x/manifests/1")));
}

#[test]
fn an_interrupted_pull_ends_at_once() {
    let Some((daemon, registry)) = with(&["a/x:1", "a/y:1"]) else { return };
    let gate = Gate::before(daemon, Some(&registry), |path| {
        if path.contains("/a/x/blobs/") { Verdict::Hang } else { Verdict::Pass }
    });
    let compose = "services:\n  a: {image: 'REG/a/x:1'}\n  b: {image: 'REG/a/y:1'}\n";
    let stack = stack(daemon, "broken", (gate.address(), compose));
    let mut pull = stack.command(["pull"]).start();
    pull.wait_for("a/y:1 Pulled");
    let began = Instant::now();
    pull.signal(Signal::INT);
    pull.finish().code(130).complains(["a/x:1 Interrupted"]);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn up_pulls_what_is_missing_once_and_then_asks_no_registry() {
    let Some((daemon, registry)) = with(&["a/x:1"]) else { return };
    let compose = "services:\n  a: {image: 'REG/a/x:1'}\n  b: {image: 'REG/a/x:1', pull_policy: if_not_present}\n  \
        c: {image: 'REG/a/x:1', pull_policy: never}\n";
    let stack = stack(daemon, "upmissing", (registry.address(), compose));
    let proxy = Proxy::before(daemon);
    stack.command(["create"]).host(&proxy.host()).run().success();
    assert_eq!(pulls(&proxy.take()), 1);
    stack.command(["create"]).host(&proxy.host()).run().success();
    assert_eq!(pulls(&proxy.take()), 0);
    stack.command(["create", "--pull", "always"]).host(&proxy.host()).run().success();
    assert_eq!(pulls(&proxy.take()), 1);
}

#[test]
fn an_image_is_pulled_anew_when_its_time_is_over() {
    let Some((daemon, registry)) = with(&["a/x:1"]) else { return };
    let stack = stack(
        daemon,
        "shelf",
        (registry.address(), "services:\n  a: {image: 'REG/a/x:1', pull_policy: daily}\n"),
    );
    let proxy = Proxy::before(daemon);
    let pulled = |file: &str| {
        stack.write("compose.yaml", &file.replace("REG", registry.address()));
        stack.command(["create"]).host(&proxy.host()).run().success();
        pulls(&proxy.take())
    };
    assert_eq!(pulled("services:\n  a: {image: 'REG/a/x:1', pull_policy: daily}\n"), 1);
    assert_eq!(pulled("services:\n  a: {image: 'REG/a/x:1', pull_policy: daily}\n"), 0);
    assert_eq!(pulled("services:\n  a: {image: 'REG/a/x:1', pull_policy: every_1h}\n"), 0);
    std::thread::sleep(Duration::from_millis(2100));
    assert_eq!(pulled("services:\n  a: {image: 'REG/a/x:1', pull_policy: every_1s}\n"), 1);
}

#[test]
fn what_is_never_pulled_and_not_there_is_told_at_its_line() {
    let Some((daemon, registry)) = with(&["a/x:1"]) else { return };
    let stack = stack(
        daemon,
        "never",
        (registry.address(), "services:\n  a: {image: 'REG/a/x:1', pull_policy: never}\n"),
    );
    stack.run(["up", "-d"]).code(1).complains(["compose.yaml:2:7", "never pulled", "pull it"]);
    assert!(!is_local(daemon, &format!("{}/a/x:1", registry.address())));
}

#[test]
fn what_can_be_built_is_built_when_it_cannot_be_pulled() {
    let Some((daemon, registry)) = with(&[]) else { return };
    let stack =
        stack(daemon, "fallback", (registry.address(), "services:\n  a: {image: 'REG/a/x:1', build: .}\n"));
    stack.write("Dockerfile", &format!("FROM {}\nENV A=b\n", Stack::IMAGE));
    stack.run(["create"]).success().complains(["Will be built", "Built"]);
    assert!(is_local(daemon, &format!("{}/a/x:1", registry.address())));
    stack.run(["pull"]).code(1).complains(["must be built from source", "rcompose build a"]);
}
