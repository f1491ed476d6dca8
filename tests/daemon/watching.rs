//! `events`, `wait` and `stats`: what goes on.

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Stack, daemon};

const TWO: &str = r"
services:
  a: {image: IMAGE, command: sleep 600, init: true}
  b: {image: IMAGE, command: sleep 600, init: true}
";

#[test]
fn events_tells_what_happened_and_ends_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "events", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["kill", "-s", "CONT", "b"]).success();
    let told = stack.run(["events", "--json", "--since", "5m", "--until", "0s"]).success();
    let events = told.json_lines();
    let happened = |service: &str, action: &str| {
        events.iter().any(|event| event["service"] == service && event["action"] == action)
    };
    assert!(happened("a", "create") && happened("a", "start") && happened("b", "kill"), "{}", told.out);
    assert!(!happened("a", "kill"));
    let kill = events.iter().find(|event| event["action"] == "kill").expect("it was told");
    assert_eq!((&kill["type"], &kill["attributes"]["name"]), (&"container".into(), &"PROJECT-b-1".into()));
    assert!(kill["attributes"]["signal"].is_string() && kill["id"] == "ID");
    let labels = kill["attributes"].as_object().expect("an object");
    assert!(!labels.keys().any(|name| name.starts_with("com.docker.compose")), "{kill:#}");
    let lines = stack.run(["events", "--since", "5m", "--until", "0s", "b"]).success();
    assert!(lines.out.contains(" container kill ID (image="), "{}", lines.out);
    assert!(!lines.out.contains("PROJECT-a-1"), "{}", lines.out);
}

#[test]
fn events_goes_on_until_it_is_interrupted() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "eventslive", TWO);
    stack.run(["create"]).success();
    let mut told = stack.command(["events", "--json", "--since", "1m"]).start();
    told.wait_for("\"create\"");
    stack.run(["start", "a"]).success();
    told.wait_for("\"start\"");
    told.signal(Signal::INT);
    assert!(!told.finish().code(130).json_lines().is_empty());
}

#[test]
fn events_refuses_times_that_are_none_and_services_that_do_not_exist() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "eventsbad", TWO);
    stack.run(["events", "--since", "yesterday"]).code(1).complains(["\"yesterday\" is neither a time"]);
    stack.run(["events", "--until", "x"]).code(1).complains(["is neither a time"]);
    stack.run(["events", "nope"]).code(1).complains(["no such service: nope"]);
}

#[test]
fn wait_ends_with_the_code_of_the_container() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "wait",
        "services:\n  job: {image: IMAGE, command: sh -c 'sleep 1; exit 7'}\n  done: {image: IMAGE, command: 'true'}\n",
    );
    stack.run(["up", "-d"]).success();
    stack.run(["wait", "job"]).code(7).stdout("container \"ID\" exited with status code 7\n").stderr("");
    // What has ended before counts.
    assert_eq!(stack.run(["wait", "job", "done"]).out.lines().count(), 2);
    stack.run(["wait", "done"]).success().stdout("container \"ID\" exited with status code 0\n");
}

#[test]
fn wait_can_take_the_project_away_when_the_first_container_ends() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "waitdown",
        "services:\n  tests: {image: IMAGE, command: sh -c 'exit 4'}\n  db: {image: IMAGE, command: sleep 600, init: true}\n",
    );
    stack.run(["up", "-d"]).success();
    stack
        .run(["--dry-run", "wait", "--down-project", "tests"])
        .success()
        .says(["remove container PROJECT-db-1"]);
    assert_eq!(stack.containers().len(), 2);
    stack
        .run(["wait", "--down-project", "tests", "db"])
        .code(4)
        .stdout("container \"ID\" exited with status code 4\n")
        .complains(["Container PROJECT-db-1 Removed"]);
    assert!(stack.containers().is_empty() && stack.networks().is_empty());
}

#[test]
fn wait_wants_services_with_containers() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "waitbad", TWO);
    stack.run(["wait"]).code(1).complains(["requires at least 1 argument"]);
    stack.run(["wait", "a"]).code(1).complains(["no containers for project \"PROJECT\""]);
    stack.run(["wait", "nope"]).code(1).complains(["no such service: nope"]);
}

#[test]
fn wait_is_ended_by_an_interrupt() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "waitint", TWO);
    stack.run(["up", "-d"]).success();
    let mut events = stack.command(["events"]).start();
    let waiting = stack.command(["wait", "a", "b"]).start();
    stack.run(["kill", "b"]).success();
    events.wait_for("container die");
    waiting.signal(Signal::TERM);
    waiting.finish().code(130);
    events.signal(Signal::INT);
    let _ = events.finish();
    assert_eq!(stack.inspect("a")["State"]["Running"], true);
}

#[test]
fn stats_shows_what_containers_use_once() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "stats", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["kill", "b"]).success();
    daemon.api.post(&format!("/containers/{}-b-1/wait", stack.project()), &Value::Null);
    let shown = stack.run(["stats", "--no-stream"]).success();
    let lines: Vec<&str> = shown.out.lines().collect();
    let heading: Vec<&str> = lines[0].split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    assert_eq!(
        heading,
        ["CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "NET I/O", "BLOCK I/O", "PIDS"]
    );
    assert_eq!(lines.len(), 2, "{}", shown.out);
    assert!(lines[1].starts_with("ID") && lines[1].contains("PROJECT-a-1") && lines[1].contains('%'));
    let all = stack.run(["stats", "--no-stream", "-a", "--format", "json"]).success().json_lines();
    assert_eq!((all.len(), &all[1]["Name"], &all[1]["PIDs"]), (2, &"PROJECT-b-1".into(), &"0".into()));
    assert_ne!(all[0]["PIDs"], "0");
    let named = stack.run(["stats", "--no-stream", "--format", "{{.Name}} {{len .ID}}", "a"]).success();
    assert_eq!(named.out, "PROJECT-a-1 12\n");
    let whole = stack.run(["stats", "--no-stream", "--no-trunc", "--format", "{{len .ID}}", "a"]).success();
    assert_eq!(whole.out, "64\n");
    stack.run(["stats", "--no-stream", "nope"]).code(1).complains(["no such service: nope"]);
}

#[test]
fn stats_goes_on_and_takes_up_what_is_started_meanwhile() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "statslive", TWO);
    stack.run(["up", "-d", "a"]).success();
    let mut shown = stack.command(["stats", "--format", "{{.Name}} uses {{.PIDs}}"]).start();
    shown.wait_for("-a-1 uses ");
    stack.run(["up", "-d"]).success();
    shown.wait_for("-b-1 uses ");
    shown.signal(Signal::INT);
    shown.finish().code(130);
}
