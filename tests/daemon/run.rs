//! `run`: commands in containers of their own.

use std::thread::sleep;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Fault, Proxy, Stack, daemon};

const ONE: &str = r#"
services:
  a:
    image: IMAGE
    init: true
    command: [sh, -c, "echo default"]
    environment: {OWN: own, OTHER: other}
    ports: ["80"]
    restart: always
    labels: {mine: "1"}
    networks: {default: {aliases: [nickname]}}
  deaf: {image: IMAGE, command: [sh, -c, "trap 'echo told; exit 5' TERM; trap 'echo asked; exit 3' INT; echo here; while :; do sleep 0.1; done"]}
"#;

/// The one-off containers of a stack, looked at closely.
fn oneoffs(stack: &Stack) -> Vec<Value> {
    let all = stack.containers();
    let mine = all.iter().filter(|one| one["Labels"]["com.docker.compose.oneoff"] == "True");
    mine.map(|one| stack.api().get(&format!("/containers/{}/json", one["Id"].as_str().expect("an id"))))
        .collect()
}

/// Waits until the engine has removed what it is to remove.
fn none_is_left(stack: &Stack) {
    for _ in 0..100 {
        if oneoffs(stack).is_empty() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("containers are left: {:#?}", oneoffs(stack));
}

#[test]
fn the_container_is_one_of_its_own_with_the_peers_labels_and_no_ports() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run", ONE);
    stack.run(["run", "a"]).success().stdout("default\n").complains(["Creating", "Created"]);
    let [made] = oneoffs(&stack).try_into().expect("there is one");
    let labels = &made["Config"]["Labels"];
    let slug = labels["com.docker.compose.slug"].as_str().expect("it has a slug");
    assert_eq!(slug.len(), 64);
    assert_eq!(made["Name"], format!("/{}-a-run-{}", stack.project(), &slug[..12]));
    assert!(labels["com.docker.compose.container-number"].is_null());
    assert_eq!((&labels["com.docker.compose.service"], &labels["mine"]), (&"a".into(), &"1".into()));
    let host = &made["HostConfig"];
    assert!(host["PortBindings"].as_object().is_none_or(serde_json::Map::is_empty), "{host}");
    assert!(matches!(host["RestartPolicy"]["Name"].as_str(), Some("" | "no")), "{host}");
    let network = &made["NetworkSettings"]["Networks"][format!("{}_default", stack.project())];
    assert!(!network["Aliases"].to_string().contains("nickname"), "{network}");
}

#[test]
fn streams_stay_apart_and_the_exit_code_is_passed_on() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-streams", ONE);
    let script = "echo out; echo err >&2; exit 7";
    stack.run(["run", "--rm", "-q", "a", "sh", "-c", script]).code(7).stdout("out\n").stderr("err\n");
    none_is_left(&stack);
}

#[test]
fn flags_reach_the_process() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-flags", ONE);
    stack.write("variables", "OTHER=of the file\nMORE=${OTHER}!\n");
    let run = |words: &[&str]| {
        let end = stack.command(["run", "--rm", "-q"]).args(words).env("TAKEN", "over").run().success();
        String::from_utf8_lossy(&end.bytes).into_owned()
    };
    let script = "echo $OWN, $OTHER, $MORE, $TAKEN, $GIVEN, [$ABSENT]";
    let variables = ["-e", "TAKEN", "-e", "GIVEN=x=y", "-e", "ABSENT", "--env-from-file", "variables"];
    assert_eq!(
        run(&[&variables[..], &["a", "sh", "-c", script]].concat()),
        "own, of the file, of the file!, over, x=y, []\n"
    );
    assert_eq!(
        run(&["-u", "nobody", "-w", "/tmp", "--entrypoint", "sh -c 'id -un; pwd'", "a"]),
        "nobody\n/tmp\n"
    );
    assert_eq!(run(&["--entrypoint", "echo said", "a", "-e", "--rm"]), "said -e --rm\n");
}

#[test]
fn flags_reach_the_container() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-container", ONE);
    let name = format!("{}-named", stack.project());
    stack
        .command([
            "run",
            "--name",
            &name,
            "-p",
            "127.0.0.1::81/udp",
            "-v",
            "./here:/there:ro",
            "-v",
            "/anonymous",
        ])
        .args(["--cap-add", "SYS_TIME", "--cap-drop", "CHOWN", "-l", "a=b", "--use-aliases", "a", "true"])
        .run()
        .success();
    let [made] = oneoffs(&stack).try_into().expect("there is one");
    assert_eq!(made["Name"], format!("/{name}"));
    let (host, config) = (&made["HostConfig"], &made["Config"]);
    assert_eq!(host["PortBindings"]["81/udp"][0]["HostIp"], "127.0.0.1");
    assert!(host["PortBindings"]["80/tcp"].is_null());
    assert_eq!(host["Binds"][0], format!("{}/here:/there:ro", stack.folder().display()));
    assert_eq!(host["Mounts"][0]["Target"], "/anonymous");
    assert!(host["CapAdd"].to_string().contains("SYS_TIME"));
    assert!(host["CapDrop"].to_string().contains("CHOWN"));
    assert_eq!(config["Labels"]["a"], "b");
    let network = &made["NetworkSettings"]["Networks"][format!("{}_default", stack.project())];
    assert!(network["Aliases"].to_string().contains("nickname"), "{network}");
}

#[test]
fn the_ports_of_the_service_are_published_when_asked_and_never_together_with_others() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-ports", ONE);
    stack.run(["run", "-P", "a", "true"]).success();
    let [made] = oneoffs(&stack).try_into().expect("there is one");
    assert!(made["HostConfig"]["PortBindings"]["80/tcp"].is_array());
    stack
        .run(["run", "-P", "-p", "81", "a"])
        .code(1)
        .stderr("--service-ports and --publish are incompatible\n");
}

const WAITS: &str = r#"
services:
  app: {image: IMAGE, command: [echo, done], depends_on: {db: {condition: service_healthy}}}
  db:
    image: IMAGE
    command: sh -c "sleep 1; touch /tmp/ready; exec sleep 600"
    init: true
    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 200ms, timeout: 5s, retries: 50}
  other: {image: IMAGE, command: sleep 600}
"#;

#[test]
fn what_it_depends_on_is_started_and_waited_for_and_nothing_else() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-waits", WAITS);
    stack.run(["run", "--rm", "app"]).success().stdout("done\n");
    stack.run(["exec", "-T", "db", "test", "-e", "/tmp/ready"]).success();
    assert_eq!(
        stack
            .containers()
            .iter()
            .filter(|one| one["Labels"]["com.docker.compose.service"] == "other")
            .count(),
        0
    );
}

#[test]
fn dependencies_are_left_alone_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-alone", WAITS);
    stack.run(["run", "--rm", "--no-deps", "app"]).success().stdout("done\n");
    assert!(stack.containers().iter().all(|one| one["Labels"]["com.docker.compose.service"] != "db"));
}

#[test]
fn a_dependency_that_fails_is_told_and_nothing_is_made_for_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "run-fails",
        r#"
services:
  app: {image: IMAGE, command: [echo, done], depends_on: {job: {condition: service_completed_successfully}}}
  job: {image: IMAGE, command: [sh, -c, "echo no such table; exit 3"]}
"#,
    );
    stack.run(["run", "--rm", "app"]).code(1).stdout("").complains(["job", "exit 3", "no such table", "app"]);
    assert!(oneoffs(&stack).is_empty());
}

#[test]
fn detached_it_prints_the_id_and_leaves_it_running() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-detached", ONE);
    let end = stack.run(["run", "-d", "deaf"]).success();
    let [made] = oneoffs(&stack).try_into().expect("there is one");
    assert_eq!(made["State"]["Status"], "running");
    assert_eq!(String::from_utf8_lossy(&end.bytes).trim_end(), made["Id"].as_str().expect("an id"));
}

#[test]
fn signals_are_passed_on_and_its_own_exit_code_comes_back() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-signals", ONE);
    for (signal, code, word) in [(Signal::TERM, 5, "told"), (Signal::INT, 3, "asked")] {
        let mut running = stack.command(["run", "--rm", "-T", "deaf"]).start();
        running.wait_for("here");
        running.signal(signal);
        running.finish().code(code).says([word]);
    }
    none_is_left(&stack);
}

#[test]
fn killed_itself_it_leaves_the_removal_to_the_engine() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-killed", ONE);
    let mut running = stack.command(["run", "--rm", "a", "sh", "-c", "echo here; sleep 1"]).start();
    running.wait_for("here");
    running.signal(Signal::KILL);
    assert_eq!(running.finish().exit, None);
    none_is_left(&stack);
}

#[test]
fn input_is_passed_on_to_its_end_and_bytes_come_back_as_they_are() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-bytes", ONE);
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 253) as u8).chain([1, 0, 0, 0, 255]).collect();
    let back = stack.command(["run", "--rm", "-q", "-T", "a", "cat"]).input(bytes.clone()).run().success();
    assert!(back.bytes == bytes, "{} bytes came back of {}", back.bytes.len(), bytes.len());
}

#[test]
fn on_a_terminal_it_has_one_of_our_size_which_is_given_back() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-tty", ONE);
    let mut terminal = stack.command(["run", "--rm", "a", "sh"]).on_terminal();
    terminal.wait_for("# ");
    assert!(terminal.is_raw());
    terminal.keys("until stty size | grep '24 80'; do :; done\r");
    terminal.wait_for("24 80\r\n");
    terminal.resize(30, 99);
    terminal.keys("until stty size | grep '30 99'; do :; done\r");
    terminal.wait_for("30 99\r\n");
    terminal.keys("exit 6\r");
    assert_eq!(terminal.finish().0, Some(6));
    none_is_left(&stack);
}

#[test]
fn the_keys_to_let_go_leave_it_running() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-keys", ONE);
    let mut terminal = stack.command(["run", "deaf"]).on_terminal();
    terminal.wait_for("here");
    terminal.keys("\x10\x11");
    assert_eq!(terminal.finish().0, Some(0));
    let [made] = oneoffs(&stack).try_into().expect("there is one");
    assert_eq!(made["State"]["Status"], "running");
}

#[test]
fn progress_has_ended_when_the_process_begins_to_write() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-order", ONE);
    let (code, seen) =
        stack.command(["run", "--rm", "a", "sh", "-c", "printf '<%s>' begin"]).on_terminal().finish();
    assert_eq!(code, Some(0));
    let (before, after) = seen.split_once("<begin>").expect("it was said");
    assert!(before.contains("Created") && after.is_empty(), "{seen:?}");
}

#[test]
fn what_cannot_be_started_is_told_and_only_stays_where_it_may() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-start", "services:\n  a: {image: IMAGE, command: no-such-program}\n");
    stack.run(["run", "--rm", "a"]).code(1).complains(["no-such-program"]);
    none_is_left(&stack);
    stack.run(["run", "-d", "--rm", "a"]).code(1).complains(["no-such-program"]);
    none_is_left(&stack);
    stack.run(["run", "a"]).code(1);
    assert_eq!(oneoffs(&stack).len(), 1);
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_done() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-refused", ONE);
    stack.write("variables", "GOOD=1\nnot a variable\n");
    let proxy = Proxy::before(daemon);
    let refused = |words: &[&str], parts: [&str; 2]| {
        stack.command(["run"]).args(words).host(&proxy.host()).run().code(1).stdout("").complains(parts);
    };
    refused(&[], ["requires at least 1 arg(s), only received 0", "help:"]);
    refused(&["b"], ["no such service: b\n", ""]);
    refused(&["deef"], ["no such service: deef\n", "did you mean `deaf`?"]);
    refused(&["-p", "99999", "a"], ["invalid port `99999`", "99999"]);
    refused(&["-v", "data::x", "a"], ["invalid volume `data::x`", ""]);
    refused(&["-l", "bare", "a"], ["label must be set as KEY=VALUE", "`bare`"]);
    refused(&["--pull", "bogus", "a"], ["invalid --pull option \"bogus\"", "always, missing, never"]);
    refused(&["--env-from-file", "absent", "a"], ["absent", "No such file"]);
    refused(&["--env-from-file", "variables", "a"], ["variables:2", "NAME=value"]);
    refused(&["--entrypoint", "'open", "a"], ["--entrypoint", "'open"]);
    refused(&["-T=false", "a"], ["stdin is not a terminal", "-T"]);
    assert!(!proxy.calls().iter().any(crate::support::Call::mutates));
}

#[test]
fn a_name_that_is_taken_is_told_with_its_owner() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-name", ONE);
    let name = format!("{}-same", stack.project());
    stack.run(["run", "-d", "--name", &name, "deaf"]).success();
    stack.run(["run", "-d", "--name", &name, "a"]).code(1).complains(["is taken", "PROJECT"]);
}

#[test]
fn quiet_shows_what_the_container_writes_and_nothing_else() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-quiet", ONE);
    stack.run(["run", "--rm", "--quiet", "a"]).success().stdout("default\n").stderr("");
}

#[test]
fn a_dry_run_shows_the_steps_and_makes_nothing() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-dry", ONE);
    stack.run(["--dry-run", "run", "a"]).success().says(["create container PROJECT-a-run-"]);
    assert!(stack.containers().is_empty() && stack.networks().is_empty());
}

#[test]
fn jobs_can_be_run_unless_only_the_clock_may() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "run-job",
        r"
services: {a: {image: IMAGE, command: sleep 600}}
jobs:
  once: {image: IMAGE, command: [echo, ran], triggers: {manual: true}}
  never: {image: IMAGE, command: [echo, ran], triggers: {manual: false}}
",
    );
    stack.run(["run", "--rm", "once"]).success().stdout("ran\n");
    stack.run(["run", "never"]).code(1).complains(["declared with manual: false, it cannot be run manually"]);
}

#[test]
fn secrets_are_in_place_when_it_begins() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "run-secret",
        "services:\n  a: {image: IMAGE, secrets: [s], command: [cat, /run/secrets/s]}\nsecrets: {s: {environment: HUSH}}\n",
    );
    stack.command(["run", "--rm", "-q", "a"]).env("HUSH", "whispered").run().success().stdout("whispered");
}

#[test]
fn hooks_are_run_after_its_start_and_their_failure_is_told() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "run-hooks",
        r#"
services:
  a: {image: IMAGE, command: [sh, -c, "until test -e /tmp/hooked; do sleep 0.1; done; echo seen"], post_start: [{command: [touch, /tmp/hooked]}]}
  b: {image: IMAGE, command: [sleep, "600"], init: true, post_start: [{command: [sh, -c, "echo why; exit 9"]}]}
"#,
    );
    stack.run(["run", "--rm", "a"]).success().stdout("seen\n");
    stack.run(["run", "-d", "b"]).code(1).complains(["`post_start` hook of `b` exited with status 9"]);
}

#[test]
fn the_engine_going_away_in_the_middle_is_told() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-gone", ONE);
    let proxy = Proxy::before(daemon);
    proxy.disturb(Fault::on("POST", "/containers/*/wait").truncate(0));
    proxy.disturb(Fault::on("POST", "/containers/*/attach").truncate(300));
    let end = stack
        .command(["run", "--rm", "-q", "a", "sh", "-c", "while :; do echo line; done"])
        .host(&proxy.host())
        .run();
    let end = end.code(1).complains(["the container engine went away"]);
    assert!(end.err.contains("help:"), "{end:?}");
}

#[test]
fn few_calls_are_made_where_nothing_has_to_be_done_before() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "run-calls", ONE);
    stack.run(["run", "--rm", "a"]).success();
    let proxy = Proxy::before(daemon);
    stack.command(["run", "--rm", "a"]).host(&proxy.host()).run().success();
    let calls = proxy.take();
    // Ping, four lists, image, create, attach, wait, start.
    assert!(calls.len() <= 10, "{} calls: {calls:#?}", calls.len());
}

#[test]
fn the_peer_knows_it_for_a_one_off_and_takes_it_away() {
    let Some(daemon) = daemon() else { return };
    let Some(peer) = crate::support::peer() else { return };
    let stack = Stack::of(daemon, "run-peer", ONE);
    stack.run(["run", "-d", "deaf"]).success();
    stack.peer(&peer, ["ps", "-a", "--services"]).success().stdout("deaf\n");
    stack.peer(&peer, ["down", "--remove-orphans", "-t", "0"]).success();
    assert!(stack.containers().is_empty());
}
