//! Fast gates: who waits for a container's health waits for the container, and not for the engine's next probe.

use std::time::Instant;

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::support::{Call, Proxy, Stack, daemon};

/// A database that is ready after a second, and the engine's first look at it half a minute later.
const SLOW_PROBES: &str = r#"
services:
  app: {image: IMAGE, command: sleep 600, init: true, depends_on: {db: {condition: service_healthy}}}
  other: {image: IMAGE, command: sleep 600, init: true, depends_on: {db: {condition: service_healthy}}}
  db:
    image: IMAGE
    command: sh -c "sleep 1; touch /tmp/ready; exec sleep 600"
    init: true
    stop_grace_period: 1s
    healthcheck:
      test: mkdir /tmp/busy || touch /tmp/twice; sleep 0.1; rmdir /tmp/busy; test -e /tmp/ready
      interval: 30s
"#;

fn started(container: &Value) -> OffsetDateTime {
    let text = container["State"]["StartedAt"].as_str().expect("an inspected container says when it started");
    OffsetDateTime::parse(text, &Rfc3339).expect("a moment")
}

fn probes(calls: &[Call]) -> usize {
    calls.iter().filter(|call| call.is("POST", "/containers/*/exec")).count()
}

#[test]
fn a_database_with_rare_probes_lets_its_dependants_start_as_soon_as_it_is_ready() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "gate", SLOW_PROBES);
    let proxy = Proxy::before(daemon);
    let begun = Instant::now();
    stack.command(["up", "-d", "--wait"]).host(&proxy.host()).run().success();
    let took = begun.elapsed();

    let waited = started(&stack.inspect("app")) - started(&stack.inspect("db"));
    assert!(waited.as_seconds_f64() >= 1.0, "{waited}");
    // The engine itself would have taken 30 seconds; on an idle machine it is one and a tenth.
    assert!(waited.as_seconds_f64() < 15.0, "{waited}");

    let calls = proxy.calls();
    let most = took.as_millis() / 100 + 1;
    assert!((1..=most).contains(&(probes(&calls) as u128)), "{} probes in {took:?}", probes(&calls));
    assert_ne!(stack.exec("db", &["test", "-e", "/tmp/twice"]), 0, "two probes ran at once");
    let last_probe = calls.iter().rposition(|call| call.is("POST", "/containers/*/exec"));
    let last_start = calls.iter().rposition(|call| call.is("POST", "/containers/*/start"));
    assert!(last_probe < last_start, "something probed after the database was ready: {calls:#?}");
}

#[test]
fn gates_are_switched_off_by_a_flag_and_by_the_file() {
    let Some(daemon) = daemon() else { return };
    let file = |project: &str, service: &str| {
        format!(
            "{project}services:
  app: {{image: IMAGE, command: sleep 600, init: true, depends_on: {{db: {{condition: service_healthy}}}}}}
  db: {{image: IMAGE, command: sleep 600, init: true, healthcheck: {{test: [CMD, 'true'], interval: 1s}}{service}}}
"
        )
    };
    let off = "x-rcompose: {fast_gates: false}";
    let asked = |name: &str, file: &str, flags: &[&str]| {
        let stack = Stack::of(daemon, name, file);
        let proxy = Proxy::before(daemon);
        let up = stack.command(["up", "-d"]).args(flags.iter().copied()).host(&proxy.host());
        up.run().success();
        probes(&proxy.calls())
    };
    assert_eq!(asked("flag", &file("", ""), &["--no-fast-gates"]), 0);
    assert_eq!(asked("whole", &file(&format!("{off}\n"), ""), &[]), 0);
    assert_eq!(asked("one", &file("", &format!(", {off}")), &[]), 0);
    assert!(asked("on", &file("", ""), &[]) > 0);
}

#[test]
fn a_test_that_cannot_be_run_by_us_leaves_the_verdict_to_the_engine() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "toolless",
        r"
services:
  app: {image: IMAGE, command: sleep 600, init: true, depends_on: {db: {condition: service_healthy}}}
  db:
    image: IMAGE
    command: sleep 600
    init: true
    healthcheck: {test: 'test -e /tmp/seen || { touch /tmp/seen; exit 127; }', interval: 2s}
",
    );
    let proxy = Proxy::before(daemon);
    let up = stack.command(["up", "-d"]).host(&proxy.host()).run().success();
    assert_eq!(probes(&proxy.calls()), 1);
    assert!(!up.err.contains("127"), "{}", up.err);
}

#[test]
fn a_probe_that_takes_longer_than_its_timeout_does_not_count() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "late",
        r"
services:
  db:
    image: IMAGE
    command: sleep 600
    init: true
    healthcheck: {test: sleep 2, interval: 60s, timeout: 1s}
",
    );
    let waited = stack.run(["up", "-d", "--wait", "--wait-timeout", "5"]).code(1);
    assert!(waited.err.contains("not healthy after"), "{}", waited.err);
}

#[test]
fn the_test_of_the_image_is_run_by_the_shell_that_the_engine_takes() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "shell",
        r"
services:
  app: {image: IMAGE, command: sleep 600, init: true, depends_on: {db: {condition: service_healthy}}}
  db: {build: ., command: sleep 600, init: true}
",
    );
    // The engine hands an image's shell on to builds alone, and runs health tests by `/bin/sh`.
    let dockerfile =
        format!("FROM {}\nSHELL [\"/bin/false\"]\nHEALTHCHECK --interval=60s CMD true\n", Stack::IMAGE);
    stack.write("Dockerfile", &dockerfile);
    let begun = Instant::now();
    stack.run(["up", "-d"]).success();
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}
