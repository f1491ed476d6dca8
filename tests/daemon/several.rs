//! Several commands on one project at one time.

use std::collections::BTreeSet;
use std::thread::scope;

use rustix::process::Signal;

use crate::support::{Outcome, Stack, daemon};

/// How often; a run by hand says 20.
const ROUNDS: &str = "RCOMPOSE_SEVERAL_ROUNDS";
/// How many commands at once; a run by hand says 20.
const COMMANDS: &str = "RCOMPOSE_SEVERAL_COMMANDS";

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// So many services, each with a volume, all in one network.
fn stack_of(count: usize) -> String {
    let service = |number: usize| {
        format!(
            "  s{number}: {{image: IMAGE, command: sleep 600, init: true, stop_grace_period: 0s, volumes: ['data:/data']}}\n"
        )
    };
    let services: String = (0..count).map(service).collect();
    format!("services:\n{services}volumes: {{data: }}\n")
}

/// Runs the commands at once, and gives those that failed.
fn at_once(stack: &Stack, commands: &[Vec<String>]) -> Vec<Outcome> {
    scope(|tasks| {
        let running: Vec<_> =
            commands.iter().map(|words| tasks.spawn(move || stack.command([]).args(words).run())).collect();
        let ended = running.into_iter().map(|task| task.join().expect("no command panics here"));
        ended.filter(|outcome| outcome.exit != Some(0)).collect()
    })
}

/// One network, one volume, and of each service one running container, by its proper name.
fn is_whole(stack: &Stack, services: usize) {
    let containers = stack.containers();
    let names: BTreeSet<String> = containers.iter().map(|it| it["Names"][0].to_string()).collect();
    let wanted: BTreeSet<String> =
        (0..services).map(|number| format!("\"/{}-s{number}-1\"", stack.project())).collect();
    assert_eq!(names, wanted);
    assert_eq!(containers.len(), services, "{names:?}");
    assert!(containers.iter().all(|it| it["State"] == "running"), "{containers:?}");
    assert_eq!((stack.networks().len(), stack.volumes().len()), (1, 1));
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn many_ups_of_one_project_at_once_make_each_thing_once() {
    let Some(daemon) = daemon() else { return };
    for round in 0..number(ROUNDS, 1) {
        let stack = Stack::of(daemon, "same", &stack_of(3));
        let commands = vec![words(&["up", "-d"]); number(COMMANDS, 6)];
        let failed = at_once(&stack, &commands);
        assert!(failed.is_empty(), "round {round}: {failed:#?}");
        is_whole(&stack, 3);
    }
}

#[test]
fn many_ups_of_different_services_at_once_make_one_network() {
    let Some(daemon) = daemon() else { return };
    let count = number(COMMANDS, 6);
    for round in 0..number(ROUNDS, 1) {
        let stack = Stack::of(daemon, "apart", &stack_of(count));
        let commands: Vec<_> = (0..count).map(|service| words(&["up", "-d", &format!("s{service}")])).collect();
        let failed = at_once(&stack, &commands);
        assert!(failed.is_empty(), "round {round}: {failed:#?}");
        is_whole(&stack, count);
    }
}

#[test]
fn many_recreations_at_once_end_with_one_container_each() {
    let Some(daemon) = daemon() else { return };
    for round in 0..number(ROUNDS, 1) {
        let stack = Stack::of(daemon, "anew", &stack_of(2));
        stack.run(["up", "-d"]).success();
        let compose = stack_of(2).replace("IMAGE", Stack::IMAGE).replace("init: true", "init: true, hostname: other");
        stack.write("compose.yaml", &compose);
        let failed = at_once(&stack, &vec![words(&["up", "-d"]); number(COMMANDS, 6).min(10)]);
        assert!(failed.is_empty(), "round {round}: {failed:#?}");
        is_whole(&stack, 2);
    }
}

#[test]
fn many_downs_at_once_succeed_and_leave_nothing() {
    let Some(daemon) = daemon() else { return };
    for round in 0..number(ROUNDS, 1) {
        let stack = Stack::of(daemon, "downs", &stack_of(3));
        stack.run(["up", "-d"]).success();
        let failed = at_once(&stack, &vec![words(&["down", "-v"]); number(COMMANDS, 6)]);
        assert!(failed.is_empty(), "round {round}: {failed:#?}");
        assert!(stack.containers().is_empty() && stack.networks().is_empty() && stack.volumes().is_empty());
    }
}

#[test]
fn a_killed_command_holds_nobody_up() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "killed", &stack_of(3));
    let mut first = stack.command(["up", "-d"]).start();
    first.wait_for("Creating");
    first.signal(Signal::KILL);
    assert_eq!(first.finish().exit, None);
    stack.run(["up", "-d"]).success();
    is_whole(&stack, 3);
}
