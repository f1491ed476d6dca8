//! `plan` and `--dry-run`: what would be done, and that nothing is.

use crate::support::{Proxy, Stack, daemon};

const ONE: &str = "services:\n  a: {image: IMAGE, command: sleep 600, init: true}\n";

#[test]
fn it_exits_with_two_before_up_and_with_zero_after() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "codes", ONE);
    stack.run(["plan"]).code(2).says(["a", "missing"]);
    assert!(stack.containers().is_empty() && stack.networks().is_empty());
    stack.run(["up", "-d"]).success();
    stack.run(["plan"]).code(0);
    stack.write("compose.yaml", "services:\n  a: {}\n");
    stack.run(["plan"]).code(1);
}

#[test]
fn it_names_the_field_that_changed() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "cause", ONE);
    stack.run(["up", "-d"]).success();
    stack.write("compose.yaml", &ONE.replace("IMAGE", Stack::IMAGE).replace("600", "700"));
    stack.run(["plan"]).code(2).says(["command"]);
    let plan = stack.run(["plan", "--format", "json"]).code(2);
    let value: serde_json::Value = serde_json::from_str(&plan.out).expect("the plan is JSON");
    assert!(value.to_string().contains("PROJECT-a-1"), "{value:#}");
}

#[test]
fn a_doubt_about_what_is_there_names_the_line_that_asks_for_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "doubt",
        "services:\n  a: {image: IMAGE, volumes: [\"data:/data\"]}\nvolumes:\n  data:\n",
    );
    let name = format!("{}_data", stack.project());
    stack.api().post("/volumes/create", &serde_json::json!({ "Name": name }));
    for words in [["plan", "a"].as_slice(), &["--dry-run", "up", "-d"], &["up", "--no-start"]] {
        stack.command([]).args(words).run().complains(["compose.yaml:4:3: volume", "external: true"]);
    }
    stack.run(["down"]).success();
    assert_eq!(stack.api().delete(&format!("/volumes/{name}")).status, 204, "the volume of others stayed");
}

#[test]
fn neither_plan_nor_dry_run_asks_the_daemon_to_change_anything() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "dry", ONE);
    let proxy = Proxy::before(daemon);
    stack.command(["plan"]).host(&proxy.host()).run().code(2);
    stack.command(["--dry-run", "up", "-d"]).host(&proxy.host()).run().success();
    stack.command(["--dry-run", "down"]).host(&proxy.host()).run().success();
    let mutating: Vec<_> = proxy.calls().into_iter().filter(crate::support::Call::mutates).collect();
    assert!(mutating.is_empty(), "{mutating:#?}");
}

#[test]
fn a_plan_says_that_a_secret_changed_and_never_what_it_was_or_is() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "told",
        "services:\n  a:\n    image: IMAGE\n    command: sleep 600\n    init: true\n    environment: {DB_PASSWORD: \"${MY_KEY}\", A: b}\n    \
         secrets: [key]\n    configs: [{source: text, target: /text}]\n\
         secrets: {key: {environment: MY_KEY}}\nconfigs: {text: {content: \"token ${MY_KEY}\"}}\n",
    );
    let with_key =
        |key: &str, words: &[&str]| stack.command([]).args(words.iter().copied()).env("MY_KEY", key).run();
    with_key("hunter2", &["up", "-d"]).success();
    with_key("hunter2", &["plan"]).code(0);
    let looks: [&[&str]; 5] = [
        &["plan"],
        &["plan", "--format", "json"],
        &["--dry-run", "up", "-d"],
        &["--progress", "json", "--dry-run", "up", "-d"],
        &["--verbose", "plan"],
    ];
    for words in looks {
        let told = with_key("hunter3", words);
        assert!(told.out.contains("environment") || told.err.contains("environment"), "{words:?}: {told:?}");
        told.never_says("hunter2").never_says("hunter3");
    }
    with_key("hunter3", &["plan"]).code(2).says(["environment.DB_PASSWORD"]);
}
