//! A daemon that fails in the middle: a clear end, and a next `up` that goes on.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Daemon, Fault, Outcome, Proxy, Stack, daemon};

const TWO: &str = r"
services:
  a: {image: IMAGE, command: sleep 600, init: true, volumes: [data:/data]}
  b: {image: IMAGE, command: sleep 600, init: true, depends_on: [a]}
volumes: {data: }
";

fn disturbed(name: &str, fault: Fault, words: &[&str]) {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, name, TWO);
    let proxy = Proxy::before(daemon);
    proxy.disturb(fault);
    let broken = stack.command(["up", "-d"]).host(&proxy.host()).run().code(1);
    for word in words {
        assert!(broken.err.contains(word), "`{word}` is missing: {}", broken.err);
    }
    stack.run(["up", "-d"]).success();
    let running = stack.containers().iter().filter(|one| one["State"] == "running").count();
    assert_eq!((running, stack.containers().len(), stack.volumes().len()), (2, 2, 1));
}

#[test]
fn a_refused_create_is_told_with_its_container_and_the_daemons_words() {
    let fault = Fault::on("POST", "/containers/create").nth(2).answer(500, "the disk is full");
    disturbed("create", fault, &["PROJECT-b-1", "the disk is full"]);
}

#[test]
fn a_create_whose_answer_was_lost_is_found_by_the_next_up() {
    disturbed("lost", Fault::on("POST", "/containers/create").lose_the_answer(), &["PROJECT-a-1"]);
}

#[test]
fn a_start_that_is_cut_off_is_done_by_the_next_up() {
    disturbed("start", Fault::on("POST", "/containers/*/start"), &["PROJECT-a-1"]);
}

#[test]
fn a_network_that_cannot_be_made_is_named() {
    let fault = Fault::on("POST", "/networks/create").answer(403, "no address left");
    disturbed("network", fault, &["PROJECT_default", "no address left"]);
}

#[test]
fn a_list_that_is_cut_off_is_an_error_and_no_empty_project() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "cut", TWO);
    stack.run(["up", "-d"]).success();
    let before = stack.identities();
    let proxy = Proxy::before(daemon);
    proxy.disturb(Fault::on("GET", "/containers/json").truncate(700));
    stack.command(["up", "-d"]).host(&proxy.host()).run().code(1);
    assert_eq!(stack.identities(), before);
}

#[test]
fn a_slow_answer_is_waited_for() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "slow", TWO);
    let proxy = Proxy::before(daemon);
    proxy.disturb(Fault::on("POST", "/containers/create").delay(Duration::from_secs(2)));
    stack.command(["up", "-d"]).host(&proxy.host()).run().success();
    assert_eq!(stack.containers().len(), 2);
}

/// `a` ends when it is killed, `b` waits for a health that never comes.
const STUBBORN: &str = r#"
services:
  a:
    image: IMAGE
    command: [sh, -c, "trap : TERM; while :; do sleep 0.1; done"]
    stop_grace_period: 3s
    healthcheck: {test: [CMD, "false"], interval: 1s, retries: 1000}
  b: {image: IMAGE, command: sleep 600, init: true, depends_on: {a: {condition: service_healthy}}}
"#;

/// Runs a command, and has the daemon go away once it has been asked for something.
fn bereft(stack: &Stack, daemon: &Daemon, words: &[&str], asked: (&str, &str)) -> Outcome {
    let proxy = Proxy::before(daemon);
    let running = stack.command([]).args(words).host(&proxy.host()).start();
    let begun = Instant::now();
    while !proxy.calls().iter().any(|call| call.is(asked.0, asked.1)) {
        assert!(begun.elapsed() < Duration::from_secs(60), "{words:?}: {asked:?} was never asked");
        sleep(Duration::from_millis(10));
    }
    // Once it waits for something.
    sleep(Duration::from_millis(300));
    proxy.die();
    running.finish()
}

#[test]
fn an_engine_that_is_killed_under_any_verb_is_told_and_the_next_one_goes_on() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "killed-engine", STUBBORN);
    let told = |words: &[&str], asked: (&str, &str)| {
        bereft(&stack, daemon, words, asked).code(1).complains(["engine", "help:"]);
    };
    told(&["up", "-d"], ("POST", "/containers/*/start"));
    told(&["up"], ("POST", "/containers/*/attach"));
    stack.run(["up", "-d", "a"]).success();
    told(&["wait", "a"], ("POST", "/containers/*/wait"));
    told(&["logs", "-f", "a"], ("GET", "/containers/*/logs"));
    told(&["stop"], ("POST", "/containers/*/stop"));
    told(&["down"], ("POST", "/containers/*/stop"));
    stack.run(["down", "-t", "0"]).success();
    assert!(stack.containers().is_empty() && stack.networks().is_empty());
}

#[test]
fn what_an_engine_lists_though_it_is_gone_is_nobodys_concern() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "ghost", TWO);
    let (proxy, id) = (Proxy::before(daemon), "0".repeat(64));
    let ghost = json!([{
        "Id": id, "Names": null, "Image": Stack::IMAGE, "State": "removing", "Status": "Removal In Progress",
        "Labels": {
            "com.docker.compose.project": stack.project(), "com.docker.compose.service": "a",
            "com.docker.compose.container-number": "1", "com.docker.compose.oneoff": "False",
        },
    }]);
    let run = |words: &[&str]| {
        proxy.disturb(Fault::on("GET", "/containers/json").answer_with(200, &ghost.to_string()));
        stack.command([]).args(words).host(&proxy.host()).run().success().never_says("being removed")
    };
    run(&["ps", "-aq"]).stdout("");
    run(&["logs"]).stdout("");
    run(&["up", "-d"]).never_says("Recreate");
    for words in [&["stop"][..], &["rm", "-f"], &["down"]] {
        run(words).never_says("Container");
    }
    assert!(proxy.calls().iter().all(|call| !call.path.contains(&id)), "it was asked for");
    stack.run(["down"]).success();
}
