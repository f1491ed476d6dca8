//! Images that have nothing but the program: no shell, no `rm`, a user that is not root.

use super::scene::Scene;

const BARE: &str = "services:\n  a:\n    build: .\n    command: [/busybox, sleep, '600']\n    init: true\n    develop: {watch: [{path: src, target: /app, action: sync}]}\n";

const DOCKERFILE: &str = "FROM rcompose-test-busybox:1 AS one\nFROM scratch\nCOPY --from=one /bin/busybox /busybox\nUSER 65532:65533\n";

fn bare(name: &str) -> Option<Scene> {
    Scene::of(name, BARE, &[("Dockerfile", DOCKERFILE), ("src/f", "0")])
}

#[test]
fn files_come_change_and_go_with_owner_and_mode() {
    let Some(scene) = bare("bare") else { return };
    scene.chmod("src/f", 0o751);
    scene.save("src/f", "one");
    let found = scene.arrives("a", "/app/f", "one");
    assert_eq!((found.owner, found.mode), ((65532, 65533), 0o751));
    scene.save("src/d/g", "two");
    scene.arrives("a", "/app/d/g", "two");
    assert_eq!(scene.find("a", "/app/d").expect("a folder").owner, (65532, 65533));
    scene.remove("src/f");
    scene.goes("a", "/app/f");
    scene.remove("src/d");
    scene.goes("a", "/app/d");
}

#[test]
fn a_rename_needs_no_program() {
    let Some(scene) = bare("bare-rename") else { return };
    scene.save("src/d/f", "one");
    scene.arrives("a", "/app/d/f", "one");
    scene.rename("src/d", "src/e");
    scene.arrives("a", "/app/e/f", "one");
    scene.goes("a", "/app/d");
}

#[test]
fn many_deletions_need_no_program() {
    let Some(scene) = bare("bare-many") else { return };
    for number in 0..8 {
        scene.save(&format!("src/x{number}"), "x");
    }
    scene.arrives("a", "/app/x7", "x");
    for number in 0..8 {
        scene.remove(&format!("src/x{number}"));
    }
    for number in 0..8 {
        scene.goes("a", &format!("/app/x{number}"));
    }
}

#[test]
fn a_user_is_known_by_the_name_that_the_image_gives_it() {
    let dockerfile =
        "FROM rcompose-test-busybox:1\nRUN echo 'app:x:4711:4712::/:/bin/sh' >>/etc/passwd\nUSER app\n";
    let compose = BARE.replace("/busybox, sleep", "sleep");
    let Some(scene) = Scene::of("named-user", &compose, &[("Dockerfile", dockerfile), ("src/f", "")]) else {
        return;
    };
    scene.save("src/f", "mine");
    assert_eq!(scene.arrives("a", "/app/f", "mine").owner, (4711, 4712));
}

#[test]
fn a_container_that_is_stopped_gets_it_all_the_same() {
    let Some(mut scene) = bare("stopped") else { return };
    scene.stack.run(["stop", "-t", "0"]).success();
    scene.save("src/f", "while it sleeps");
    scene.arrives("a", "/app/f", "while it sleeps");
    scene.remove("src/f");
    scene.goes("a", "/app/f");
    scene.hears("\"deleted\":1");
}
