//! `logs`: what containers said.

use serde_json::Value;

use crate::support::{Daemon, Fault, Proxy, Stack, daemon};

const TALKERS: &str = r#"
services:
  one: {image: IMAGE, command: [sh, -c, "echo first; sleep 0.2; echo second >&2; sleep 0.2; echo third"]}
  second: {image: IMAGE, command: [echo, hello]}
"#;

fn said(daemon: &'static Daemon, name: &str) -> Stack {
    let stack = Stack::of(daemon, name, TALKERS);
    stack.run(["up", "-d"]).success();
    for service in ["one", "second"] {
        daemon.api.post(&format!("/containers/{}-{service}-1/wait", stack.project()), &Value::Null);
    }
    stack
}

#[test]
fn lines_carry_their_container_and_come_in_order() {
    let Some(daemon) = daemon() else { return };
    let stack = said(daemon, "prefix");
    let shown = stack.run(["logs", "--no-color"]).success();
    // Both streams of a container go to standard output here, as the peer has it.
    let of = |name: &str| -> Vec<_> { shown.out.lines().filter(|line| line.starts_with(name)).collect() };
    assert_eq!(of("one"), ["one-1     | first", "one-1     | second", "one-1     | third"]);
    assert_eq!(of("second"), ["second-1  | hello"]);
}

#[test]
fn a_container_that_goes_away_meanwhile_is_passed_over() {
    let Some(daemon) = daemon() else { return };
    let stack = said(daemon, "vanished");
    for follow in [&["logs", "--no-log-prefix"][..], &["logs", "--no-log-prefix", "-f"]] {
        let proxy = Proxy::before(daemon);
        proxy.disturb(Fault::on("GET", "/containers/*/logs").answer(404, "No such container: x"));
        let shown = stack.command([]).args(follow).host(&proxy.host()).run().success();
        assert!(["hello\n", "first\nsecond\nthird\n"].contains(&shown.out.as_str()), "{}", shown.out);
    }
}

#[test]
fn the_prefix_can_be_left_out_and_a_service_be_named() {
    let Some(daemon) = daemon() else { return };
    let stack = said(daemon, "plain");
    stack.run(["logs", "--no-log-prefix", "second"]).success().stdout("hello\n");
}

#[test]
fn only_the_last_lines_are_shown_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = said(daemon, "tail");
    stack.run(["logs", "--no-color", "--tail", "1", "one"]).success().stdout("one-1  | third\n").stderr("");
}

#[test]
fn each_line_has_its_moment_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = said(daemon, "times");
    let shown = stack.run(["logs", "--no-log-prefix", "--timestamps", "second"]).success();
    let (moment, text) = shown.out.trim_end().split_once(' ').expect("a moment and a text");
    assert_eq!(text, "hello");
    assert!(moment.ends_with('Z') && moment.starts_with("20") && moment.contains('T'), "{moment}");
}

#[test]
fn following_ends_when_the_container_does() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "follow",
        "services:\n  count: {image: IMAGE, command: [sh, -c, 'for n in 1 2 3; do echo $$n; sleep 0.5; done']}\n",
    );
    stack.run(["up", "-d"]).success();
    let followed = stack.run(["logs", "-f", "--no-log-prefix"]).success();
    assert!(followed.out.starts_with("1\n2\n3\n"), "{}", followed.out);
}

#[test]
fn a_line_without_an_end_is_a_line() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "end", "services:\n  a: {image: IMAGE, command: [printf, 'no end']}\n");
    stack.run(["up", "-d"]).success();
    daemon.api.post(&format!("/containers/{}-a-1/wait", stack.project()), &Value::Null);
    stack.run(["logs", "--no-log-prefix"]).success().stdout("no end\n");
}

#[test]
fn lines_that_are_no_text_come_through_a_pipe_as_they_are() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "bytes",
        r#"services: {a: {image: IMAGE, command: [sh, -c, "printf '\\377\\376\\001 x\\n'; printf '\\033[2Jy\\n'"]}}"#,
    );
    // What the engine keeps in its own log is text; what is followed live is not.
    let shown = stack.run(["up", "--no-log-prefix"]).success();
    let said = b"\xff\xfe\x01 x\n\x1b[2Jy\n";
    assert!(shown.bytes.windows(said.len()).any(|part| part == said), "{shown:?}");
}

#[test]
fn lines_that_steer_a_terminal_are_made_harmless_on_one() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "steer",
        r#"services: {a: {image: IMAGE, command: [sh, -c, "printf 'one\\033]0;title\\007\\033[2J\\377two\\n'"]}}"#,
    );
    stack.run(["up", "-d"]).success();
    daemon.api.post(&format!("/containers/{}-a-1/wait", stack.project()), &Value::Null);
    let (code, seen) = stack.command(["logs", "--no-log-prefix"]).on_terminal().finish();
    assert_eq!((code, seen.as_str()), (Some(0), "one\u{fffd}two\r\n"));
}
