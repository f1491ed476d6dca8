//! Services that an external program stands for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{Command, Outcome, Stack, daemon, peer};

/// Writes down how it is called, and does what `kind` says.
const PROGRAM: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$*" >>"$here/calls"
case "$*" in
  "compose metadata") [ ! -f "$here/metadata" ] || cat "$here/metadata"; [ -f "$here/metadata" ]; exit ;;
  *kind=stdin*) echo '{"type":"get-service-config"}'; head -n 1 >>"$here/told" ;;
  *kind=junk*) echo 'hello' ;;
  *kind=unknown*) echo '{"type":"blah","message":"m"}' ;;
  *kind=said*) echo '{"type":"error","message":"no more room"}'; exit 1 ;;
  *kind=but-zero*) echo '{"type":"error","message":"no more room"}' ;;
  *kind=silent*) echo 'the reason' >&2; exit 4 ;;
  *kind=unset*) echo '{"type":"setenv","message":"NOTHING"}' ;;
  *kind=slow*) echo '{"type":"info","message":"long work"}'; exec sleep 600 ;;
esac
echo '{"type":"info","message":"working on it"}'
echo '{"type":"debug","message":"nobody hears it"}'
# The peer panics at a variable when it takes a service down.
case "$*" in *" up "*) ;; *) exit ;; esac
echo "{\"type\":\"setenv\",\"message\":\"URL=https://x/?a=${VALUE:-1}\"}"
echo '{"type":"rawsetenv","message":"RAW=as it is"}'
"#;

const STACK: &str = r"
services:
  first: {image: IMAGE, command: sleep 600, init: true, healthcheck: {test: [CMD, 'true'], interval: 1s}}
  my-db:
    provider: {type: fake, options: {kind: KIND, size: [a, b], count: 3}}
    depends_on: {first: {condition: service_healthy}}
  web: {image: IMAGE, command: sleep 600, init: true, depends_on: [my-db]}
  last: {image: IMAGE, command: sleep 600, init: true, depends_on: [web]}
";

fn scene(stack: &Stack, kind: &str) {
    stack.write("compose.yaml", &STACK.replace("IMAGE", Stack::IMAGE).replace("KIND", kind));
    stack.write("bin/fake", PROGRAM);
    let program = stack.folder().join("bin/fake");
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("a mode");
}

fn with(command: Command, stack: &Stack) -> Command {
    let path = std::env::var("PATH").expect("a path");
    command.env("PATH", format!("{}:{path}", stack.folder().join("bin").display()))
}

fn run<const N: usize>(stack: &Stack, words: [&str; N]) -> Outcome {
    with(stack.command(words), stack).run()
}

/// How the program was called since the last look.
fn calls(stack: &Stack) -> Vec<String> {
    let path = stack.folder().join("bin/calls");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let _ = fs::remove_file(path);
    text.lines().map(|line| line.replace(stack.project(), "PROJECT")).collect()
}

fn environment(stack: &Stack, service: &str) -> Vec<String> {
    let container = stack.inspect(service);
    let list = container["Config"]["Env"].as_array().expect("a list");
    let list = list.iter().map(|entry| entry.as_str().expect("a text").to_owned());
    list.filter(|entry| !entry.starts_with("PATH=")).collect()
}

fn id(stack: &Stack, service: &str) -> String {
    stack.inspect(service)["Id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_provider_runs_in_its_turn_and_what_it_provides_reaches_who_depends_on_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "provided");
    scene(&stack, "ok");
    let told = run(&stack, ["up", "-d"]).success();
    let order =
        ["first-1 Healthy", " my-db Creating", " my-db working on it", " my-db Created", "web-1 Created"];
    let places: Vec<_> = order
        .iter()
        .map(|part| told.err.find(part).unwrap_or_else(|| panic!("{part}: {}", told.err)))
        .collect();
    assert!(places.is_sorted(), "{}", told.err);
    told.never_says("nobody hears it");
    let up = "compose --project-name=PROJECT up --count=3 --kind=ok --size=a --size=b my-db";
    assert_eq!(calls(&stack), ["compose metadata", up]);
    assert_eq!(environment(&stack, "web"), ["MY-DB_URL=https://x/?a=1", "RAW=as it is"]);
    assert_eq!(environment(&stack, "last"), Vec::<String>::new());

    // Nothing has changed: nothing is made anew.
    let before = (id(&stack, "first"), id(&stack, "web"), id(&stack, "last"));
    run(&stack, ["up", "-d"]).success().never_says("Recreate").never_says("Creating PROJECT");
    assert_eq!((id(&stack, "first"), id(&stack, "web"), id(&stack, "last")), before);

    // It provides something else: who depends on it is made anew, and nobody else.
    with(stack.command(["up", "-d"]), &stack).env("VALUE", "2").run().success();
    assert_eq!(environment(&stack, "web"), ["MY-DB_URL=https://x/?a=2", "RAW=as it is"]);
    assert_ne!(id(&stack, "web"), before.1);
    assert_eq!((id(&stack, "first"), id(&stack, "last")), (before.0, before.2));
}

#[test]
fn containers_of_a_forced_recreation_are_made_anew_once() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "providedonce");
    scene(&stack, "ok");
    run(&stack, ["up", "-d"]).success();
    let told = run(&stack, ["up", "-d", "--force-recreate", "--wait"]).success();
    for service in ["first", "web", "last"] {
        let line = format!("{service}-1 Recreated");
        assert_eq!(told.err.matches(&line).count(), 1, "{service}: {}", told.err);
    }
    assert_eq!(calls(&stack).iter().filter(|call| call.contains(" up ")).count(), 2);
}

#[test]
fn what_a_provider_is_told_and_what_comes_of_it_is_as_with_the_peer() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    let ours = Stack::new(daemon, "providedours");
    let theirs = Stack::new(daemon, "providedtheirs");
    let metadata = r#"{"description":"d","up":{"parameters":[{"name":"kind","required":true},{"name":"size"}]},"down":{"parameters":[{"name":"kind"}]},"stop":{"parameters":[]}}"#;
    for described in [false, true] {
        let mut seen = Vec::new();
        for (stack, by_peer) in [(&ours, false), (&theirs, true)] {
            scene(stack, "stdin");
            if described {
                stack.write("bin/metadata", metadata);
            }
            let one = |words: [&str; 2]| {
                let command =
                    if by_peer { stack.peer_command(&peer).args(words) } else { stack.command(words) };
                let outcome = with(command, stack).run();
                assert_eq!(outcome.exit, Some(0), "{words:?}: {outcome:?}");
            };
            one(["up", "-d"]);
            let mut made = environment(stack, "web");
            made.sort();
            if by_peer {
                run(stack, ["up", "-d"]).success().never_says("Recreate");
                let all = calls(stack);
                stack.write("bin/calls", &(all[..all.len() / 2].join("\n") + "\n"));
            }
            one(["stop", "-t1"]);
            one(["start", "first"]);
            one(["down", "-t1"]);
            let told = fs::read_to_string(stack.folder().join("bin/told")).expect("an answer");
            let told: serde_json::Value =
                serde_json::from_str(told.lines().next_back().expect("a line")).expect("JSON");
            seen.push((made, calls(stack), told["provider"].clone()));
        }
        let (mine, other) = (&seen[0], &seen[1]);
        assert_eq!(mine.0, other.0);
        assert_eq!(mine.2, other.2);
        // The peer sets options in another order each time.
        let sorted = |calls: &[String]| -> Vec<Vec<String>> {
            let words = calls.iter().map(|call| {
                let mut words: Vec<String> = call.split(' ').map(str::to_owned).collect();
                words.sort();
                words
            });
            words.collect()
        };
        assert_eq!(sorted(&mine.1), sorted(&other.1), "described: {described}");
    }
}

#[test]
fn a_container_of_run_gets_what_is_provided_and_create_makes_it_known() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "providedrun");
    scene(&stack, "ok");
    run(&stack, ["run", "--rm", "web", "sh", "-c", "echo $RAW"]).success().stdout("as it is\n");
    run(&stack, ["down", "-t1"]).success();
    calls(&stack);
    run(&stack, ["create"]).success();
    assert_eq!(environment(&stack, "web").len(), 2);
    assert_eq!(calls(&stack).len(), 2);
    run(&stack, ["start"]).success();
    assert!(calls(&stack).is_empty());
    // Whoever asks for one service without its providers does not get them.
    run(&stack, ["up", "-d", "--no-deps", "last"]).success();
    assert!(calls(&stack).is_empty());
}

#[test]
fn a_plan_names_the_provider_and_does_not_run_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "providedplan");
    scene(&stack, "ok");
    run(&stack, ["plan"])
        .code(2)
        .says(["run provider fake up for service my-db"])
        .complains(["`last`, `web`: decided once the providers have said what they provide"]);
    let plan = run(&stack, ["plan", "--format", "json"]).code(2);
    let value: serde_json::Value = serde_json::from_str(&plan.out).expect("JSON");
    assert_eq!(value["postponed"], serde_json::json!(["last", "web"]));
    run(&stack, ["--dry-run", "up", "-d"]).success();
    run(&stack, ["--dry-run", "down"]).success();
    assert!(calls(&stack).is_empty() && stack.containers().is_empty());
}

#[test]
fn a_provider_that_fails_is_told_at_its_line() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "providedbad");
    for (kind, words) in [
        ("said", "my-db: no more room"),
        ("but-zero", "my-db: no more room"),
        ("silent", "failed to create service provider: exit status: 4"),
        ("junk", "invalid message from provider: hello"),
        ("unknown", "invalid message from provider: {\"type\":\"blah\""),
        ("unset", "NOTHING"),
    ] {
        scene(&stack, kind);
        let told = run(&stack, ["up", "-d"]).code(1).complains([words, "compose.yaml:5:"]);
        assert_eq!(told.err.contains("the reason"), kind == "silent", "{}", told.err);
        assert_eq!(stack.containers().len(), 1, "{kind}: only what the provider needs is there");
    }
    stack.write("bin/metadata", r#"{"up":{"parameters":[{"name":"plan","required":true}]}}"#);
    run(&stack, ["up", "-d"]).code(1).complains([
        "required parameter \"plan\" is missing from provider \"fake\" definition",
        "add `plan` below `options`",
    ]);
    for (kind, words) in [
        ("nosuch", "exec: \"nosuch\": executable file not found in $PATH"),
        ("compose", "'compose' is not a valid provider type"),
    ] {
        let text = STACK.replace("IMAGE", Stack::IMAGE).replace("type: fake", &format!("type: {kind}"));
        stack.write("compose.yaml", &text);
        run(&stack, ["up", "-d"]).code(1).complains([words, "compose.yaml:5:"]);
        run(&stack, ["down", "-t1"]).code(1).complains([words]);
    }
}

#[test]
fn an_interrupt_ends_a_provider_at_work() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "providedcut");
    scene(&stack, "slow");
    let mut running = with(stack.command(["up", "-d"]), &stack).start();
    running.wait_for("long work");
    let begun = Instant::now();
    running.signal(Signal::INT);
    running.finish().code(130);
    assert!(begun.elapsed() < Duration::from_secs(10));
}
