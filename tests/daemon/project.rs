//! Commands that need no daemon's change: `config`, `graph`, `version`.

use crate::support::{Stack, daemon};

const TWO: &str = "services:\n  a: {image: IMAGE, depends_on: [b]}\n  b: {image: IMAGE}\n";

#[test]
fn config_and_graph_ask_no_daemon() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "offline", TWO);
    let nowhere = "unix:///nowhere/docker.sock";
    stack.command(["config", "--services"]).host(nowhere).run().success().stdout("b\na\n");
    stack.command(["config", "-q"]).host(nowhere).run().success().stdout("");
    stack.command(["config", "--format", "json"]).host(nowhere).run().success().says(["\"depends_on\""]);
    stack.command(["graph"]).host(nowhere).run().success().says(["a", "b"]);
    stack.command(["graph", "--format", "mermaid"]).host(nowhere).run().success().says(["flowchart"]);
    stack.command(["graph", "--format", "dot"]).host(nowhere).run().success().says(["digraph"]);
    stack.command(["graph", "--format", "svg"]).host(nowhere).run().success().says(["<svg", "</svg>"]);
}

#[test]
fn a_daemon_that_is_not_there_is_named_with_what_to_do() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "nowhere", TWO);
    let nowhere = "unix:///nowhere/docker.sock";
    stack.command(["up", "-d"]).host(nowhere).run().code(1).complains([nowhere]);
    stack.command(["ps"]).host(nowhere).run().code(1).complains([nowhere]);
}
