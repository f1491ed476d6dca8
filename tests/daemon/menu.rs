//! The keys of an attached `up`.

use rustix::process::Signal;

use crate::support::{Stack, Terminal, daemon};

const WATCHED: &str = "services:\n  a:\n    image: IMAGE\n    command: [sh, -c, 'echo ready; exec sleep 600']\n    init: true\n    stop_grace_period: 0s\n    develop: {watch: [{path: src, target: /app, action: sync}]}\n";

/// An `up` on a terminal, up and with its menu.
fn up(stack: &Stack) -> Terminal {
    let mut terminal = stack.command(["up"]).on_terminal();
    terminal.wait_for("Detach");
    terminal
}

#[test]
fn w_begins_and_ends_a_watch_and_d_leaves_the_containers_running() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "menu", WATCHED);
    stack.write("src/f", "one");
    let mut terminal = up(&stack);
    assert!(terminal.passes_keys());
    terminal.keys("w");
    terminal.wait_for("Watch enabled");
    stack.write("src/f", "two");
    terminal.wait_for("synced /app/f");
    terminal.keys("\r");
    terminal.wait_for("1 files");
    terminal.keys("w");
    terminal.wait_for("Watch disabled");
    terminal.keys("d");
    let (code, seen) = terminal.finish();
    assert_eq!(code, Some(0), "{seen}");
    assert_eq!(stack.exec("a", &["grep", "-q", "two", "/app/f"]), 0);
    assert_eq!(stack.inspect("a")["State"]["Status"], "running");
}

#[test]
fn a_watch_that_began_with_the_up_can_be_ended_by_its_key() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "menu-watch", WATCHED);
    stack.write("src/f", "one");
    let mut terminal = stack.command(["up", "--watch"]).on_terminal();
    terminal.wait_for("Disable Watch");
    terminal.keys("w");
    terminal.wait_for("Watch disabled");
    terminal.keys("d");
    assert_eq!(terminal.finish().0, Some(0));
}

#[test]
fn ctrl_c_is_an_interrupt_as_without_the_menu() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "menu-int", WATCHED);
    let terminal = up(&stack);
    terminal.keys("\u{3}");
    let (code, seen) = terminal.finish();
    assert_eq!(code, Some(130), "{seen}");
    assert_eq!(stack.inspect("a")["State"]["Status"], "exited");
}

#[test]
fn the_terminal_is_given_back_while_we_are_stopped_and_when_we_are_made_to_quit() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "menu-stop", WATCHED);
    let mut terminal = up(&stack);
    terminal.keys("\u{1a}");
    terminal.wait_until("the terminal is as it was", |terminal| !terminal.passes_keys());
    terminal.signal(Signal::CONT);
    terminal.wait_until("keys are passed on again", Terminal::passes_keys);
    terminal.keys("\u{1c}");
    let (code, seen) = terminal.finish();
    assert_eq!(code, Some(131), "{seen}");
}

#[test]
fn without_the_menu_the_terminal_stays_as_it_is() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "menu-none", WATCHED);
    for (words, variable) in [(["up", "--menu=false"], "1"), (["up", "--no-log-prefix"], "0")] {
        let mut terminal = stack.command(words).env("COMPOSE_MENU", variable).on_terminal();
        terminal.wait_for("ready");
        terminal.wait_for("Started");
        assert!(!terminal.passes_keys());
        terminal.keys("d\u{3}");
        let (code, seen) = terminal.finish();
        assert_eq!(code, Some(130), "{seen}");
        assert!(!seen.contains("Detach"), "{seen}");
    }
}

#[test]
fn what_cannot_be_watched_is_told_when_a_watch_is_asked_for() {
    let Some(daemon) = daemon() else { return };
    let compose = "services: {a: {image: IMAGE, command: sleep 600, init: true, stop_grace_period: 0s}}";
    let stack = Stack::of(daemon, "menu-unwatched", compose);
    let mut terminal = up(&stack);
    terminal.keys("w");
    terminal.wait_for("none of the selected services is configured for watch");
    terminal.keys("d");
    let (code, seen) = terminal.finish();
    assert_eq!(code, Some(0), "{seen}");
    assert!(!seen.contains("Enable Watch"), "{seen}");
}
