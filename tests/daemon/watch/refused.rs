//! Bad input, and watches that get into each other's way.

use super::scene::{Scene, start};
use crate::support::{Stack, daemon};

const ONE: &str = "services:\n  a:\n    image: IMAGE\n    command: sleep 600\n    init: true\n    develop: {watch: [{path: src, target: /app, action: sync}]}\n";

fn told(name: &str, compose: &str, words: [&str; 1]) -> Option<String> {
    let stack = Stack::of(daemon()?, name, compose);
    Some(stack.run(words).code(1).err)
}

#[test]
fn a_project_without_rules_is_told_what_a_rule_is() {
    let Some(told) = told("none", "services: {a: {image: IMAGE}}\n", ["watch"]) else { return };
    assert!(
        told.contains(
            "none of the selected services is configured for watch, consider setting a 'develop' section"
        ),
        "{told}"
    );
    assert!(told.contains("help:"), "{told}");
}

#[test]
fn a_rebuild_without_a_build_is_refused_at_its_line() {
    let compose = ONE.replace("target: /app, action: sync", "action: rebuild");
    let Some(told) = told("no-build", &compose, ["watch"]) else { return };
    assert!(told.contains("can't watch service \"a\" with action rebuild without a build context"), "{told}");
    assert!(told.contains("compose.yaml:6"), "{told}");
}

#[test]
fn a_target_that_is_missing_is_a_fault_of_the_file() {
    let Some(told) = told("no-target", &ONE.replace("target: /app, ", ""), ["watch"]) else { return };
    assert!(told.contains("target"), "{told}");
}

#[test]
fn a_command_that_is_missing_is_refused() {
    let Some(told) = told("no-command", &ONE.replace("action: sync", "action: sync+exec"), ["watch"]) else {
        return;
    };
    assert!(told.contains("no command to run"), "{told}");
}

#[test]
fn a_pattern_that_makes_no_sense_is_refused() {
    let compose = ONE.replace("action: sync", "action: sync, ignore: ['[a']");
    let Some(told) = told("pattern", &compose, ["watch"]) else { return };
    assert!(told.contains("malformed"), "{told}");
}

#[test]
fn an_unknown_service_is_refused() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "unknown", ONE);
    stack.run(["watch", "b"]).code(1).complains(["no such service: b"]);
}

#[test]
fn a_second_watch_names_the_first_and_a_killed_one_leaves_no_lock() {
    let Some(scene) = Scene::of("lock", ONE, &[("src/f", "")]) else { return };
    let second = scene.stack.run(["watch", "--no-up"]).code(1);
    let second = second.complains(["cannot take exclusive lock for project", "is still running"]);
    assert!(second.err.contains("watch"), "{}", second.err);
    scene.watch.signal(rustix::process::Signal::KILL);
    let Scene { stack, watch, .. } = scene;
    assert_eq!(watch.finish().exit, None);
    drop(start(&stack, &["watch", "--no-up"]));
}

#[test]
fn targets_that_cannot_be_written_are_told_at_the_start() {
    let service = |name: &str, extra: &str| {
        format!(
            "  {name}:\n    image: IMAGE\n    command: sleep 600\n    init: true\n{extra}    develop: {{watch: [{{path: src, target: /app/x, action: sync}}]}}\n"
        )
    };
    let compose = format!(
        "services:\n{}{}{}{}volumes: {{data: }}\n",
        service("frozen", "    read_only: true\n"),
        service("mounted", "    volumes: ['data:/app:ro']\n"),
        service("memory", "    tmpfs: /app\n"),
        service("bound", "    volumes: ['./src:/app/x']\n"),
    );
    let Some(mut scene) = Scene::of("targets", &compose, &[("src/f", "")]) else { return };
    for words in [
        "cannot be written, as the service is `read_only`",
        "lies in a mount that is read-only",
        "lies in a tmpfs",
        "also declared by a bind mount volume, this path won't be monitored!",
    ] {
        scene.hears(words);
    }
}

#[test]
fn a_relative_target_is_taken_from_the_root_with_a_word() {
    let Some(mut scene) = Scene::of("relative", &ONE.replace("/app", "app"), &[("src/f", "")]) else {
        return;
    };
    scene.hears("taken as `/app`");
    scene.save("src/f", "one");
    scene.arrives("a", "/app/f", "one");
}

#[test]
fn no_build_and_watch_contradict_each_other() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "contradiction", ONE);
    stack.run(["up", "--watch", "--no-build"]).code(1).complains(["--no-build and --watch are incompatible"]);
    stack.run(["up", "--watch", "-d"]).code(1).complains(["--detach cannot be combined with", "or --watch"]);
}
