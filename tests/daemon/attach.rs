//! `attach`: our streams become those of a container.

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Daemon, Stack, daemon};

const KINDS: &str = r#"
services:
  tty: {image: IMAGE, tty: true, stdin_open: true, command: [sh]}
  reads: {image: IMAGE, stdin_open: true, command: [sh, -c, "while read x; do echo got $$x; done; echo end; exit 6"]}
  talks: {image: IMAGE, command: [sh, -c, "trap 'echo asked; exit 3' INT; trap 'echo told; exit 5' TERM; while :; do echo out; echo err >&2; sleep 0.2; done"]}
  ended: {image: IMAGE, command: "true"}
"#;

fn kinds(daemon: &'static Daemon, name: &str) -> Stack {
    let stack = Stack::of(daemon, name, KINDS);
    stack.run(["up", "-d"]).success();
    stack
}

#[test]
fn a_terminal_is_passed_through_and_its_exit_code_comes_back() {
    let Some(daemon) = daemon() else { return };
    let stack = kinds(daemon, "attach");
    let mut terminal = stack.command(["attach", "tty"]).on_terminal();
    terminal.wait_until_raw();
    terminal.keys("until stty size | grep '24 80'; do :; done\r");
    terminal.wait_for("24 80\r\n");
    terminal.resize(31, 97);
    terminal.keys("until stty size | grep '31 97'; do :; done\r");
    terminal.wait_for("31 97\r\n");
    terminal.keys("exit 7\r");
    assert_eq!(terminal.finish().0, Some(7));
}

#[test]
fn keys_of_the_users_choice_let_go() {
    let Some(daemon) = daemon() else { return };
    let stack = kinds(daemon, "attach-keys");
    let mut terminal = stack.command(["attach", "--detach-keys", "ctrl-x,ctrl-x", "tty"]).on_terminal();
    terminal.wait_until_raw();
    terminal.keys("echo so''far\r");
    terminal.wait_for("sofar\r\n");
    terminal.keys("\x18\x18");
    let (code, seen) = terminal.finish();
    assert_eq!(code, Some(1), "{seen}");
    assert!(seen.contains("read escape sequence"), "{seen}");
    assert_eq!(stack.inspect("tty")["State"]["Status"], "running");
    let (code, seen) = stack.command(["attach", "--detach-keys", "foo", "tty"]).on_terminal().finish();
    assert_eq!(code, Some(1));
    assert!(seen.contains("invalid detach keys (\"foo\")"), "{seen}");
}

#[test]
fn what_is_typed_goes_in_and_what_is_said_comes_out() {
    let Some(daemon) = daemon() else { return };
    let stack = kinds(daemon, "attach-input");
    let mut terminal = stack.command(["attach", "reads"]).on_terminal();
    std::thread::sleep(std::time::Duration::from_millis(300));
    terminal.keys("a\r");
    terminal.wait_for("got a");
    assert!(!terminal.is_raw(), "the container has no terminal to pass keys to");
    daemon.api.post(&format!("/containers/{}-reads-1/kill", stack.project()), &Value::Null);
    assert_eq!(terminal.finish().0, Some(137));
}

#[test]
fn without_input_it_only_shows() {
    let Some(daemon) = daemon() else { return };
    let stack = kinds(daemon, "attach-shows");
    let running = stack.command(["attach", "--no-stdin", "reads"]).input("a\n").start();
    std::thread::sleep(std::time::Duration::from_millis(300));
    running.signal(Signal::TERM);
    daemon.api.post(&format!("/containers/{}-reads-1/kill", stack.project()), &Value::Null);
    running.finish().code(137).never_says("got a");
}

#[test]
fn streams_stay_apart_and_signals_are_passed_on() {
    let Some(daemon) = daemon() else { return };
    let stack = kinds(daemon, "attach-signals");
    let mut running = stack.command(["attach", "talks"]).start();
    running.wait_for("out");
    running.wait_for("err");
    running.signal(Signal::INT);
    let end = running.finish().code(3).says(["out", "asked"]).complains(["err"]);
    assert!(!end.out.contains("err") && !end.err.contains("out"), "{end:?}");
}

#[test]
fn signals_are_our_own_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = kinds(daemon, "attach-own");
    let mut running = stack.command(["attach", "--sig-proxy=false", "talks"]).start();
    running.wait_for("out");
    running.signal(Signal::INT);
    assert_eq!(running.finish().exit, Some(130));
    assert_eq!(stack.inspect("talks")["State"]["Status"], "running");
}

#[test]
fn what_cannot_be_attached_to_is_told() {
    let Some(daemon) = daemon() else { return };
    let stack = kinds(daemon, "attach-not");
    daemon.api.post(&format!("/containers/{}-ended-1/wait", stack.project()), &Value::Null);
    stack.run(["attach", "ended"]).code(1).complains(["service \"ended\" is not running\n"]);
    stack
        .run(["attach", "--index", "2", "tty"])
        .code(1)
        .complains(["service \"tty\" is not running container #2\n"]);
    stack.run(["attach"]).code(1).complains(["requires at least 1 arg(s), only received 0\n"]);
    stack.run(["attach", "tty"]).code(1).complains(["stdin is not a terminal"]);
}
