//! The project's own files are watched.

use super::scene::Scene;
use crate::support::daemon;

const ONE: &str = "services:\n  a:\n    image: IMAGE\n    command: sleep 600\n    init: true\n    stop_grace_period: 0s\n    environment: {WHO: '${WHO:-nobody}'}\n    develop: {watch: [{path: src, target: /app, action: sync}]}\n";

/// While it is made anew, there may be no container of the name.
fn variables(scene: &Scene) -> String {
    let path = format!("/containers/{}-a-1/json", scene.stack.project());
    let answer = daemon().expect("a scene has a daemon").api.request("GET", &path, ("", b""));
    answer.expect("an answer").json()["Config"]["Env"].to_string()
}

fn saved(scene: &Scene, compose: &str) {
    scene.save("compose.yaml", &compose.replace("IMAGE", crate::support::Stack::IMAGE));
}

#[test]
fn a_saved_file_is_planned_and_not_applied_by_itself() {
    let Some(mut scene) = Scene::with("planned", ONE, &[("src/f", "")], &["watch", "--reload"]) else {
        return;
    };
    let before = scene.stack.identities();
    saved(&scene, &ONE.replace("nobody", "me"));
    scene.hears("\"planned\"");
    assert_eq!(scene.stack.identities(), before);
    let planned = scene.events("planned");
    assert_eq!(planned[0]["applied"], false);
    assert!(planned[0]["steps"].to_string().contains("environment.WHO"), "{}", planned[0]);
}

#[test]
fn with_auto_apply_a_saved_file_and_env_become_true_at_once() {
    let Some(scene) = Scene::with("applied", ONE, &[("src/f", "")], &["watch", "--auto-apply"]) else {
        return;
    };
    saved(&scene, &ONE.replace("nobody", "me"));
    scene.eventually("WHO=me", || variables(&scene).contains("WHO=me").then_some(()));
    scene.save(".env", "WHO=you\n");
    scene.eventually("WHO=you", || variables(&scene).contains("WHO=you").then_some(()));
    scene.save("src/f", "still watched");
    scene.arrives("a", "/app/f", "still watched");
}

#[test]
fn a_broken_file_shows_its_faults_and_changes_nothing() {
    let Some(mut scene) = Scene::with("broken", ONE, &[("src/f", "")], &["watch", "--auto-apply"]) else {
        return;
    };
    let before = scene.stack.identities();
    saved(&scene, &ONE.replace("image: IMAGE", "imagge: IMAGE"));
    scene.hears("imagge");
    assert_eq!(scene.stack.identities(), before);
    scene.save("src/f", "one");
    scene.arrives("a", "/app/f", "one");
    saved(&scene, &ONE.replace("nobody", "mended"));
    scene.eventually("mended", || variables(&scene).contains("WHO=mended").then_some(()));
}

#[test]
fn a_new_rule_is_followed() {
    let Some(scene) = Scene::with("rule", ONE, &[("src/f", ""), ("new/g", "")], &["watch", "--auto-apply"])
    else {
        return;
    };
    saved(
        &scene,
        &ONE.replace(
            "action: sync}",
            "action: sync}, {path: new, target: /new, action: sync, initial_sync: true}",
        ),
    );
    scene.eventually("the rule", || {
        scene.save("new/g", &format!("{:?}", std::time::Instant::now()));
        scene.find("a", "/new/g").map(|_| ())
    });
}
