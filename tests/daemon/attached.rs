//! `up` without `-d`: logs, ends and Ctrl-C.

use rustix::process::Signal;

use crate::support::{Stack, daemon};

const TICKER: &str = r#"
services:
  tick: {image: IMAGE, init: true, command: [sh, -c, "while :; do echo tick; sleep 0.2; done"]}
  tock: {image: IMAGE, init: true, command: [sh, -c, "while :; do echo tock; sleep 0.2; done"]}
"#;

#[test]
fn logs_are_shown_with_prefixes_and_the_first_ctrl_c_stops_in_peace() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "attached", TICKER);
    let mut up = stack.command(["up"]).start();
    up.wait_for("tick-1  | tick");
    up.wait_for("tock-1  | tock");
    up.signal(Signal::INT);
    let end = up.finish();
    // The peer's code after a graceful stop.
    assert_eq!(end.exit, Some(130), "{}\n{}", end.out, end.err);
    let states: Vec<_> =
        stack.containers().iter().map(|one| one["State"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(states, ["exited", "exited"]);
    assert_eq!(stack.networks().len(), 1);
}

#[test]
fn a_second_ctrl_c_kills() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "kill",
        "services:\n  deaf: {image: IMAGE, stop_grace_period: 60s, command: [sh, -c, \"trap '' TERM; while :; do echo here; sleep 0.2; done\"]}\n",
    );
    let mut up = stack.command(["up"]).start();
    up.wait_for("here");
    let start = std::time::Instant::now();
    up.signal(Signal::INT);
    up.wait_for("Stopping");
    // Two signals at one moment are one.
    std::thread::sleep(std::time::Duration::from_millis(300));
    up.signal(Signal::INT);
    let end = up.finish();
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    assert_ne!(end.exit, Some(0));
    let deaf = stack.inspect("deaf");
    assert_eq!((&deaf["State"]["Status"], &deaf["State"]["ExitCode"]), (&"exited".into(), &137.into()));
}

#[test]
fn it_ends_when_all_containers_have() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "ends", "services:\n  a: {image: IMAGE, command: [echo, over]}\n");
    stack.run(["up"]).success().says(["a-1  | over", "exited with code 0"]);
}

#[test]
fn ctrl_c_while_waiting_leaves_no_dependant_started() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "waiting",
        r#"
services:
  app: {image: IMAGE, command: sleep 600, depends_on: {db: {condition: service_healthy}}}
  db:
    image: IMAGE
    command: sleep 600
    init: true
    healthcheck: {test: [CMD, "false"], interval: 1s, retries: 1000}
"#,
    );
    let mut up = stack.command(["up", "-d"]).start();
    up.wait_for("Waiting");
    up.signal(Signal::INT);
    let end = up.finish();
    assert_eq!(end.exit, Some(130), "{}\n{}", end.out, end.err);
    assert_eq!(stack.inspect("app")["State"]["Status"], "created");
}

#[test]
fn containers_that_end_at_once_are_told_once_and_up_ends() {
    let Some(daemon) = daemon() else { return };
    let brief = "{image: IMAGE, command: echo x}";
    let compose = format!("services:\n  a: {brief}\n  b: {brief}\n  c: {brief}\n  d: {brief}\n");
    let stack = Stack::of(daemon, "brief", &compose);
    for _ in 0..3 {
        let told = stack.run(["up"]).success().out;
        assert_eq!(told.matches("exited with code 0").count(), 4, "{told}");
    }
}
