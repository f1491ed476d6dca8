//! What BuildKit has over the classic builder, through the command line.

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Proxy, Stack, daemon};

fn failing(stack: &Stack, service: &str) -> String {
    unwrapped(&stack.run(["--progress", "quiet", "build", service]).code(1).err)
}

/// Long messages are wrapped, and have a line beside them.
pub(crate) fn unwrapped(told: &str) -> String {
    told.split(|letter: char| letter.is_whitespace() || letter == '│')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_fault_points_at_its_line_of_the_dockerfile_and_at_the_build() {
    let Some(daemon) = daemon() else { return };
    let compose = "services:
  run: {build: {context: ., dockerfile: run}}
  copy: {build: {context: ., dockerfile: copy}}
  parse: {build: {context: ., dockerfile: parse}}
  stage: {build: {context: ., dockerfile: run, target: nosuch}}
  inline:
    build:
      dockerfile_inline: |
        FROM IMAGE
        RUN false
  none: {build: {context: ., dockerfile: nosuch}}
  nowhere: {build: ./nosuch}
  secret: {build: {dockerfile_inline: \"FROM IMAGE\\nRUN --mount=type=secret,id=s cat /run/secrets/s\", secrets: [s]}}
  layout: {build: {context: ., additional_contexts: {x: 'oci-layout:///tmp/x'}, dockerfile: run}}
  several: {build: {context: ., platforms: [linux/amd64, linux/arm64], dockerfile: run}}
  cached: {build: {context: ., cache_to: ['type=local,dest=/x'], dockerfile: run}}
  proven: {build: {context: ., sbom: true, dockerfile: run}}
  mighty: {build: {context: ., privileged: true, dockerfile_inline: FROM IMAGE}}
secrets: {s: {file: ./nosecret}}
";
    let stack = Stack::of(daemon, "faults", compose);
    let image = Stack::IMAGE;
    stack.write("run", &format!("FROM {image}\n\nRUN echo the compiler says no && \\\n  exit 7\n"));
    stack.write("copy", &format!("FROM {image}\nCOPY compose.yaml missing /x/\n"));
    stack.write("parse", &format!("FROM {image}\nFOO bar\n"));
    for (service, words) in [
        (
            "run",
            &[
                "/run:3:1",
                "RUN echo the compiler says no",
                "exit code: 7",
                "the compiler says no",
                "compose.yaml:2",
            ][..],
        ),
        ("copy", &["/copy:2:19", "missing", "compose.yaml:3"]),
        ("parse", &["/parse:2:1", "unknown instruction: FOO"]),
        ("stage", &["nosuch", "compose.yaml:5"]),
        ("inline", &["dockerfile_inline:2:1", "exit code: 1", "compose.yaml:7"]),
        ("none", &["nosuch", "cannot be read", "compose.yaml:11"]),
        ("nowhere", &["nosuch", "cannot be read", "compose.yaml:12"]),
        ("secret", &["the secret `s` cannot be read", "nosecret", "compose.yaml:13:130"]),
        ("layout", &["an image layout", "compose.yaml:14:54"]),
        ("several", &["several platforms", "containerd image store", "compose.yaml:15:33"]),
        ("cached", &["cache_to", "type=inline", "compose.yaml:16:32"]),
        ("proven", &["attestations", "containerd image store", "compose.yaml:17:32"]),
        ("mighty", &["security.insecure", "compose.yaml:18"]),
    ] {
        if daemon.has_containerd_store() && ["layout", "several", "cached", "proven"].contains(&service) {
            continue;
        }
        let text = failing(&stack, service);
        for word in words {
            assert!(text.contains(word), "`{service}` does not say `{word}`:\n{text}");
        }
    }
}

#[test]
fn only_what_changed_is_sent_again() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "sent", "services:\n  app: {build: .}\n");
    stack.write("Dockerfile", &format!("FROM {}\nCOPY big small /x/\n", Stack::IMAGE));
    stack.write("big", &"0123456789abcdef".repeat(256 * 1024));
    stack.write("small", "one\n");
    let sent = || {
        let told = stack.run(["--progress", "json", "build"]).success();
        let events = told.err.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        events
            .filter(|event| event["type"] == "carried" && event["what"] == "transferring context:")
            .filter_map(|event| event["current"].as_u64())
            .max()
            .expect("the context is sent")
    };
    assert!(sent() > 4 << 20);
    stack.write("small", "two\n");
    assert!(sent() < 10_000);
}

#[test]
fn a_link_out_of_the_context_brings_nothing_with_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "outside", "services:\n  app: {build: ctx}\n");
    stack.write("outside/secret", "s");
    stack.write(
        "ctx/Dockerfile",
        &format!("FROM {}\nCOPY . /all/\nRUN test -L /all/link && test ! -e /all/link\n", Stack::IMAGE),
    );
    std::os::unix::fs::symlink("../outside", stack.folder().join("ctx/link")).expect("a link can be made");
    stack.run(["build"]).success();
    stack.write("ctx/Dockerfile", &format!("FROM {}\nCOPY link/secret /x\n", Stack::IMAGE));
    assert!(failing(&stack, "app").contains("not found"));
}

#[test]
fn steps_are_told_as_buildkit_tells_them() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "steps", "services:\n  app: {build: .}\n");
    stack.write("Dockerfile", &format!("FROM {}\nRUN echo hello\n", Stack::IMAGE));
    let first = stack.run(["--progress", "plain", "build", "--no-cache"]).success();
    for words in ["[app 2/2] RUN echo hello\n", " hello\n#", " DONE ", "[app] exporting to image\n"] {
        assert!(first.out.contains(words), "{words}: {}", first.out);
    }
    let again = stack.run(["--progress", "plain", "build"]).success();
    let echoed = again.out.lines().any(|line| line.ends_with(" hello") && !line.ends_with("RUN echo hello"));
    assert!(again.out.contains(" CACHED\n") && !echoed, "{}", again.out);
    assert!(again.err.contains(" Built "), "{}", again.err);
    assert_eq!(stack.run(["--progress", "plain", "build", "-q"]).success().out, "");
}

#[test]
fn the_variable_chooses_the_builder() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "choice", "services:\n  app: {build: .}\n");
    stack.write("Dockerfile", &format!("FROM {}\nENV A=1\n", Stack::IMAGE));
    let used = |value: &str| {
        let proxy = Proxy::before(daemon);
        stack.command(["build"]).env("DOCKER_BUILDKIT", value).host(&proxy.host()).run().success();
        let calls = proxy.calls();
        (
            calls.iter().any(|call| call.is("POST", "/build")),
            calls.iter().any(|call| call.is("POST", "/grpc")),
        )
    };
    assert_eq!((used("0"), used("1"), used("")), ((true, false), (false, true), (false, true)));
    let told = stack.command(["build"]).env("DOCKER_BUILDKIT", "foo").run().code(1);
    assert!(told.err.contains("expects boolean value"), "{}", told.err);
}

#[test]
fn another_builder_than_the_engines_own_is_refused() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "builder", "services:\n  app: {build: {dockerfile_inline: FROM IMAGE}}\n");
    assert!(stack.run(["build", "--builder", "foo"]).code(1).err.contains("no builder \"foo\" found"));
    stack.run(["build", "--builder", "default"]).success();
}

#[test]
fn dockerfiles_are_checked_without_a_build() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "check", "services:\n  app: {build: .}\n");
    stack.write("Dockerfile", &format!("FROM {} AS Foo\nRUN exit 1\n", Stack::IMAGE));
    let told = stack.run(["build", "--check"]).code(1);
    if daemon.version < (1, 46) {
        return assert!(told.err.contains("unsupported request frontend.lint"), "{}", told.err);
    }
    assert!(
        told.out.contains("WARNING: StageNameCasing") && told.out.contains("   1 | >>> FROM"),
        "{}",
        told.out
    );
    stack.write("Dockerfile", &format!("FROM {}\nRUN exit 1\n", Stack::IMAGE));
    let told = stack.run(["build", "--check"]).success();
    assert!(told.out.starts_with("app\n\nCheck complete, no warnings found.\n"), "{}", told.out);
}

#[test]
fn a_build_that_is_broken_off_ends_on_the_daemon_too() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "stopped", "services:\n  app: {build: .}\n");
    stack.write("Dockerfile", &format!("FROM {}\nRUN echo begun; sleep 300\n", Stack::IMAGE));
    let mut running = stack.command(["--progress", "plain", "build", "--no-cache"]).start();
    running.wait_for(" begun");
    running.signal(Signal::INT);
    running.finish().code(130);
}
