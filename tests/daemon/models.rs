//! Language models of the file, with a stand-in for the plugin that keeps them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Command, Stack, daemon, peer};

const PLUGIN: &str = r#"#!/bin/sh
here=$(dirname "$0")
[ "$1" != docker-cli-plugin-metadata ] || { echo '{"SchemaVersion":"0.1.0","Vendor":"x","Version":"VERSION","ShortDescription":"m"}'; exit; }
echo "$*" >>"$here/calls"
case "$*" in
  "ls --json") cat "$here/kept" ;;
  pull*) echo "half of it"; [ ! -f "$here/fails" ] || { echo "no space" >&2; exit 3; } ;;
  "status --json") echo '{"running":true,"endpoint":"http://runner/v1/"}' ;;
esac
"#;

const STACK: &str = r"
services:
  web:
    image: IMAGE
    command: sleep 600
    init: true
    environment: {BIG_URL: mine}
    models: [small-one, big]
  other: {image: IMAGE, command: sleep 600, init: true, models: {big: {endpoint_var: U, model_var: M}}, depends_on: [plain]}
  plain: {image: IMAGE, command: sleep 600, init: true}
models:
  small-one: {model: ai/smol, context_size: 1024, runtime_flags: [--a, b]}
  big: {model: ai/big:latest}
";

fn scene(stack: &Stack, version: &str) {
    stack.write("docker/cli-plugins/docker-model", &PLUGIN.replace("VERSION", version));
    stack.write("docker/cli-plugins/kept", r#"[{"id":"1","tags":["ai/other"]}]"#);
    let plugin = stack.folder().join("docker/cli-plugins/docker-model");
    fs::set_permissions(plugin, fs::Permissions::from_mode(0o755)).expect("a mode");
}

fn with(command: Command, stack: &Stack) -> Command {
    command.env("DOCKER_CONFIG", stack.folder().join("docker"))
}

fn calls(stack: &Stack) -> Vec<String> {
    let path = stack.folder().join("docker/cli-plugins/calls");
    let text = fs::read_to_string(&path).unwrap_or_default();
    let _ = fs::remove_file(path);
    let mut calls: Vec<String> = text.lines().map(str::to_owned).collect();
    calls.sort();
    calls
}

fn environment(stack: &Stack, service: &str) -> Vec<String> {
    let container = stack.inspect(service);
    let list = container["Config"]["Env"].as_array().expect("a list");
    let mut list: Vec<String> = list.iter().map(|entry| entry.as_str().expect("a text").to_owned()).collect();
    list.sort();
    list
}

#[test]
fn models_are_pulled_set_up_and_known_to_containers_as_with_the_peer() {
    let (Some(daemon), Some(peer)) = (daemon(), peer()) else { return };
    for version in ["v1.0.5", "v1.1.0"] {
        let ours = Stack::of(daemon, "models", STACK);
        let theirs = Stack::of(daemon, "modelspeer", STACK);
        let mut seen = Vec::new();
        for (stack, by_peer) in [(&ours, false), (&theirs, true)] {
            scene(stack, version);
            let up = if by_peer {
                stack.peer_command(&peer).args(["up", "-d"])
            } else {
                stack.command(["up", "-d"])
            };
            let outcome = with(up, stack).run();
            assert_eq!(outcome.exit, Some(0), "{outcome:?}");
            let hash = |service| {
                stack.inspect(service)["Config"]["Labels"]["com.docker.compose.config-hash"].to_string()
            };
            seen.push((
                environment(stack, "web"),
                environment(stack, "other"),
                calls(stack),
                hash("web"),
                hash("other"),
            ));
        }
        assert_eq!(seen[0], seen[1]);
        // What is there is not pulled again, and what has not changed stays.
        ours.write("docker/cli-plugins/kept", r#"[{"id":"1","tags":["ai/smol:latest","ai/big:latest"]}]"#);
        with(ours.command(["up", "-d"]), &ours).run().success().never_says("Recreate");
        assert!(!calls(&ours).iter().any(|call| call.starts_with("pull")));
        with(theirs.command(["up", "-d"]), &theirs).run().success().never_says("Recreate");
        let run = with(ours.command(["run", "--rm", "other", "sh", "-c", "echo $U $M"]), &ours).run();
        run.success().stdout("http://runner/v1/ ai/big:latest\n");
    }
}

#[test]
fn without_the_plugin_services_with_models_are_refused_at_their_line() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "modelsnone", STACK);
    let told = with(stack.command(["up", "-d"]), &stack).run().code(1);
    told.complains(["'models' support requires Docker Model plugin", "compose.yaml:8:", "docker-model"]);
    with(stack.command(["up", "-d", "plain"]), &stack).run().success();
    with(stack.command(["plan"]), &stack).run().code(1);
    scene(&stack, "v1");
    stack.write("docker/cli-plugins/fails", "");
    let told = with(stack.command(["up", "-d"]), &stack).run().code(1);
    told.complains(["docker model pull ai/", "no space", "compose.yaml:8:"]);
    assert_eq!(stack.containers().len(), 1);
    calls(&stack);
    with(stack.command(["plan"]), &stack).run().code(2);
    assert_eq!(calls(&stack), ["status --json"]);
}
