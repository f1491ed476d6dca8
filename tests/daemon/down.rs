//! `down`: what goes and what stays.

use std::time::Instant;

use crate::support::{Fault, Proxy, Stack, daemon};

const TWO: &str = r"
services:
  a: {image: IMAGE, command: sleep 600, init: true, volumes: [data:/data]}
  b: {image: IMAGE, command: sleep 600, init: true, depends_on: [a]}
volumes:
  data:
";

#[test]
fn containers_and_networks_go_and_volumes_stay() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "down", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["down"]).success().stdout("");
    assert!(stack.containers().is_empty() && stack.networks().is_empty());
    assert_eq!(stack.volumes().len(), 1);
}

#[test]
fn volumes_go_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "volumes", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["down", "-v"]).success();
    assert!(stack.containers().is_empty() && stack.networks().is_empty() && stack.volumes().is_empty());
}

#[test]
fn what_a_volume_holds_is_there_after_down_and_up() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "kept", TWO);
    stack.run(["up", "-d"]).success();
    assert_eq!(stack.exec("a", &["touch", "/data/mark"]), 0);
    stack.run(["down"]).success();
    stack.run(["up", "-d"]).success();
    assert_eq!(stack.exec("a", &["test", "-e", "/data/mark"]), 0);
    stack.run(["down", "-v"]).success();
    stack.run(["up", "-d"]).success();
    assert_eq!(stack.exec("a", &["test", "-e", "/data/mark"]), 1);
}

#[test]
fn a_second_down_finds_nothing_and_succeeds() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "again", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["down"]).success();
    stack.run(["down"]).success();
}

#[test]
fn orphans_stay_until_they_are_asked_for() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "orphans", TWO);
    stack.run(["up", "-d"]).success();
    let one = format!(
        "services:\n  a: {{image: {}, command: sleep 600, init: true, volumes: [data:/data]}}\nvolumes: {{data: }}\n",
        Stack::IMAGE
    );
    stack.write("compose.yaml", &one);
    stack.run(["up", "-d"]).success().complains(["orphan", "PROJECT-b-1", "--remove-orphans"]);
    assert_eq!(stack.containers().len(), 2);
    stack.run(["down", "--remove-orphans"]).success();
    assert!(stack.containers().is_empty() && stack.networks().is_empty());
}

#[test]
fn a_grace_time_is_kept_and_can_be_shortened() {
    let Some(daemon) = daemon() else { return };
    let deaf = "services:\n  deaf: {image: IMAGE, command: \"sh -c \\\"trap '' TERM; while :; do sleep 1; done\\\"\"}\n";
    let stack = Stack::of(daemon, "grace", deaf);
    stack.run(["up", "-d"]).success();
    let start = Instant::now();
    stack.run(["down", "-t", "1"]).success();
    // The peer's default is ten seconds.
    assert!(start.elapsed().as_secs() < 8, "{:?}", start.elapsed());
    assert!(stack.containers().is_empty());
}

#[test]
fn a_dependant_stops_before_what_it_depends_on() {
    let Some(daemon) = daemon() else { return };
    // Each writes the moment it ends into a volume that outlives both.
    let service = |name: &str, more: &str| {
        format!(
            "  {name}:\n    image: {}\n    volumes: [log:/log]\n    command: [sh, -c, \"trap 'echo {name} >>/log/ends; exit' TERM; while :; do sleep 0.1; done\"]\n{more}",
            Stack::IMAGE
        )
    };
    let compose = format!(
        "services:\n{}{}volumes:\n  log:\n",
        service("base", ""),
        service("top", "    depends_on: [base]\n")
    );
    let stack = Stack::of(daemon, "order", &compose);
    stack.run(["up", "-d"]).success();
    stack.run(["down"]).success();
    let read = format!(
        "services:\n  read: {{image: {}, command: cat /log/ends, volumes: [log:/log]}}\nvolumes: {{log: }}\n",
        Stack::IMAGE
    );
    stack.write("compose.yaml", &read);
    stack.run(["up", "-d"]).success();
    daemon.api.post(&format!("/containers/{}-read-1/wait", stack.project()), &serde_json::Value::Null);
    stack.run(["logs", "--no-log-prefix"]).success().stdout("top\nbase\n");
}

#[test]
fn only_the_named_service_goes_and_what_others_use_stays() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "some", TWO);
    stack.run(["up", "-d"]).success();
    stack.run(["down", "-t", "0", "b"]).success().complains(["stays", "PROJECT-a-1"]);
    assert_eq!((stack.containers().len(), stack.networks().len(), stack.volumes().len()), (1, 1, 1));
    stack.run(["down", "nope"]).code(1).complains(["no such service: nope"]);
    stack.run(["down", "--rmi", "some"]).code(1).complains(["invalid value for --rmi"]);
}

#[test]
fn the_old_name_of_a_flag_still_works_with_a_word() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "oldname", TWO);
    stack.run(["create"]).success();
    stack.run(["down", "--volume"]).success().complains(["--volume is deprecated, please use --volumes"]);
    assert!(stack.volumes().is_empty());
}

#[test]
fn a_dry_run_takes_nothing_away() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "drydown", TWO);
    stack.run(["create"]).success();
    stack.run(["down", "-v", "--dry-run"]).success().says([
        "remove container PROJECT-a-1",
        "remove network PROJECT_default",
        "remove volume PROJECT_data",
    ]);
    assert_eq!((stack.containers().len(), stack.networks().len(), stack.volumes().len()), (2, 1, 1));
}

#[test]
fn images_go_as_far_as_they_are_asked_for() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "downrmi");
    let tag = |name: &str| {
        let repository = format!("{}-{name}", stack.project());
        let path = format!("/images/{}/tag?repo={repository}&tag=latest", Stack::IMAGE);
        daemon.api.request("POST", &path, ("", b"")).expect("the daemon answers");
        repository
    };
    // The name that an image gets that is built without one.
    let (named, _built) = (tag("own"), tag("built"));
    let exists = |name: &str| {
        let path = format!("/images/{}-{name}/json", stack.project());
        daemon.api.request("GET", &path, ("", b"")).is_ok_and(|answer| answer.status == 200)
    };
    stack.write(
        "compose.yaml",
        &format!("services: {{named: {{image: '{named}', command: sleep 600}}, built: {{build: ., command: sleep 600}}}}\n"),
    );
    stack.write("Dockerfile", &format!("FROM {}\n", Stack::IMAGE));
    stack.run(["create", "--no-build"]).success();
    stack.run(["down", "--rmi", "local"]).success();
    assert!(exists("own") && !exists("built"));
    stack.run(["create", "--no-build", "named"]).success();
    stack.run(["down", "--rmi", "all"]).success();
    assert!(!exists("own"));
}

#[test]
fn an_image_that_is_still_counted_as_used_is_removed_a_moment_later_and_one_that_is_used_stays() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "downused");
    let name = format!("{}-own", stack.project());
    let path = format!("/images/{}/tag?repo={name}&tag=latest", Stack::IMAGE);
    daemon.api.request("POST", &path, ("", b"")).expect("the daemon answers");
    let exists = || {
        let path = format!("/images/{name}/json");
        daemon.api.request("GET", &path, ("", b"")).is_ok_and(|answer| answer.status == 200)
    };
    stack.write("compose.yaml", &format!("services: {{web: {{image: '{name}', command: sleep 600}}}}\n"));
    let proxy = Proxy::before(daemon);
    let refused = |times: u32| {
        for _ in 0..times {
            let words = "conflict: unable to delete it (must be forced) - container 0123 is using its referenced image 4567";
            proxy.disturb(Fault::on("DELETE", "/images/*").answer(409, words));
        }
    };
    let down = || stack.command(["down", "--rmi", "all"]).host(&proxy.host()).run();
    refused(5);
    down().success().complains(["Resource is still in use"]);
    assert!(exists());
    refused(2);
    down().success().never_says("still in use");
    assert!(!exists());
}
