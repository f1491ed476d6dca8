//! Rebuilds, restarts and commands.

use rustix::process::Signal;

use super::scene::{Scene, events, start};
use crate::support::{Fault, Proxy, Stack, daemon, skip};

const BUILT: &str = "services:\n  a:\n    build: .\n    command: sleep 600\n    init: true\n    develop: {watch: [{path: src, action: rebuild}]}\n";
const DOCKERFILE: &str = "FROM rcompose-test-busybox:1\nCOPY src /app\n";

fn built(name: &str) -> Option<Scene> {
    Scene::of(name, BUILT, &[("Dockerfile", DOCKERFILE), ("src/f", "one")])
}

#[test]
fn a_rebuild_makes_image_and_container_anew_and_removes_the_old_image() {
    let Some(mut scene) = built("rebuild") else { return };
    let before = scene.stack.inspect("a");
    scene.save("src/f", "two");
    scene.arrives("a", "/app/f", "two");
    let Some(daemon) = daemon() else { return };
    let old = before["Image"].as_str().expect("an image").to_owned();
    scene.eventually("the old image to go", || {
        let answer = daemon.api.request("GET", &format!("/images/{old}/json"), ("", b"")).expect("an answer");
        (answer.status == 404).then_some(())
    });
    assert_ne!(scene.stack.inspect("a")["Id"], before["Id"]);
    scene.hears("\"reacted\"");
    let reacted = scene.events("reacted");
    assert_eq!((&reacted[0]["action"], &reacted[0]["success"]), (&"rebuild".into(), &true.into()));
}

#[test]
fn the_old_image_stays_where_it_is_asked_to() {
    let files = [("Dockerfile", DOCKERFILE), ("src/f", "one")];
    let Some(mut scene) = Scene::with("keep", BUILT, &files, &["watch", "--prune=false"]) else { return };
    let Some(daemon) = daemon() else { return };
    if daemon.has_containerd_store() {
        return skip("this engine itself drops images that lose their names");
    }
    let old = scene.stack.inspect("a")["Image"].as_str().expect("an image").to_owned();
    scene.save("src/f", "two");
    scene.hears("\"reacted\"");
    let path = format!("/images/{old}");
    assert_eq!(daemon.api.get(&format!("{path}/json"))["Id"], old.as_str());
    assert_eq!(daemon.api.delete(&format!("{path}?force=1")).status, 200);
}

#[test]
fn an_interrupt_ends_a_rebuild_with_the_watch_and_is_no_failure_of_it() {
    let dockerfile = "FROM rcompose-test-busybox:1\nCOPY src /app\nRUN test ! -e /app/slow || sleep 50\n";
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "interrupted", BUILT);
    stack.write("Dockerfile", dockerfile);
    stack.write("src/f", "one");
    let mut watch = stack.command(["watch"]).start();
    watch.wait_for("Watch enabled");
    let before = stack.identities();
    stack.write("src/slow", "");
    watch.wait_for("sleep 50");
    watch.signal(Signal::INT);
    let end = watch.finish();
    assert_eq!((end.exit, stack.identities()), (Some(130), before));
    end.says(["Watch disabled"])
        .never_says("not rebuilt")
        .never_says("left as they were")
        .never_says("error");
}

#[test]
fn a_burst_is_one_rebuild() {
    let Some(mut scene) = built("burst") else { return };
    for number in 0..40 {
        scene.save(&format!("src/f{number}"), "x");
    }
    scene.hears("\"reacted\"");
    let (_stack, end) = scene.end();
    assert_eq!(events(&end, "reacted").len(), 1);
    let builds = events(&end, "started").into_iter().filter(|event| event["operation"] == "build");
    assert_eq!(builds.count(), 1);
}

#[test]
fn a_newer_change_ends_a_build_that_is_superseded() {
    let dockerfile = "FROM rcompose-test-busybox:1\nCOPY src /app\nRUN test ! -e /app/slow || sleep 50\n";
    let Some(mut scene) = Scene::of("superseded", BUILT, &[("Dockerfile", dockerfile), ("src/f", "one")])
    else {
        return;
    };
    scene.save("src/slow", "");
    scene.hears("sleep 50");
    scene.remove("src/slow");
    scene.save("src/f", "two");
    scene.arrives("a", "/app/f", "two");
    scene.hears("\"reacted\"");
    assert_eq!(scene.events("reacted").len(), 1);
}

#[test]
fn a_rebuild_that_fails_shows_the_line_and_leaves_the_old_container_running() {
    let dockerfile = "FROM rcompose-test-busybox:1\nCOPY src /app\nRUN test ! -e /app/bad || { echo the compiler says no; exit 7; }\n";
    let Some(mut scene) = Scene::of("failing", BUILT, &[("Dockerfile", dockerfile), ("src/f", "one")]) else {
        return;
    };
    let before = scene.stack.inspect("a");
    scene.save("src/bad", "");
    scene.hears("are left as they were");
    let after = scene.stack.inspect("a");
    assert_eq!((&after["Id"], &after["State"]["Running"]), (&before["Id"], &true.into()));
    scene.remove("src/bad");
    scene.save("src/f", "mended");
    scene.arrives("a", "/app/f", "mended");
    scene.hears("\"action\":\"rebuild\",\"success\":true");
    let (_stack, end) = scene.end();
    let end = end.complains(["the compiler says no", "RUN test"]);
    let reacted: Vec<_> = events(&end, "reacted").iter().map(|event| event["success"] == true).collect();
    assert_eq!(reacted, [false, true]);
}

#[test]
fn what_was_copied_is_in_the_container_that_a_rebuild_makes() {
    let compose = BUILT.replace(
        "{path: src, action: rebuild}",
        "{path: src, action: rebuild}, {path: web, target: /web, action: sync}",
    );
    let files = [("Dockerfile", DOCKERFILE), ("src/f", "one"), ("web/x", "0")];
    let Some(scene) = Scene::of("replay", &compose, &files) else { return };
    scene.save("web/x", "copied");
    scene.arrives("a", "/web/x", "copied");
    scene.save("src/f", "two");
    scene.arrives("a", "/app/f", "two");
    scene.arrives("a", "/web/x", "copied");
}

#[test]
fn dependants_that_ask_for_it_follow_a_rebuild() {
    let compose = format!(
        "{BUILT}  b: {{image: IMAGE, command: sleep 600, init: true, depends_on: {{a: {{condition: service_started, restart: true}}}}}}\n  c: {{image: IMAGE, command: sleep 600, init: true, depends_on: [a]}}\n"
    );
    let files = [("Dockerfile", DOCKERFILE), ("src/f", "one")];
    let Some(mut scene) = Scene::of("dependants", &compose, &files) else { return };
    let started = |scene: &Scene, service: &str| scene.stack.inspect(service)["State"]["StartedAt"].clone();
    let (b, c) = (started(&scene, "b"), started(&scene, "c"));
    scene.save("src/f", "two");
    scene.hears("\"reacted\"");
    assert_ne!(started(&scene, "b"), b);
    assert_eq!(started(&scene, "c"), c);
    assert_eq!(scene.stack.inspect("b")["State"]["Running"], true);
}

#[test]
fn a_rebuild_that_gives_the_same_image_leaves_the_container_alone() {
    let compose = BUILT.replace("path: src", "path: other");
    let files = [
        ("Dockerfile", DOCKERFILE),
        ("src/f", "one"),
        ("other/x", ""),
        (".dockerignore", "other\n!other/x\n"),
    ];
    let Some(mut scene) = Scene::of("same-image", &compose, &files) else { return };
    let before = scene.stack.identities();
    scene.save("other/x", "not in the image");
    scene.hears("\"reacted\"");
    assert_eq!(scene.stack.identities(), before);
}

const PLAIN: &str = "services:\n  a:\n    image: IMAGE\n    command: sleep 600\n    init: true\n    stop_grace_period: 0s\n    develop: {watch: [RULE]}\n";

fn plain(name: &str, rule: &str) -> Option<Scene> {
    Scene::of(name, &PLAIN.replace("RULE", rule), &[("src/f", "one")])
}

#[test]
fn restart_restarts_the_container_and_copies_nothing() {
    let Some(mut scene) = plain("restart", "{path: src, action: restart}") else { return };
    let before = scene.stack.inspect("a");
    scene.save("src/f", "two");
    scene.hears("\"reacted\"");
    let after = scene.stack.inspect("a");
    assert_eq!(after["Id"], before["Id"]);
    assert_ne!(after["State"]["StartedAt"], before["State"]["StartedAt"]);
}

#[test]
fn sync_and_restart_copies_first() {
    let rule = "{path: src, target: /app, action: sync+restart}";
    let compose = PLAIN
        .replace("RULE", rule)
        .replace("command: sleep 600", "command: [sh, -c, 'cat /app/f >/seen; exec sleep 600']");
    let Some(scene) = Scene::of("sync-restart", &compose, &[("src/f", "one")]) else { return };
    scene.save("src/f", "two");
    scene.arrives("a", "/seen", "two");
}

#[test]
fn sync_and_exec_runs_its_command_as_it_is_told_to() {
    let rule = "{path: src, target: /app, action: sync+exec, exec: {command: [sh, -c, 'echo $$(cat /app/f) $$WHO $$(pwd) $$(id -u) >/tmp/out'], user: '4711', working_dir: /var, environment: [WHO=me]}}";
    let Some(scene) = plain("sync-exec", rule) else { return };
    scene.save("src/f", "two");
    scene.arrives("a", "/tmp/out", "two me /var 4711\n");
}

#[test]
fn a_command_that_fails_is_told_and_the_watch_goes_on() {
    let rule =
        "{path: src, target: /app, action: sync+exec, exec: {command: [sh, -c, 'echo it broke; exit 3']}}";
    let Some(mut scene) = plain("exec-fails", rule) else { return };
    scene.save("src/f", "two");
    scene.hears("exited with code 3");
    scene.hears("it broke");
    scene.save("src/f", "three");
    scene.arrives("a", "/app/f", "three");
}

#[test]
fn up_watch_shows_logs_and_survives_a_rebuild_of_its_only_container() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "up-watch",
        &BUILT.replace(
            "command: sleep 600",
            "command: [sh, -c, 'echo content $$(cat /app/f); exec sleep 600']",
        ),
    );
    stack.write("Dockerfile", DOCKERFILE);
    stack.write("src/f", "one");
    let mut watch = start(&stack, &["up", "--watch"]);
    watch.wait_for("content one");
    stack.write("src/f", "two");
    watch.wait_for("content two");
    watch.signal(Signal::INT);
    let end = watch.finish();
    assert_eq!(end.exit, Some(130), "{}\n{}", end.out, end.err);
}

#[test]
fn the_exit_code_of_a_command_is_asked_for_until_the_engine_knows_it() {
    let Some(daemon) = daemon() else { return };
    let proxy = Proxy::before(daemon);
    for _ in 0..2 {
        let unknown = r#"{"Running": true, "ExitCode": null}"#;
        proxy.disturb(Fault::on("GET", "/exec/*/json").answer_with(200, unknown));
    }
    let compose = "services:\n  a:\n    image: IMAGE\n    command: sleep 600\n    init: true\n    develop:\n      watch:\n      - {path: src, target: /app, action: sync+exec, exec: {command: [sh, -c, 'exit 3']}}\n";
    let words = ["-H", &proxy.host(), "watch"];
    let Some(mut scene) = Scene::with("exec-late", compose, &[("src/f", "one")], &words) else { return };
    scene.save("src/f", "two");
    scene.hears("exited with code 3");
}
