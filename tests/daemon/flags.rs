//! The flags of `up`: what is shown, when it ends, and what is done about containers that are there.

use rustix::process::Signal;

use crate::support::{Call, Proxy, Stack, daemon};

/// `app` fails after a moment; `hidden` does not want to be shown.
const STACK: &str = r"
services:
  db: {image: IMAGE, command: sh -c 'echo from-db; exec sleep 600', init: true}
  app: {image: IMAGE, command: sh -c 'echo from-app; sleep 1; exit 3', depends_on: [db]}
  hidden: {image: IMAGE, command: sh -c 'echo from-hidden; exec sleep 600', init: true, attach: false}
";

fn running(stack: &Stack) -> Vec<String> {
    let prefix = format!("/{}-", stack.project());
    let name = |one: &serde_json::Value| one["Names"][0].as_str().unwrap_or_default().replace(&prefix, "");
    stack.containers().iter().filter(|one| one["State"] == "running").map(name).collect()
}

#[test]
fn the_first_end_ends_all_and_its_code_is_ours() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "abort", STACK);
    let done = stack.run(["up", "--abort-on-container-exit"]).code(3);
    let done = done.says(["Attaching to app-1, db-1\n", "from-db", "from-app", "app-1 exited with code 3\n"]);
    done.says(["db-1 exited with code 143\n"])
        .complains(["Aborting on container exit...", "Container PROJECT-hidden-1 Stopped"])
        .never_says("from-hidden");
    assert!(running(&stack).is_empty());
}

#[test]
fn only_a_failure_ends_all_when_that_is_asked_for() {
    let Some(daemon) = daemon() else { return };
    let compose = r"
services:
  good: {image: IMAGE, command: 'true'}
  bad: {image: IMAGE, command: sh -c 'sleep 2; exit 5'}
  long: {image: IMAGE, command: sleep 600, init: true}
";
    let stack = Stack::of(daemon, "abortfail", compose);
    stack
        .run(["up", "--abort-on-container-failure"])
        .code(5)
        .says(["good-1 exited with code 0", "bad-1 exited with code 5", "long-1 exited with code 143"])
        .complains(["Aborting on container failure..."]);
    assert!(running(&stack).is_empty());
}

#[test]
fn the_exit_code_can_be_that_of_one_service() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "codefrom", STACK);
    stack.run(["up", "--exit-code-from", "db"]).code(143).says(["app-1 exited with code 3"]);
    stack.run(["up", "--exit-code-from", "app"]).code(3);
    stack
        .run(["up", "--exit-code-from", "ap"])
        .code(1)
        .complains(["no such service: ap", "did you mean `app`?"]);
    assert!(running(&stack).is_empty());
}

#[test]
fn only_what_was_named_is_shown_and_stopped() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "onlynamed", STACK);
    stack.run(["up", "-d", "hidden"]).success();
    stack
        .run(["up", "--abort-on-container-exit", "app"])
        .code(3)
        .says(["Attaching to app-1\n"])
        .never_says("from-db");
    // What `app` depends on may be in use by others, and `hidden` has nothing to do with it.
    assert_eq!(running(&stack), ["db-1", "hidden-1"]);
}

#[test]
fn an_interrupt_stops_only_what_was_named() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "intnamed", STACK);
    stack.run(["up", "-d", "hidden"]).success();
    let mut up = stack.command(["up", "db"]).start();
    up.wait_for("from-db");
    up.signal(Signal::INT);
    up.finish()
        .code(130)
        .says(["db-1 exited with code 143"])
        .complains(["Gracefully Stopping... press Ctrl+C again to force"]);
    assert_eq!(running(&stack), ["hidden-1"]);
}

#[test]
fn who_is_shown_can_be_chosen() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "attach", STACK);
    let abort = "--abort-on-container-exit";
    stack
        .run(["up", abort, "--attach-dependencies", "app"])
        .code(3)
        .says(["Attaching to app-1, db-1\n", "from-app"]);
    stack.run(["down", "-t", "0"]).success();
    stack
        .run(["up", abort, "--no-attach", "db"])
        .code(3)
        .says(["Attaching to app-1\n"])
        .never_says("from-db");
    stack.run(["down", "-t", "0"]).success();
    stack
        .run(["up", abort, "--attach", "hidden", "--attach", "app"])
        .code(3)
        .says(["Attaching to app-1, hidden-1\n", "from-hidden"])
        .never_says("from-db");
    stack
        .run(["up", "--attach", "nope"])
        .code(1)
        .complains(["cannot attach to services not included in up: nope"]);
}

#[test]
fn lines_can_have_time_stamps_and_no_names() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "stamps", "services:\n  a: {image: IMAGE, command: echo hello}\n");
    let stamped = stack.run(["up", "--timestamps"]).success();
    let line = stamped.out.lines().find(|line| line.ends_with("Z hello")).unwrap_or_default();
    assert!(line.starts_with("a-1  | 2"), "{}", stamped.out);
    stack.run(["up", "--no-log-prefix"]).success().says(["\nhello\n"]);
}

#[test]
fn nothing_is_started_and_dependencies_are_left_alone_when_told() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "nostart", STACK);
    stack.run(["up", "--no-start", "--no-deps", "app"]).success().never_says("Started");
    assert_eq!(stack.containers().len(), 1);
    assert_eq!(stack.inspect("app")["State"]["Status"], "created");
    stack.run(["up", "--no-start"]).success();
    assert!(running(&stack).is_empty() && stack.containers().len() == 3);
    stack.run(["up", "-d", "--no-deps", "hidden"]).success();
    assert_eq!(running(&stack), ["hidden-1"]);
}

#[test]
fn containers_are_made_anew_or_kept_as_told() {
    let Some(daemon) = daemon() else { return };
    let compose = |value: &str| {
        format!(
            "services:\n  a: {{image: {0}, command: sleep 600, init: true, depends_on: [b], environment: {{V: '{value}'}}, volumes: [/anonymous]}}\n  b: {{image: {0}, command: sleep 600, init: true}}\n",
            Stack::IMAGE
        )
    };
    let stack = Stack::of(daemon, "anewflags", &compose("1"));
    stack.run(["up", "-d"]).success();
    let ids = || (stack.inspect("a")["Id"].clone(), stack.inspect("b")["Id"].clone());
    let volume = || stack.inspect("a")["Mounts"][0]["Name"].clone();
    let first = ids();
    stack.write("compose.yaml", &compose("2"));
    stack.run(["up", "-d", "--no-recreate"]).success();
    assert_eq!(ids(), first);
    stack.run(["up", "-d", "-t", "1", "--force-recreate", "a"]).success();
    let second = ids();
    assert!(second.0 != first.0 && second.1 == first.1);
    stack.run(["up", "-d", "-t", "1", "--always-recreate-deps", "a"]).success();
    let third = ids();
    assert!(third.1 != second.1);
    let kept = volume();
    stack.run(["up", "-d", "-t", "1", "-V", "--force-recreate", "a"]).success();
    assert_ne!(volume(), kept);
    daemon.api.delete(&format!("/volumes/{}", kept.as_str().unwrap_or_default()));
}

#[test]
fn a_number_of_containers_can_be_asked_for() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "upscale", STACK);
    stack.run(["up", "-d", "--scale", "db=2", "db"]).success();
    assert_eq!(running(&stack), ["db-1", "db-2"]);
    stack.run(["up", "-d", "--scale", "nope=2", "db"]).code(1).complains(["no such service: `nope`"]);
}

#[test]
fn waiting_for_health_ends_in_time_with_the_reason() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "waittime",
        "services:\n  never: {image: IMAGE, command: sleep 600, init: true, healthcheck: {test: [CMD, 'false'], interval: 60s, start_period: 60s}}\n",
    );
    stack
        .run(["up", "--wait", "--wait-timeout", "1"])
        .code(1)
        .complains(["PROJECT-never-1", "application not healthy after"]);
    assert_eq!(running(&stack), ["never-1"]);
}

#[test]
fn every_request_carries_the_headers_of_the_configuration_or_the_variable() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "headers", "services: {a: {image: IMAGE, command: 'true'}}");
    stack.write("cfg/config.json", r#"{"HttpHeaders": {"X-Meta": "a b", "User-Agent": "me"}}"#);
    let proxy = Proxy::before(daemon);
    let configured = || {
        let command = stack.command(["up", "-d"]).host(&proxy.host());
        command.env("DOCKER_CONFIG", stack.folder().join("cfg"))
    };
    configured().run().success();
    let calls = proxy.take();
    assert!(calls.len() > 4 && calls.iter().all(|call| call.header("x-meta") == Some("a b")), "{calls:#?}");
    assert!(calls.iter().all(|call| call.header("user-agent") != Some("me")), "{calls:#?}");
    configured().env("DOCKER_CUSTOM_HEADERS", "X-Own=1,\"X-Two=a,b\"").run().success();
    let calls = proxy.take();
    let own = |call: &Call| call.header("x-own") == Some("1") && call.header("x-two") == Some("a,b");
    assert!(!calls.is_empty() && calls.iter().all(own), "{calls:#?}");
    assert!(calls.iter().all(|call| call.header("x-meta").is_none()), "{calls:#?}");
    let told = configured().env("DOCKER_CUSTOM_HEADERS", "X-Own").run().code(1);
    told.complains(["DOCKER_CUSTOM_HEADERS: `X-Own` is not NAME=VALUE"]);
    assert!(proxy.calls().is_empty());
}
