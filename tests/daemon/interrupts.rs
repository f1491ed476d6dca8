//! Ctrl-C and its likes at any moment: a quick end with 130, and a stack that the next `up` goes on with.

use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::{Fault, Proxy, Stack, daemon};

const TWO: &str = r"
services:
  a: {image: IMAGE, command: sleep 600, init: true}
  b: {image: IMAGE, command: sleep 600, init: true, depends_on: [a]}
";

const LONG: Duration = Duration::from_secs(60);

fn names(stack: &Stack) -> Vec<String> {
    let name = |one: &serde_json::Value| one["Names"][0].as_str().unwrap_or_default().to_owned();
    stack.containers().iter().map(name).collect()
}

/// The next `up` makes the stack whole.
fn whole(stack: &Stack) {
    stack.run(["up", "-d"]).success();
    let want = ["a", "b"].map(|service| format!("/{}-{service}-1", stack.project()));
    assert_eq!(names(stack), want);
    assert!(stack.containers().iter().all(|one| one["State"] == "running"));
}

/// By the mask of ignored signals in `/proc/PID/status`, proc(5); SIGHUP is its first bit.
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// Interrupts `up -d` while the daemon takes long over a call.
fn interrupted(stack: &Stack, proxy: &Proxy, fault: (&str, &str), signal: Signal) {
    proxy.take();
    proxy.disturb(Fault::on(fault.0, fault.1).delay(Duration::from_secs(3)));
    let up = stack.command(["up", "-d"]).host(&proxy.host()).start();
    let begun = Instant::now();
    while !proxy.calls().iter().any(|call| call.is(fault.0, fault.1)) {
        assert!(begun.elapsed() < LONG, "{fault:?} was never asked: {:?}", proxy.calls());
        sleep(Duration::from_millis(10));
    }
    up.signal(signal);
    let end = up.finish();
    let asked: Vec<_> = proxy.calls().iter().map(|call| format!("{} {}", call.method, call.path)).collect();
    assert_eq!(end.exit, Some(130), "{fault:?}\n{}\n{}\n{asked:#?}", end.out, end.err);
}

#[test]
fn an_interrupt_while_something_is_made_is_followed_by_an_up_that_goes_on() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "made", TWO);
    let proxy = Proxy::before(daemon);
    let moments =
        [("POST", "/networks/create"), ("POST", "/containers/create"), ("POST", "/containers/*/start")];
    // Whoever runs the tests under `nohup` has made all that they start deaf to it.
    let hangup = if hangups_are_ignored() { Signal::TERM } else { Signal::HUP };
    for (moment, signal) in moments.into_iter().zip([Signal::INT, Signal::TERM, hangup]) {
        interrupted(&stack, &proxy, moment, signal);
    }
    whole(&stack);
}

#[test]
fn an_interrupt_while_a_container_is_made_anew_leaves_no_name_half_changed() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "anew", TWO);
    stack.run(["up", "-d"]).success();
    let proxy = Proxy::before(daemon);
    let moments = [
        ("POST", "/containers/create"),
        ("POST", "/containers/*/stop"),
        ("DELETE", "/containers/*"),
        ("POST", "/containers/*/rename"),
    ];
    for (number, moment) in moments.into_iter().enumerate() {
        let changed = format!("init: true, environment: {{N: '{number}'}}");
        stack.write("compose.yaml", &TWO.replace("IMAGE", Stack::IMAGE).replace("init: true", &changed));
        interrupted(&stack, &proxy, moment, Signal::INT);
        whole(&stack);
    }
}

#[test]
fn an_interrupt_ends_questions_and_pulls_at_once() {
    let Some(daemon) = daemon() else { return };
    let file = "services:\n  a: {image: 'registry.invalid/none:1'}\n";
    for (method, path) in [("GET", "/containers/json"), ("POST", "/images/create")] {
        let stack = Stack::of(daemon, "ends", file);
        let proxy = Proxy::before(daemon);
        proxy.disturb(Fault::on(method, path).delay(LONG));
        let up = stack.command(["up", "-d"]).host(&proxy.host()).start();
        let begun = Instant::now();
        while !proxy.calls().iter().any(|call| call.is(method, path)) {
            assert!(begun.elapsed() < LONG, "{path} was never asked: {:?}", proxy.calls());
            sleep(Duration::from_millis(10));
        }
        let begun = Instant::now();
        up.signal(Signal::INT);
        let end = up.finish();
        assert_eq!(end.exit, Some(130), "{path}\n{}\n{}", end.out, end.err);
        assert!(begun.elapsed() < LONG / 2, "{path}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_third_ctrl_c_leaves_although_nothing_could_be_ended() {
    let Some(daemon) = daemon() else { return };
    let deaf = "services:\n  deaf: {image: IMAGE, stop_grace_period: 90s, command: [sh, -c, \"trap '' TERM; while :; do echo here; sleep 0.2; done\"]}\n";
    let stack = Stack::of(daemon, "third", deaf);
    let proxy = Proxy::before(daemon);
    proxy.disturb(Fault::on("POST", "/containers/*/kill").delay(LONG));
    let mut up = stack.command(["up"]).host(&proxy.host()).start();
    up.wait_for("here");
    let begun = Instant::now();
    up.signal(Signal::INT);
    up.wait_for("Stopping");
    // Signals at one moment are one.
    sleep(Duration::from_millis(300));
    up.signal(Signal::INT);
    up.wait_for("Killing");
    sleep(Duration::from_millis(300));
    up.signal(Signal::INT);
    let end = up.finish();
    assert_eq!(end.exit, Some(130), "{}\n{}", end.out, end.err);
    assert!(begun.elapsed() < LONG / 2, "{:?}", begun.elapsed());
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_what_was_begun() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "second", TWO);
    let proxy = Proxy::before(daemon);
    proxy.disturb(Fault::on("POST", "/containers/create").delay(LONG));
    let mut up = stack.command(["up", "-d"]).host(&proxy.host()).start();
    up.wait_for("Creating");
    up.wait_for("PROJECT-a-1 Creating".replace("PROJECT", stack.project()).as_str());
    let begun = Instant::now();
    up.signal(Signal::INT);
    sleep(Duration::from_millis(500));
    up.signal(Signal::INT);
    let end = up.finish();
    assert_eq!(end.exit, Some(130), "{}\n{}", end.out, end.err);
    assert!(begun.elapsed() < LONG / 2, "{:?}", begun.elapsed());
    whole(&stack);
}
