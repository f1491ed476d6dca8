//! How often the daemon is asked.

use std::fmt::Write;

use crate::support::{Call, Proxy, Stack, daemon};

/// A file with so many services that sleep.
pub(crate) fn sleepers(count: u32) -> String {
    (0..count).fold("services:\n".to_owned(), |mut text, n| {
        writeln!(text, "  s{n}: {{image: IMAGE, command: sleep 600, init: true}}")
            .expect("a string takes all");
        text
    })
}

#[test]
fn an_unchanged_up_of_fifty_services_asks_twelve_questions_at_most_and_changes_nothing() {
    let Some(daemon) = daemon() else { return };
    let mut services = String::new();
    for n in 0..50 {
        let after = if n % 5 == 0 { String::new() } else { format!(", depends_on: [s{}]", n - 1) };
        writeln!(
            services,
            "  s{n}: {{image: {}, command: sleep 600, init: true, stop_grace_period: 1s, volumes: ['data:/data'], networks: [x, y]{after}}}",
            Stack::IMAGE
        )
        .expect("a string takes all");
    }
    let stack = Stack::of(
        daemon,
        "fifty",
        &format!("services:\n{services}networks: {{x: , y: }}\nvolumes: {{data: }}\n"),
    );
    stack.run(["up", "-d"]).success();
    let before = stack.identities();
    assert_eq!(before.len(), 50);

    let proxy = Proxy::before(daemon);
    stack.command(["up", "-d"]).host(&proxy.host()).run().success();
    let calls = proxy.take();
    assert!(calls.len() <= 12, "{} calls: {calls:#?}", calls.len());
    assert!(!calls.iter().any(Call::mutates), "{calls:#?}");
    assert_eq!(stack.identities(), before);

    stack.command(["ps"]).host(&proxy.host()).run().success();
    let calls = proxy.take();
    assert!(calls.len() <= 4, "{} calls: {calls:#?}", calls.len());

    stack.run(["down", "-v", "-t", "1"]).success();
}

#[test]
fn an_unchanged_up_asks_as_often_for_one_service_as_for_eight() {
    let Some(daemon) = daemon() else { return };
    let asked = |count: u32| {
        let stack = Stack::of(daemon, &format!("asks{count}"), &sleepers(count));
        stack.run(["up", "-d"]).success();
        let proxy = Proxy::before(daemon);
        stack.command(["up", "-d"]).host(&proxy.host()).run().success();
        proxy.calls().len()
    };
    assert_eq!(asked(1), asked(8));
}

#[test]
fn waiting_for_health_does_not_ask_every_half_second() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "events",
        r#"
services:
  app: {image: IMAGE, command: sleep 600, init: true, depends_on: {db: {condition: service_healthy}}}
  db:
    image: IMAGE
    command: sh -c "sleep 5; touch /tmp/ready; exec sleep 600"
    init: true
    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 500ms, timeout: 5s, retries: 50}
"#,
    );
    let proxy = Proxy::before(daemon);
    stack.command(["up", "-d"]).host(&proxy.host()).run().success();
    let inspects = proxy.calls().iter().filter(|call| call.is("GET", "/containers/*/json")).count();
    // Five seconds of polling by the half second would be ten.
    assert!(inspects <= 6, "{inspects} inspects: {:#?}", proxy.calls());
}

#[test]
fn every_call_names_the_version_that_was_agreed_on() {
    let Some(daemon) = daemon() else { return };
    let stack =
        Stack::of(daemon, "version", "services:\n  a: {image: IMAGE, command: sleep 600, init: true}\n");
    let proxy = Proxy::before(daemon);
    stack.command(["up", "-d"]).host(&proxy.host()).run().success();
    let calls = proxy.calls();
    let unversioned: Vec<_> =
        calls.iter().filter(|call| call.version.is_empty() && call.path != "/_ping").collect();
    assert!(unversioned.is_empty(), "{unversioned:#?}");
}

#[test]
fn logs_ask_once_for_each_container_and_know_a_terminal_all_the_same() {
    let Some(daemon) = daemon() else { return };
    let compose = r#"
services:
  pipe: {image: IMAGE, command: "printf '\\001\\000\\000\\000\\000\\000\\000\\001x\\n'"}
  terminal: {image: IMAGE, command: "printf '\\001\\000\\000\\000\\000\\000\\000\\001x\\n'", tty: true}
"#;
    let stack = Stack::of(daemon, "asked", compose);
    stack.run(["up", "-d"]).success();
    stack.run(["wait", "pipe", "terminal"]).success();
    let proxy = Proxy::before(daemon);
    let shown = stack.command(["logs", "--no-log-prefix"]).host(&proxy.host()).run().success();
    let calls = proxy.take();
    let asked =
        calls.iter().filter(|call| call.path.starts_with("/containers/") && call.path != "/containers/json");
    assert_eq!(asked.count(), 2, "{calls:#?}");
    let line = b"\x01\0\0\0\0\0\0\x01x\n";
    assert_eq!(shown.bytes, [&line[..], line].concat());
}
