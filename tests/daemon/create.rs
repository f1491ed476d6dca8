//! `create` and `scale`: containers are made, in number.

use crate::support::{Stack, daemon};

const STACK: &str = r"
services:
  web: {image: IMAGE, command: sleep 600, init: true, depends_on: [db], environment: {V: '1'}}
  db: {image: IMAGE, command: sleep 600, init: true}
";

fn names(stack: &Stack) -> Vec<String> {
    let name = |one: &serde_json::Value| one["Names"][0].as_str().unwrap_or_default().to_owned();
    let all = stack.containers();
    all.iter().map(|one| name(one).replace(&format!("/{}-", stack.project()), "")).collect()
}

#[test]
fn create_makes_everything_and_starts_nothing() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "create", STACK);
    stack
        .run(["create"])
        .success()
        .stdout("")
        .complains(["Container PROJECT-web-1 Created"])
        .never_says("Start");
    assert_eq!(names(&stack), ["db-1", "web-1"]);
    assert_eq!(stack.inspect("web")["State"]["Status"], "created");
    assert_eq!(stack.networks().len(), 1);
    stack.run(["create"]).success().stdout("").stderr("");
    stack.run(["start"]).success();
    assert_eq!(stack.inspect("web")["State"]["Status"], "running");
}

#[test]
fn create_makes_only_the_named_service_and_what_it_depends_on() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "some", STACK);
    stack.run(["create", "db"]).success();
    assert_eq!(names(&stack), ["db-1"]);
    stack.run(["create", "web"]).success();
    assert_eq!(names(&stack), ["db-1", "web-1"]);
    stack.run(["create", "wbe"]).code(1).complains(["no such service: `wbe`", "did you mean `web`?"]);
}

#[test]
fn create_makes_anew_what_changed_unless_told_otherwise() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "anew", STACK);
    stack.run(["create"]).success();
    let id = || stack.inspect("web")["Id"].clone();
    let first = id();
    stack.write("compose.yaml", &STACK.replace("'1'", "'2'").replace("IMAGE", Stack::IMAGE));
    stack.run(["create", "--no-recreate"]).success();
    assert_eq!(id(), first);
    stack.run(["create"]).success().complains(["PROJECT-web-1 Recreated"]);
    let second = id();
    assert_ne!(first, second);
    stack.run(["create", "--force-recreate"]).success();
    assert_ne!(second, id());
    stack.run(["create", "--force-recreate", "--no-recreate"]).code(1).complains(["are incompatible"]);
}

#[test]
fn create_makes_as_many_as_it_is_told() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "number", STACK);
    stack.run(["create", "--scale", "web=2", "--scale", "db=0"]).success();
    assert_eq!(names(&stack), ["web-1", "web-2"]);
    stack.run(["create", "--scale", "nope=2"]).code(1).complains(["no such service: `nope`"]);
}

#[test]
fn create_removes_orphans_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "orphans", STACK);
    stack.run(["create"]).success();
    stack.write(
        "compose.yaml",
        &format!("services:\n  db: {{image: {}, command: sleep 600}}\n", Stack::IMAGE),
    );
    stack.run(["create"]).success().complains(["orphan", "PROJECT-web-1"]);
    stack.command(["create"]).env("COMPOSE_IGNORE_ORPHANS", "1").run().success().stderr("");
    assert_eq!(names(&stack), ["db-1", "web-1"]);
    stack.run(["create", "--remove-orphans"]).success();
    assert_eq!(names(&stack), ["db-1"]);
}

#[test]
fn an_image_that_is_not_there_fails_at_its_line_when_it_may_not_be_pulled() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "noimage", "services:\n  a: {image: 'rcompose.invalid/none:1'}\n");
    stack.run(["create", "--pull", "never"]).code(1).complains(["rcompose.invalid/none:1", "compose.yaml"]);
    stack.run(["create", "--pull", "sometimes"]).code(1).complains(["invalid --pull option \"sometimes\""]);
    assert!(stack.containers().is_empty());
}

#[test]
fn a_dry_run_of_create_and_scale_changes_nothing() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "drycreate", STACK);
    stack.run(["create", "--dry-run"]).success().says(["create container PROJECT-web-1"]);
    stack.run(["scale", "--dry-run", "web=3"]).success().says(["create container PROJECT-web-3"]);
    assert!(stack.containers().is_empty() && stack.networks().is_empty());
}

#[test]
fn scale_brings_services_to_a_number_and_starts_what_they_wait_for() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "scale", STACK);
    stack.run(["scale", "web=2"]).success().stdout("");
    assert_eq!(names(&stack), ["db-1", "web-1", "web-2"]);
    assert_eq!(stack.inspect("web")["State"]["Status"], "running");
    let before = stack.inspect("web")["Id"].clone();
    stack.run(["scale", "web=1"]).success().complains(["Container PROJECT-web-2 Removed"]);
    assert_eq!(
        (names(&stack), stack.inspect("web")["Id"].clone()),
        (vec!["db-1".into(), "web-1".into()], before)
    );
    stack.run(["scale", "web=0", "db=2"]).success();
    assert_eq!(names(&stack), ["db-1", "db-2"]);
}

#[test]
fn scale_leaves_dependencies_alone_when_told() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "scalealone", STACK);
    stack.run(["scale", "--no-deps", "web=2"]).success();
    assert_eq!(names(&stack), ["web-1", "web-2"]);
}

#[test]
fn scale_refuses_what_is_no_service_and_no_number() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "scalebad", STACK);
    stack.run(["scale"]).code(1).complains(["requires at least 1 arg(s), only received 0"]);
    stack.run(["scale", "web"]).code(1).complains(["invalid scale specifier: web"]);
    stack.run(["scale", "web=x"]).code(1).complains(["can't parse replica value as int: web=x"]);
    stack.run(["scale", "web=-1"]).code(1).complains(["whole number"]);
    stack.run(["scale", "wbe=1"]).code(1).complains(["no such service: `wbe`", "did you mean `web`?"]);
    assert!(stack.containers().is_empty());
}

#[test]
fn orphans_are_removed_by_the_flag_alone() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "createorphans", "services: {a: {image: IMAGE}, b: {image: IMAGE}}");
    stack.run(["create"]).success();
    stack.write("compose.yaml", &format!("services: {{a: {{image: '{}'}}}}", Stack::IMAGE));
    stack.command(["create"]).env("COMPOSE_REMOVE_ORPHANS", "1").run().success().complains(["orphan"]);
    assert_eq!(stack.containers().len(), 2);
    let flag = stack.command(["create", "--remove-orphans"]);
    flag.env("COMPOSE_IGNORE_ORPHANS", "1").run().success();
    assert_eq!(stack.containers().len(), 1);
}
