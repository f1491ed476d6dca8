//! Several commands on one project at one time.

use std::collections::BTreeSet;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Daemon, Fault, Outcome, Proxy, Stack, daemon, skip};

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
    let about = |it: &Value| format!("{} {} {}", it["Id"], it["State"], it["Status"]);
    assert_eq!(names, wanted, "{:?}", containers.iter().map(about).collect::<Vec<_>>());
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
        let commands: Vec<_> =
            (0..count).map(|service| words(&["up", "-d", &format!("s{service}")])).collect();
        let failed = at_once(&stack, &commands);
        assert!(failed.is_empty(), "round {round}: {failed:#?}");
        is_whole(&stack, count);
    }
}

/// An engine that makes a second network of one name when two ask at once.
fn daemon_of_twins() -> Option<&'static Daemon> {
    let daemon = daemon()?;
    if daemon.version >= (1, 44) {
        skip("the engine makes no second network of one name");
        return None;
    }
    Some(daemon)
}

/// The only network of the project, once it is there.
fn network_of(stack: &Stack) -> Value {
    let give_up = Instant::now() + Duration::from_secs(60);
    loop {
        if let [network] = stack.networks().as_slice() {
            return network.clone();
        }
        assert!(Instant::now() < give_up, "no network came");
        sleep(Duration::from_millis(20));
    }
}

/// Makes another one just like it, and gives its id.
fn twin_of(stack: &Stack, network: &Value) -> Value {
    let body = json!({ "Name": network["Name"], "Labels": network["Labels"], "CheckDuplicate": false });
    let made = stack.api().post("/networks/create", &body);
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["Id"].clone()
}

/// The engine, which lets a command that made a network wait before it looks for others of the name.
fn late_look(daemon: &'static Daemon) -> Proxy {
    let proxy = Proxy::before(daemon);
    proxy.disturb(Fault::on("GET", "/networks").nth(2).delay(Duration::from_secs(3)));
    proxy
}

#[test]
fn of_two_networks_of_one_name_the_one_in_use_stays() {
    let Some(daemon) = daemon_of_twins() else { return };
    let stack = Stack::of(daemon, "twins", &stack_of(2));
    stack.run(["up", "-d", "s0"]).success();
    let (before, network) = (stack.inspect("s0"), network_of(&stack));
    twin_of(&stack, &network);
    twin_of(&stack, &network);
    stack.run(["up", "-d"]).success();
    is_whole(&stack, 2);
    assert_eq!(network_of(&stack)["Id"], network["Id"]);
    assert_eq!(stack.inspect("s0")["State"]["StartedAt"], before["State"]["StartedAt"]);
}

#[test]
fn a_network_gives_way_to_a_younger_one_that_somebody_keeps() {
    let Some(daemon) = daemon_of_twins() else { return };
    let stack = Stack::of(daemon, "younger", &stack_of(1));
    let proxy = late_look(daemon);
    let up = stack.command(["up", "-d"]).host(&proxy.host()).start();
    let twin = twin_of(&stack, &network_of(&stack));
    assert_eq!(up.finish().exit, Some(0));
    is_whole(&stack, 1);
    assert_eq!(network_of(&stack)["Id"], twin);
}

#[test]
fn a_network_stays_if_the_younger_one_goes() {
    let Some(daemon) = daemon_of_twins() else { return };
    let stack = Stack::of(daemon, "older", &stack_of(1));
    let proxy = late_look(daemon);
    let up = stack.command(["up", "-d"]).host(&proxy.host()).start();
    let network = network_of(&stack);
    let twin = twin_of(&stack, &network);
    let looks = || proxy.calls().iter().filter(|call| call.is("GET", "/networks")).count();
    while looks() < 3 {
        sleep(Duration::from_millis(20));
    }
    let path = format!("/networks/{}", twin.as_str().expect("an id is text"));
    assert_eq!(stack.api().delete(&path).status, 204);
    assert_eq!(up.finish().exit, Some(0));
    is_whole(&stack, 1);
    assert_eq!(network_of(&stack)["Id"], network["Id"]);
}

#[test]
fn many_recreations_at_once_end_with_one_container_each() {
    let Some(daemon) = daemon() else { return };
    for round in 0..number(ROUNDS, 1) {
        let stack = Stack::of(daemon, "anew", &stack_of(2));
        stack.run(["up", "-d"]).success();
        let compose =
            stack_of(2).replace("IMAGE", Stack::IMAGE).replace("init: true", "init: true, hostname: other");
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

#[test]
fn a_recreation_that_is_cut_off_at_any_call_is_finished_by_the_next_up() {
    let Some(daemon) = daemon() else { return };
    let compose = |turn: usize| {
        format!(
            "services:\n  a: {{image: IMAGE, command: sleep 600, init: true, hostname: h{turn}, volumes: [/kept], stop_grace_period: 0s}}\n"
        )
        .replace("IMAGE", Stack::IMAGE)
    };
    let stack = Stack::of(daemon, "cut", &compose(0));
    stack.run(["up", "-d"]).success();
    let volume = stack.inspect("a")["Mounts"][0]["Name"].clone();
    let calls = [
        ("POST", "/containers/create"),
        ("POST", "/containers/*/stop"),
        ("DELETE", "/containers/*"),
        ("POST", "/containers/*/rename"),
        ("POST", "/containers/*/start"),
    ];
    let faults = calls
        .iter()
        .flat_map(|(method, path)| [Fault::on(method, path), Fault::on(method, path).lose_the_answer()]);
    for (turn, fault) in faults.enumerate() {
        let told = format!("{fault:?}");
        stack.write("compose.yaml", &compose(turn + 1));
        let proxy = Proxy::before(daemon);
        proxy.disturb(fault);
        let _ = stack.command(["up", "-d"]).host(&proxy.host()).run();
        stack.run(["up", "-d"]).success();
        let a = stack.inspect("a");
        assert_eq!(a["Config"]["Hostname"], format!("h{}", turn + 1), "{told}");
        assert_eq!((stack.containers().len(), &a["State"]["Status"]), (1, &"running".into()), "{told}");
        assert_eq!(a["Mounts"][0]["Name"], volume, "{told}");
    }
}

#[test]
fn names_of_containers_move_between_services_in_one_go() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "moved");
    let compose = |one: &str, other: &str| {
        let service = |key: &str, name: &str| {
            let name = if name.is_empty() {
                String::new()
            } else {
                format!(", container_name: {}-{name}", stack.project())
            };
            format!(
                "  {key}: {{image: {}, command: sleep 600, init: true, stop_grace_period: 0s{name}}}\n",
                Stack::IMAGE
            )
        };
        format!("services:\n{}{}", service("one", one), service("other", other))
    };
    let owners = || -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let of = |it: &Value| {
            let name = text(&it["Names"][0]).replace(&format!("/{}-", stack.project()), "");
            (text(&it["Labels"]["com.docker.compose.service"]), name)
        };
        let mut all: Vec<_> = stack.containers().iter().map(of).collect();
        all.sort();
        all
    };
    for (one, other, names) in [
        ("x", "", ["x", "other-1"]),
        ("", "x", ["one-1", "x"]),
        ("y", "x", ["y", "x"]),
        ("x", "y", ["x", "y"]),
    ] {
        stack.write("compose.yaml", &compose(one, other));
        stack.run(["up", "-d"]).success();
        let wanted = [("one".to_owned(), names[0].to_owned()), ("other".to_owned(), names[1].to_owned())];
        assert_eq!(owners(), wanted);
        assert!(stack.containers().iter().all(|it| it["State"] == "running"));
    }
}
