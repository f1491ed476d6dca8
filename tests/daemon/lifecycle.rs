//! `start`, `stop`, `restart`, `kill`, `pause`, `unpause` and `rm`: containers that are there change their state.

use std::time::Instant;

use serde_json::Value;

use crate::support::{Stack, daemon};

/// `top` waits for `base`, and wants to be restarted with it.
const TWO: &str = r"
services:
  base: {image: IMAGE, command: sleep 600, init: true}
  top: {image: IMAGE, command: sleep 600, init: true, depends_on: {base: {condition: service_started, restart: true}}}
";

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn state(stack: &Stack, service: &str) -> String {
    text(&stack.inspect(service)["State"]["Status"]).to_owned()
}

fn started(stack: &Stack, service: &str) -> String {
    text(&stack.inspect(service)["State"]["StartedAt"]).to_owned()
}

#[test]
fn what_is_stopped_stays_there_and_start_goes_on_from_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "stopstart", TWO);
    stack.run(["up", "-d"]).success();
    let before = stack.inspect("base");
    stack.run(["stop"]).success().stdout("").complains([
        " Container PROJECT-top-1 Stopping \n Container PROJECT-top-1 Stopped \n Container PROJECT-base-1 Stopping \n",
    ]);
    assert_eq!((state(&stack, "base"), state(&stack, "top")), ("exited".into(), "exited".into()));
    assert_eq!(stack.networks().len(), 1);
    stack.run(["stop"]).success().stdout("").stderr("");
    stack.run(["start"]).success().stdout("").complains([
        " Container PROJECT-base-1 Starting \n Container PROJECT-base-1 Started \n Container PROJECT-top-1 Starting \n",
    ]);
    let after = stack.inspect("base");
    assert_eq!(after["Id"], before["Id"]);
    assert_eq!(after["State"]["Running"], true);
    stack.run(["start"]).success().stdout("").stderr("");
}

#[test]
fn only_the_named_service_is_stopped_and_what_it_waits_for_is_started_with_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "named", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["stop", "top"]).success();
    assert_eq!((state(&stack, "base"), state(&stack, "top")), ("running".into(), "exited".into()));
    stack.run(["stop", "base"]).success();
    stack.run(["start", "top"]).success();
    assert_eq!((state(&stack, "base"), state(&stack, "top")), ("running".into(), "running".into()));
}

#[test]
fn stop_gives_as_many_seconds_as_it_is_told() {
    let Some(daemon) = daemon() else { return };
    let deaf = "services:\n  deaf: {image: IMAGE, command: \"sh -c \\\"trap '' TERM; while :; do sleep 1; done\\\"\", stop_grace_period: 60s}\n";
    let stack = Stack::of(daemon, "grace", deaf);
    stack.run(["up", "-d"]).success();
    let start = Instant::now();
    stack.run(["stop", "-t", "0"]).success();
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    assert_eq!(stack.inspect("deaf")["State"]["ExitCode"], 137);
    stack.run(["start"]).success();
    let start = Instant::now();
    stack.run(["restart", "--timeout", "0"]).success();
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    assert_eq!(state(&stack, "deaf"), "running");
    stack.run(["kill"]).success();
}

#[test]
fn a_restart_reaches_what_asked_to_be_restarted_with_it_and_no_deps_spares_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "restart", TWO);
    stack.run(["up", "-d"]).success();
    let before = (started(&stack, "base"), started(&stack, "top"));
    stack.run(["restart", "base", "-t", "1"]).success().stdout("").complains([
        " Container PROJECT-base-1 Restarting \n Container PROJECT-base-1 Started \n Container PROJECT-top-1 Restarting \n",
    ]);
    let after = (started(&stack, "base"), started(&stack, "top"));
    assert!(before.0 < after.0 && before.1 < after.1 && after.0 < after.1, "{before:?} {after:?}");
    stack.run(["restart", "--no-deps", "base", "-t", "1"]).success();
    assert_eq!(started(&stack, "top"), after.1);
    assert!(after.0 < started(&stack, "base"));
    stack.run(["restart", "top", "-t", "1"]).success();
    assert!(after.1 < started(&stack, "top"));
}

#[test]
fn a_restart_starts_what_was_stopped() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "restopped", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["stop", "-t", "1"]).success();
    stack.run(["restart", "-t", "1"]).success();
    assert_eq!((state(&stack, "base"), state(&stack, "top")), ("running".into(), "running".into()));
}

#[test]
fn start_waits_for_health_when_asked_and_gives_up_in_time() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "startwait",
        r#"
services:
  slow:
    image: IMAGE
    command: sh -c "sleep 1; touch /tmp/ready; exec sleep 600"
    init: true
    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 500ms, timeout: 5s, retries: 20}
  never:
    image: IMAGE
    command: sleep 600
    init: true
    healthcheck: {test: [CMD, "false"], interval: 60s, start_period: 60s}
"#,
    );
    stack.run(["create"]).success();
    stack.run(["start", "--wait", "slow"]).success().complains(["Container PROJECT-slow-1 Healthy"]);
    // The engine's own word for it comes with the engine's next look.
    stack.run(["exec", "-T", "slow", "test", "-e", "/tmp/ready"]).success();
    stack.run(["start", "--wait", "--wait-timeout", "1", "never"]).code(1).complains(["PROJECT-never-1"]);
    stack.run(["start", "--wait-timeout", "-1"]).code(1).complains(["must be a non-negative integer"]);
}

#[test]
fn a_condition_of_a_dependency_holds_for_start_too() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "startorder",
        r#"
services:
  app: {image: IMAGE, command: sleep 600, init: true, depends_on: {db: {condition: service_healthy}}}
  db:
    image: IMAGE
    command: sh -c "sleep 1; touch /tmp/ready; exec sleep 600"
    init: true
    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 500ms, timeout: 5s, retries: 20}
"#,
    );
    stack.run(["create"]).success();
    stack
        .run(["start"])
        .success()
        .complains(["Container PROJECT-db-1 Waiting", "Container PROJECT-db-1 Healthy"]);
    assert!(started(&stack, "db") < started(&stack, "app"));
    assert_eq!(state(&stack, "app"), "running");
}

#[test]
fn start_makes_nothing_and_says_how_it_is_made() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "startnone", TWO);
    stack.run(["start"]).code(1).complains(["no container found for project `PROJECT`", "`up` or `create`"]);
    stack.run(["create"]).success();
    stack.run(["rm", "-f", "base"]).success();
    let named = stack.run(["start", "base"]);
    named.code(1).complains(["service `base` has no container to start", "compose.yaml"]);
    assert_eq!(state(&stack, "top"), "created");
    stack.run(["start"]).success();
    assert_eq!(state(&stack, "top"), "running");
}

#[test]
fn kill_ends_at_once_or_sends_the_signal_that_is_named() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "kill",
        r#"
services:
  a: {image: IMAGE, command: sh -c "trap 'exit 7' USR1; while :; do sleep 0.1; done"}
  b: {image: IMAGE, command: sleep 600}
"#,
    );
    stack.run(["up", "-d"]).success();
    stack
        .run(["kill", "-s", "USR1", "a"])
        .success()
        .stderr(" Container PROJECT-a-1 Killing \n Container PROJECT-a-1 Killed \n");
    daemon.api.post(&format!("/containers/{}-a-1/wait", stack.project()), &Value::Null);
    assert_eq!(stack.inspect("a")["State"]["ExitCode"], 7);
    assert_eq!(state(&stack, "b"), "running");
    stack.run(["kill"]).success();
    daemon.api.post(&format!("/containers/{}-b-1/wait", stack.project()), &Value::Null);
    assert_eq!(stack.inspect("b")["State"]["ExitCode"], 137);
    stack.run(["kill"]).success().stdout("").stderr("No container to kill\n");
    stack
        .command(["kill"])
        .env("COMPOSE_STATUS_STDOUT", "1")
        .run()
        .success()
        .stdout("No container to kill\n");
}

#[test]
fn a_signal_that_does_not_exist_is_an_error_that_names_the_container() {
    let Some(daemon) = daemon() else { return };
    let stack =
        Stack::of(daemon, "nosignal", "services:\n  a: {image: IMAGE, command: sleep 600, init: true}\n");
    stack.run(["up", "-d"]).success();
    stack.run(["kill", "-s", "SIGNONSENSE"]).code(1).complains([
        "PROJECT-a-1",
        "SIGNONSENSE",
        "compose.yaml",
    ]);
    assert_eq!(state(&stack, "a"), "running");
}

#[test]
fn kill_reaches_orphans_only_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "killorphan", TWO);
    stack.run(["up", "-d"]).success();
    stack.write(
        "compose.yaml",
        &format!("services:\n  base: {{image: {}, command: sleep 600, init: true}}\n", Stack::IMAGE),
    );
    stack.run(["kill"]).success();
    assert_eq!(state(&stack, "top"), "running");
    stack.run(["kill", "--remove-orphans"]).success().complains(["PROJECT-top-1 Killed"]);
    daemon.api.post(&format!("/containers/{}-top-1/wait", stack.project()), &Value::Null);
    assert_eq!(state(&stack, "top"), "exited");
}

#[test]
fn pause_freezes_and_unpause_lets_go_on() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "pause", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["pause", "top"]).success().stdout("").stderr(" Container PROJECT-top-1 Paused \n");
    assert_eq!((state(&stack, "base"), state(&stack, "top")), ("running".into(), "paused".into()));
    stack.run(["pause"]).success().stderr(" Container PROJECT-base-1 Paused \n");
    stack.run(["ps"]).success().says(["(Paused)"]);
    stack.run(["unpause", "base"]).success().stderr(" Container PROJECT-base-1 Unpaused \n");
    stack.run(["unpause"]).success().stderr(" Container PROJECT-top-1 Unpaused \n");
    assert_eq!((state(&stack, "base"), state(&stack, "top")), ("running".into(), "running".into()));
    stack.run(["unpause"]).success().stderr("");
}

#[test]
fn what_is_paused_can_be_stopped() {
    let Some(daemon) = daemon() else { return };
    let stack =
        Stack::of(daemon, "pausedstop", "services:\n  a: {image: IMAGE, command: sleep 600, init: true}\n");
    stack.run(["up", "-d"]).success();
    stack.run(["pause"]).success();
    stack.run(["stop", "-t", "1"]).success();
    assert_eq!(state(&stack, "a"), "exited");
}

#[test]
fn rm_removes_only_what_does_not_run_and_asks_before() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "rm", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["rm", "-f"]).success().stdout("").stderr("No stopped containers\n");
    stack.run(["stop", "-t", "1", "top"]).success();
    // Nobody answers.
    stack.run(["rm"]).success().complains(["Going to remove PROJECT-top-1 [y/N] \n"]);
    assert_eq!(stack.containers().len(), 2);
    stack
        .run(["rm", "-f"])
        .success()
        .stdout("Going to remove PROJECT-top-1\n")
        .stderr(" Container PROJECT-top-1 Removing \n Container PROJECT-top-1 Removed \n");
    assert_eq!(stack.containers().len(), 1);
    assert_eq!(stack.networks().len(), 1);
}

#[test]
fn rm_stops_what_runs_and_takes_anonymous_volumes_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "rmsv",
        "services:\n  a: {image: IMAGE, command: sleep 600, init: true, volumes: [/anonymous, 'data:/data']}\n  b: {image: IMAGE, command: sleep 600, init: true, volumes: [/kept]}\nvolumes: {data: }\n",
    );
    stack.run(["up", "-d"]).success();
    let volume = |service: &str, path: &str| {
        let mounts = stack.inspect(service)["Mounts"].as_array().cloned().unwrap_or_default();
        let mount = mounts.into_iter().find(|mount| mount["Destination"] == path).expect("it is mounted");
        text(&mount["Name"]).to_owned()
    };
    let (anonymous, kept) = (volume("a", "/anonymous"), volume("b", "/kept"));
    let exists = |name: &str| {
        daemon
            .api
            .request("GET", &format!("/volumes/{name}"), ("", b""))
            .is_ok_and(|answer| answer.status == 200)
    };
    stack.run(["rm", "-fsv", "a"]).success().stdout("Going to remove PROJECT-a-1\n");
    assert!(!exists(&anonymous) && stack.volumes().len() == 1);
    stack.run(["rm", "-fs"]).success();
    assert!(stack.containers().is_empty() && exists(&kept));
    daemon.api.delete(&format!("/volumes/{kept}"));
}

#[test]
fn a_hook_before_the_stop_is_run_by_every_verb_that_stops() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "prestop",
        r#"
services:
  a:
    image: IMAGE
    command: sleep 600
    init: true
    volumes: [log:/log]
    pre_stop: [{command: [sh, -c, "echo bye >>/log/said"]}]
    post_start: [{command: [sh, -c, "echo hello >>/log/said"]}]
  reader: {image: IMAGE, command: sleep 600, init: true, volumes: [log:/log]}
volumes: {log: }
"#,
    );
    stack.run(["up", "-d"]).success();
    let said = |count: &str, what: &str| {
        let test = format!("[ $(grep -c {what} /log/said) = {count} ]");
        stack.exec("reader", &["sh", "-c", &test]) == 0
    };
    assert!(said("1", "hello"));
    stack.run(["restart", "-t", "1", "a"]).success();
    assert!(said("1", "bye") && said("2", "hello"));
    stack.run(["stop", "-t", "1", "a"]).success();
    assert!(said("2", "bye"));
    stack.run(["start", "a"]).success();
    assert!(said("3", "hello"));
    stack.run(["rm", "-fs", "a"]).success();
    assert!(said("3", "bye"));
}

#[test]
fn a_project_is_known_by_its_name_alone() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "byname", TWO);
    stack.run(["up", "-d"]).success();
    std::fs::remove_file(stack.folder().join("compose.yaml")).expect("the file was there");
    let name = stack.project().to_owned();
    stack.run(["-p", &name, "restart", "-t", "1", "base"]).success().complains(["PROJECT-top-1 Started"]);
    stack.run(["-p", &name, "stop", "-t", "1"]).success().complains(["PROJECT-base-1 Stopped"]);
    stack.run(["-p", &name, "start"]).success();
    stack.run(["-p", &name, "pause"]).success();
    stack.run(["-p", &name, "unpause"]).success();
    stack.run(["-p", &name, "kill", "nope"]).code(1).complains(["no such service: `nope`"]);
    stack.run(["-p", &name, "kill"]).success();
    stack.run(["-p", &name, "rm", "-f"]).success();
    assert!(stack.containers().is_empty());
}

#[test]
fn verbs_on_a_project_that_does_not_exist_find_nothing_to_do() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "nothing");
    let run = |verb: &'static str| stack.run(["-p", "rcompose-test-no-such-project", verb]);
    run("stop").success().stdout("").stderr("");
    run("restart").success().stdout("").stderr("");
    run("pause").success().stdout("").stderr("");
    run("unpause").success().stdout("").stderr("");
    run("kill").success().stdout("").stderr("No container to kill\n");
    run("rm").success().stdout("").stderr("No stopped containers\n");
    run("start").code(1).complains(["no container found for project `rcompose-test-no-such-project`"]);
}

#[test]
fn a_service_that_does_not_exist_is_refused_with_the_one_that_was_meant() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "slip", TWO);
    for verb in ["start", "stop", "restart", "kill", "pause", "unpause", "rm"] {
        stack.run([verb, "bsae"]).code(1).complains(["no such service", "bsae", "did you mean `base`?"]);
    }
}

#[test]
fn a_dry_run_says_what_would_be_done_and_changes_nothing() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "dry", TWO);
    stack.run(["up", "-d"]).success();
    let before = stack.identities();
    for (verb, said) in [
        ("stop", "stop container PROJECT-top-1"),
        ("restart", "restart container PROJECT-base-1"),
        ("kill", "send SIGKILL to container PROJECT-base-1"),
        ("pause", "pause container PROJECT-top-1"),
    ] {
        stack.run(["--dry-run", verb]).success().stderr("").says([said]);
    }
    stack.run(["--dry-run", "rm", "-fs"]).success().says(["remove container PROJECT-base-1"]);
    stack.run(["start", "--dry-run"]).success().stdout("nothing to do\n");
    assert_eq!(stack.identities(), before);
    assert_eq!(state(&stack, "base"), "running");
}

#[test]
fn a_service_behind_a_profile_is_there_for_whoever_names_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "asleep",
        "services:\n  a: {image: IMAGE, command: sleep 600, init: true}\n  x: {image: IMAGE, command: sleep 600, init: true, profiles: [more]}\n",
    );
    stack.run(["up", "-d", "x"]).success();
    assert_eq!(stack.containers().len(), 1);
    stack.run(["restart", "-t", "1", "x"]).success().complains(["PROJECT-x-1 Started"]);
    stack.run(["stop", "-t", "1", "x"]).success().complains(["PROJECT-x-1 Stopped"]);
    stack.run(["rm", "-f", "x"]).success();
    assert!(stack.containers().is_empty());
}

#[test]
fn who_does_not_listen_to_a_stop_keeps_nobody_else_waiting() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "deaf",
        "services: {a: {image: IMAGE, command: sh -c \"trap '' TERM; while :; do sleep 0.2; done\", scale: 24}}",
    );
    stack.run(["up", "-d"]).success();
    let begun = std::time::Instant::now();
    stack.run(["stop", "-t", "8"]).success();
    // One after the other, or by eights, it would be 24 to 192 seconds.
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}
