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
fn a_and_enter_apply_the_plan_that_was_shown() {
    let Some(daemon) = daemon() else { return };
    let stack = crate::support::Stack::of(daemon, "keyed", ONE);
    stack.write("src/f", "");
    let mut watch = stack.command(["watch", "--reload"]).on_terminal();
    watch.wait_for("Watch enabled");
    let image = crate::support::Stack::IMAGE;
    stack.write("compose.yaml", &ONE.replace("IMAGE", image).replace("nobody", "me"));
    watch.wait_for("`a` and Enter applies it");
    let variables = || stack.inspect("a")["Config"]["Env"].to_string();
    assert!(variables().contains("WHO=nobody"), "nothing is applied by itself");
    watch.keys("a\n");
    watch.wait_until("the plan to be carried out", |_| {
        let path = format!("/containers/{}-a-1/json", stack.project());
        let answer = daemon.api.request("GET", &path, ("", b""));
        answer.is_ok_and(|answer| answer.json()["Config"]["Env"].to_string().contains("WHO=me"))
    });
    stack.write("src/f", "still watched");
    watch.wait_for("synced /app/f");
    watch.signal(rustix::process::Signal::INT);
    assert_eq!(watch.finish().0, Some(130));
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
