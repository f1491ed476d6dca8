//! What is saved is in the containers.

use super::scene::{Scene, find};
use crate::support::daemon;

const ONE: &str = "services:\n  a:\n    image: IMAGE\n    command: sleep 600\n    init: true\n    develop: {watch: [{path: src, target: /app, action: sync, ignore: [no/, '*.log']}]}\n";

#[test]
fn a_save_is_readable_in_the_container() {
    let Some(scene) = Scene::of("save", ONE, &[("src/f", "one")]) else { return };
    scene.save("src/f", "two");
    scene.arrives("a", "/app/f", "two");
    scene.save("src/f", "three");
    scene.arrives("a", "/app/f", "three");
}

#[test]
fn what_was_not_changed_is_not_sent() {
    let Some(scene) = Scene::of("same", ONE, &[("src/f", "one")]) else { return };
    // A file that is written in place is an empty one for a moment, which is a change.
    let again = |path: &str, content: &str| {
        scene.save("aside", content);
        scene.rename("aside", path);
    };
    again("src/f", "one");
    scene.save("src/g", "new");
    scene.arrives("a", "/app/g", "new");
    again("src/g", "new");
    scene.save("src/h", "last");
    scene.arrives("a", "/app/h", "last");
    assert_eq!(scene.find("a", "/app/f"), None);
    let copied: u64 = scene.events("synced").iter().filter_map(|event| event["copied"].as_u64()).sum();
    assert_eq!(copied, 2);
}

#[test]
fn a_file_that_is_removed_goes() {
    let Some(scene) = Scene::of("gone", ONE, &[("src/keep", "")]) else { return };
    scene.save("src/f", "one");
    scene.arrives("a", "/app/f", "one");
    scene.remove("src/f");
    scene.goes("a", "/app/f");
}

#[test]
fn a_file_that_is_renamed_is_there_under_its_new_name_alone() {
    let Some(scene) = Scene::of("rename", ONE, &[("src/keep", "")]) else { return };
    scene.save("src/f", "one");
    scene.arrives("a", "/app/f", "one");
    scene.rename("src/f", "src/g");
    scene.arrives("a", "/app/g", "one");
    scene.goes("a", "/app/f");
}

#[test]
fn permissions_follow() {
    let Some(scene) = Scene::of("mode", ONE, &[("src/f", "x")]) else { return };
    scene.chmod("src/f", 0o755);
    scene.eventually("mode 755", || scene.find("a", "/app/f").filter(|found| found.mode == 0o755));
    scene.chmod("src/f", 0o640);
    scene.eventually("mode 640", || scene.find("a", "/app/f").filter(|found| found.mode == 0o640));
}

#[test]
fn a_link_stays_a_link_and_follows_where_it_leads() {
    let Some(scene) = Scene::of("link", ONE, &[("src/f", "x")]) else { return };
    let leads = |to: &str| {
        scene.eventually(to, || scene.find("a", "/app/l").filter(|found| found.link == Some(to.into())))
    };
    std::os::unix::fs::symlink("f", scene.path("src/l")).expect("a link");
    leads("f");
    std::os::unix::fs::symlink("/nowhere", scene.path("src/new")).expect("a link");
    scene.rename("src/new", "src/l");
    leads("/nowhere");
}

#[test]
fn a_new_folder_comes_with_all_that_is_in_it() {
    let Some(scene) = Scene::of("folder", ONE, &[("src/keep", "")]) else { return };
    scene.save("src/d/e/f", "deep");
    scene.arrives("a", "/app/d/e/f", "deep");
    scene.save("src/d/e/g", "later");
    scene.arrives("a", "/app/d/e/g", "later");
    std::fs::create_dir(scene.path("src/empty")).expect("a folder");
    scene.eventually("the folder", || scene.find("a", "/app/empty").filter(|found| found.folder));
}

#[test]
fn a_folder_that_is_removed_goes_with_all_that_is_in_it() {
    let Some(scene) = Scene::of("folder-gone", ONE, &[("src/d/x", "1"), ("src/d/y/z", "2")]) else { return };
    scene.save("src/d/x", "11");
    scene.save("src/d/y/z", "22");
    scene.arrives("a", "/app/d/x", "11");
    scene.arrives("a", "/app/d/y/z", "22");
    scene.remove("src/d");
    scene.goes("a", "/app/d");
}

#[test]
fn a_folder_that_is_swapped_for_another_is_the_other_and_watched_on() {
    let Some(scene) = Scene::of("swap", ONE, &[("src/keep", "")]) else { return };
    scene.save("src/d/old", "1");
    scene.arrives("a", "/app/d/old", "1");
    scene.save("next/new", "2");
    scene.rename("src/d", "before");
    scene.rename("next", "src/d");
    scene.arrives("a", "/app/d/new", "2");
    scene.goes("a", "/app/d/old");
    scene.save("src/d/new", "3");
    scene.arrives("a", "/app/d/new", "3");
}

#[test]
fn a_save_by_renaming_a_temporary_file_never_takes_the_old_one_away() {
    let Some(scene) = Scene::of("editor", ONE, &[("src/f", "0")]) else { return };
    for round in 1..=5 {
        let content = round.to_string();
        scene.rename("src/f", "src/f~");
        scene.save("src/.f.swp", &content);
        scene.rename("src/.f.swp", "src/f");
        scene.remove("src/f~");
        scene.arrives("a", "/app/f", &content);
    }
    let deleted: u64 = scene.events("synced").iter().filter_map(|event| event["deleted"].as_u64()).sum();
    assert_eq!(deleted, 0);
}

#[test]
fn a_file_that_becomes_a_folder_and_back_is_what_it_is() {
    let Some(scene) = Scene::of("kind", ONE, &[("src/keep", "")]) else { return };
    scene.save("src/x", "file");
    scene.arrives("a", "/app/x", "file");
    scene.remove("src/x");
    scene.save("src/x/y", "folder");
    scene.arrives("a", "/app/x/y", "folder");
    scene.remove("src/x");
    scene.save("src/x", "file again");
    scene.arrives("a", "/app/x", "file again");
}

#[test]
fn what_is_ignored_is_neither_sent_nor_watched() {
    let Some(scene) = Scene::of("ignored", ONE, &[("src/no/deep/x", ""), ("src/f", "")]) else { return };
    scene.save("src/no/deep/x", "changed");
    scene.save("src/a.log", "changed");
    scene.save("src/.git/index", "changed");
    scene.save("src/f", "last");
    scene.arrives("a", "/app/f", "last");
    for path in ["/app/no", "/app/a.log", "/app/.git"] {
        assert_eq!(scene.find("a", path), None, "{path}");
    }
    // The folder of the rule, and that in which it lies.
    let folders = scene.events("watching")[0]["folders"].as_u64();
    assert_eq!(folders, Some(2));
}

#[test]
fn dockerignore_counts_where_there_is_a_build() {
    let compose = "services:\n  a:\n    build: .\n    command: sleep 600\n    init: true\n    develop: {watch: [{path: ., target: /app, action: sync}]}\n";
    let files =
        [("Dockerfile", "FROM rcompose-test-busybox:1\n"), (".dockerignore", "**/secret\n"), ("f", "")];
    let Some(scene) = Scene::of("dockerignore", compose, &files) else { return };
    scene.save("d/secret", "x");
    scene.save("f", "last");
    scene.arrives("a", "/app/f", "last");
    assert_eq!(scene.find("a", "/app/d/secret"), None);
}

#[test]
fn include_takes_only_what_it_names() {
    let compose = ONE.replace("ignore: [no/, '*.log']", "include: ['**/*.js']");
    let Some(scene) = Scene::of("include", &compose, &[("src/f.txt", "")]) else { return };
    scene.save("src/f.txt", "no");
    scene.save("src/d/f.js", "yes");
    scene.arrives("a", "/app/d/f.js", "yes");
    assert_eq!(scene.find("a", "/app/f.txt"), None);
}

#[test]
fn initial_sync_brings_everything_at_the_start() {
    let compose = ONE.replace("action: sync", "action: sync, initial_sync: true");
    let Some(scene) = Scene::of("initial", &compose, &[("src/f", "one"), ("src/d/g", "two")]) else { return };
    scene.arrives("a", "/app/f", "one");
    scene.arrives("a", "/app/d/g", "two");
}

#[test]
fn a_rule_on_one_file_brings_that_file_also_when_it_is_replaced() {
    let compose = ONE.replace("path: src, target: /app", "path: conf/app.conf, target: /etc/app.conf");
    let Some(scene) = Scene::of("file", &compose, &[("conf/app.conf", "0"), ("conf/other", "")]) else {
        return;
    };
    scene.save("conf/other", "no");
    scene.save("conf/app.conf", "1");
    scene.arrives("a", "/etc/app.conf", "1");
    scene.save("conf/tmp", "2");
    scene.rename("conf/tmp", "conf/app.conf");
    scene.arrives("a", "/etc/app.conf", "2");
}

#[test]
fn a_path_that_does_not_exist_is_watched_for() {
    let Some(scene) = Scene::of("missing", &ONE.replace("path: src", "path: later/src"), &[]) else { return };
    scene.save("later/src/f", "came");
    scene.arrives("a", "/app/f", "came");
}

#[test]
fn every_replica_gets_it() {
    let Some(daemon) = daemon() else { return };
    let compose = ONE.replace("init: true", "init: true\n    scale: 3");
    let Some(scene) = Scene::of("replicas", &compose, &[("src/f", "")]) else { return };
    scene.save("src/f", "all");
    for number in 1..=3 {
        let name = format!("{}-a-{number}", scene.stack.project());
        scene.eventually(&name, || find(daemon, &name, "/app/f").filter(|found| found.content == "all"));
    }
    let synced = scene.events("synced");
    assert_eq!(synced[0]["containers"], serde_json::json!(["a-1", "a-2", "a-3"]));
}

#[test]
fn several_services_share_a_path() {
    let compose = "services:\n  a: &one\n    image: IMAGE\n    command: sleep 600\n    init: true\n    develop: {watch: [{path: src, target: /app, action: sync}]}\n  b:\n    <<: *one\n    develop: {watch: [{path: src, target: /b, action: sync, ignore: [f]}]}\n";
    let Some(scene) = Scene::of("shared", compose, &[("src/f", ""), ("src/g", "")]) else { return };
    scene.save("src/f", "for a");
    scene.save("src/g", "for both");
    scene.arrives("a", "/app/f", "for a");
    scene.arrives("a", "/app/g", "for both");
    scene.arrives("b", "/b/g", "for both");
    assert_eq!(scene.find("b", "/b/f"), None);
}

#[test]
fn a_thousand_files_at_once_arrive_whole() {
    let Some(scene) = Scene::of("many", ONE, &[("src/keep", "")]) else { return };
    for number in 0..1000 {
        scene.save(&format!("src/d{}/f{number}", number % 20), &format!("content {number}"));
    }
    for number in [0, 499, 999] {
        scene.arrives("a", &format!("/app/d{}/f{number}", number % 20), &format!("content {number}"));
    }
    scene.eventually("all files", || {
        (scene.stack.exec("a", &["sh", "-c", "test $(find /app -name 'f*' | wc -l) = 1000"]) == 0)
            .then_some(())
    });
    for number in 0..20 {
        scene.remove(&format!("src/d{number}"));
    }
    scene.eventually("no files", || {
        (scene.stack.exec("a", &["sh", "-c", "test $(find /app -mindepth 1 | wc -l) = 0"]) == 0).then_some(())
    });
}

#[test]
fn a_volume_is_a_target_like_any_other() {
    let compose = ONE.replace("init: true", "init: true\n    read_only: true\n    volumes: ['data:/app']")
        + "volumes: {data: }\n";
    let Some(scene) = Scene::of("volume", &compose, &[("src/f", "")]) else { return };
    scene.save("src/f", "in the volume");
    scene.arrives("a", "/app/f", "in the volume");
    scene.remove("src/f");
    scene.goes("a", "/app/f");
}

#[test]
fn polling_brings_it_too() {
    let Some(daemon) = daemon() else { return };
    let stack = crate::support::Stack::of(daemon, "polling", ONE);
    stack.write("src/f", "");
    let mut watch = stack.command(["--progress", "json", "watch"]).env("RCOMPOSE_WATCH", "poll").start();
    watch.wait_for("\"polling\":\"as you asked\"");
    stack.write("src/d/g", "found");
    let name = format!("{}-a-1", stack.project());
    for _ in 0..1000 {
        if find(daemon, &name, "/app/d/g").is_some_and(|found| found.content == "found") {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("it never came");
}
