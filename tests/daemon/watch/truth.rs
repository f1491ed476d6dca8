//! What is told, and what goes wrong.

use rustix::process::Signal;

use super::scene::{Scene, events, find};
use crate::support::{Fault, Proxy, Stack, daemon, skip};

const ONE: &str = "services:\n  a:\n    image: IMAGE\n    command: sleep 600\n    init: true\n    develop: {watch: [{path: src, target: /app, action: sync}]}\n";

#[test]
fn a_batch_is_one_line_for_people() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "line", ONE);
    stack.write("src/f", "");
    let mut watch = stack.command(["watch"]).start();
    watch.wait_for("Watch enabled");
    stack.write("src/f", "hello");
    watch.wait_for("a-1: synced /app/f (5B) in ");
    watch.signal(Signal::INT);
    let end = watch.finish();
    assert_eq!(end.exit, Some(130));
    end.says(["Watch disabled"]);
}

#[test]
fn a_summary_comes_when_asked_for() {
    let Some(mut scene) = Scene::of("summary", ONE, &[("src/f", "")]) else { return };
    scene.save("src/f", "hello");
    scene.hears("\"synced\"");
    scene.watch.signal(Signal::USR1);
    scene.hears("1 batches, 1 files (5 bytes) copied");
}

#[test]
fn a_container_that_is_made_anew_is_brought_up_to_date() {
    let Some(scene) = Scene::of("anew", ONE, &[("src/f", "0"), ("src/g", "0")]) else { return };
    scene.save("src/f", "one");
    scene.remove("src/g");
    scene.arrives("a", "/app/f", "one");
    scene.stack.run(["up", "-d", "--force-recreate", "-t", "0"]).success();
    scene.arrives("a", "/app/f", "one");
    let caught = scene.events("synced").iter().any(|event| event["catching_up"] == true);
    assert!(caught);
}

#[test]
fn a_container_that_is_gone_is_no_end_and_the_next_one_gets_it_all() {
    let Some(daemon) = daemon() else { return };
    let Some(scene) = Scene::of("removed", ONE, &[("src/f", "0")]) else { return };
    daemon.api.delete(&format!("/containers/{}-a-1?force=1", scene.stack.project()));
    scene.save("src/f", "while there is none");
    scene.stack.run(["up", "-d"]).success();
    scene.arrives("a", "/app/f", "while there is none");
}

#[test]
fn a_replica_that_comes_later_gets_it_all() {
    let Some(daemon) = daemon() else { return };
    let Some(scene) = Scene::of("later", ONE, &[("src/f", "0")]) else { return };
    scene.save("src/f", "one");
    scene.arrives("a", "/app/f", "one");
    scene.stack.run(["up", "-d", "--scale", "a=2"]).success();
    let second = format!("{}-a-2", scene.stack.project());
    scene.eventually("the second", || find(daemon, &second, "/app/f").filter(|found| found.content == "one"));
}

#[test]
fn a_disk_that_is_full_is_named_and_tried_again() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "full", ONE);
    stack.write("src/f", "0");
    stack.run(["up", "-d"]).success();
    let proxy = Proxy::before(daemon);
    let full = "write /app/f: no space left on device";
    proxy.disturb(Fault::on("PUT", "/containers/*/archive").answer(500, full));
    let mut watch = stack.command(["--progress", "json", "watch", "--no-up"]).host(&proxy.host()).start();
    watch.wait_for("\"watching\"");
    stack.write("src/f", "one");
    watch.wait_for("docker system df");
    watch.wait_for("is up to date again");
    let name = format!("{}-a-1", stack.project());
    assert_eq!(find(daemon, &name, "/app/f").expect("it is there").content, "one");
}

/// A volume in memory that has room for nearly nothing.
#[test]
fn a_volume_that_is_really_full_is_named_and_brought_up_to_date_once_there_is_room() {
    let compose = "services:\n  a:\n    image: IMAGE\n    init: true\n    command: sleep 600\n    volumes: ['small:/app']\n    \
        develop: {watch: [{path: src, target: /app, action: sync}]}\n\
        volumes: {small: {driver_opts: {type: tmpfs, device: tmpfs, o: size=64k}}}\n";
    let Some(mut scene) =
        Scene::with("reallyfull", compose, &[("src/f", "0")], &["--progress", "json", "watch"])
    else {
        return;
    };
    scene.save("src/big", &"x".repeat(300_000));
    scene.watch.wait_for("no space left on device");
    scene.save("src/f", "one");
    scene.save("src/big", "small");
    scene.arrives("a", "/app/big", "small");
    scene.arrives("a", "/app/f", "one");
}

#[test]
fn where_the_system_gives_no_more_watches_it_says_which_setting_to_raise_and_looks_for_itself() {
    let Some(daemon) = daemon() else { return };
    // The setting counts for each user namespace alone.
    let limited =
        ["unshare", "-Ur", "sh", "-c", "echo 3 >/proc/sys/user/max_inotify_watches && exec \"$0\" \"$@\""];
    let can = std::process::Command::new(limited[0]).args(&limited[1..]).arg("true").output();
    if !can.is_ok_and(|done| done.status.success()) {
        return skip("no user namespace can be had here");
    }
    let stack = Stack::of(daemon, "inotify", ONE);
    for number in 0..9 {
        stack.write(&format!("src/d{number}/f"), "0");
    }
    stack.run(["up", "-d"]).success();
    let mut watch = stack.command(["watch", "--no-up"]).under(&limited).start();
    watch.wait_for("sysctl fs.inotify.max_user_watches=");
    stack.write("src/d8/f", "one");
    watch.wait_for("synced /app/d8/f");
    let name = format!("{}-a-1", stack.project());
    assert_eq!(find(daemon, &name, "/app/d8/f").expect("it is there").content, "one");
}

#[test]
fn a_burst_on_an_ignored_folder_says_nothing() {
    let compose = ONE.replace("action: sync", "action: sync, ignore: [cache]");
    let Some(scene) = Scene::of("noise", &compose, &[("src/f", "0"), ("src/cache/x", "")]) else { return };
    for number in 0..100 {
        scene.save("src/cache/x", &number.to_string());
    }
    scene.save("src/f", "one");
    scene.arrives("a", "/app/f", "one");
    assert_eq!(scene.events("synced").len(), 1);
}

#[test]
fn an_engine_that_clears_no_place_is_helped_by_the_containers_own_program() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "fallback", ONE);
    stack.write("src/f", "0");
    stack.run(["up", "-d"]).success();
    let name = format!("{}-a-1", stack.project());
    let proxy = Proxy::before(daemon);
    let mut watch = stack.command(["--progress", "json", "watch", "--no-up"]).host(&proxy.host()).start();
    watch.wait_for("\"watching\"");
    stack.write("src/f", "one");
    watch.wait_for("\"synced\"");
    proxy.disturb(Fault::on("PUT", "/containers/*/archive").answer(200, ""));
    std::fs::remove_file(stack.folder().join("src/f")).expect("removed");
    watch.wait_for("\"deleted\":1");
    assert_eq!(find(daemon, &name, "/app/f"), None);
    watch.signal(Signal::INT);
    assert_eq!(events(&watch.finish(), "synced").len(), 2);
}

#[test]
fn a_container_that_is_made_anew_after_many_deletions_is_up_to_date_by_few_calls() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "manygone", ONE);
    let files: Vec<String> = (0..300).map(|number| format!("src/old-{number}")).collect();
    for file in &files {
        stack.write(file, "old");
    }
    stack.run(["up", "-d"]).success();
    let proxy = Proxy::before(daemon);
    let mut watch = stack.command(["--progress", "json", "watch", "--no-up"]).host(&proxy.host()).start();
    watch.wait_for("\"watching\"");
    let passing = || (0..300).map(|number| format!("src/new-{number}"));
    for file in passing() {
        stack.write(&file, "new");
    }
    stack.write("src/last", "1");
    watch.wait_for("/app/last");
    for file in files.into_iter().chain(passing()) {
        std::fs::remove_file(stack.folder().join(file)).expect("it is there");
    }
    stack.write("src/last", "2");
    let name = format!("{}-a-1", stack.project());
    let is_there = || find(daemon, &name, "/app/last").is_some_and(|found| found.content == "2");
    let start = std::time::Instant::now();
    let wait_for = |what: &str, done: &dyn Fn() -> bool| {
        while !done() {
            assert!(start.elapsed().as_secs() < 60, "{what}; the watch said:\n{}", watch.said());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    wait_for("the last file never came", &is_there);
    let before = proxy.calls().len();
    stack.run(["up", "-d", "--force-recreate", "-t", "0"]).success();
    wait_for("the next container was never up to date", &is_there);
    watch.signal(Signal::INT);
    let end = watch.finish();
    let calls = proxy.calls().split_off(before);
    let uploads = calls.iter().filter(|call| call.is("PUT", "/containers/*/archive")).count();
    assert!(uploads <= 20, "{uploads} uploads");
    let caught = events(&end, "synced").into_iter().rfind(|event| event["catching_up"] == true);
    assert_eq!(
        caught.expect("it was brought up to date")["deleted"],
        300,
        "what came and went is no concern"
    );
}
