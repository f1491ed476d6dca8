//! Podman's socket, for those who have no Docker.

use crate::support::{Podman, Stack};

const TWO: &str = r#"
services:
  db:
    image: IMAGE
    command: [sh, -c, "echo db is up; exec sleep 600"]
    stop_grace_period: 0s
    volumes: [data:/data]
    healthcheck: {test: [CMD, "true"], interval: 1s}
  web:
    image: IMAGE
    command: [sh, -c, "echo web is up; exec sleep 600"]
    stop_grace_period: 0s
    depends_on: {db: {condition: service_healthy}}
volumes: {data: }
"#;

#[test]
fn a_stack_comes_up_is_looked_at_and_goes_on_podman_and_an_unchanged_one_stays() {
    let Some(podman) = Podman::start() else { return };
    let stack = Stack::of(podman.daemon, "podman", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["ps"]).success().says(["PROJECT-db-1", "PROJECT-web-1"]);
    let before = stack.identities();
    stack.run(["up", "-d"]).success();
    assert_eq!(stack.identities(), before);
    stack.run(["plan"]).success().says(["nothing to do"]);
    stack.run(["logs"]).success().says(["db is up", "web is up"]);
    // Podman 4 loses output of a process whose standard input ends at once, whoever asks.
    stack.run(["exec", "-T", "--interactive=false", "web", "echo", "hello"]).success().stdout("hello\n");
    stack.run(["exec", "-T", "--interactive=false", "web", "sh", "-c", "exit 3"]).code(3);
    stack.run(["restart"]).success();
    stack.run(["stop"]).success();
    stack.run(["start"]).success();
    stack.run(["down", "-v"]).success();
    assert!(stack.containers().is_empty() && stack.networks().is_empty() && stack.volumes().is_empty());
}
