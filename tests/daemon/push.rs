//! `push`, to registries on loopback.

use crate::support::{Call, Proxy, Registry, Stack, daemon};

/// A stack of a service that builds an image with two more names, one that builds without a name, and one that only uses.
fn stack(registry: &Registry, name: &str) -> Option<Stack> {
    let compose = "services:\n  a: {image: 'REG/a/x:1', build: {context: ., tags: ['REG/a/x:2', 'REG/a/y:1']}, depends_on: [d]}\n  \
        b: {build: .}\n  c: {image: 'REG/a/x:1'}\n  d: {image: 'REG/a/d:1', build: {context: ., labels: {d: d}}}\n";
    let stack = Stack::of(daemon()?, name, &compose.replace("REG", registry.address()));
    stack.write("Dockerfile", &format!("FROM {}\nENV A=b\n", Stack::IMAGE));
    Some(stack)
}

#[test]
fn what_a_service_builds_and_names_is_pushed_by_all_its_names() {
    let Some(registry) = daemon().and_then(Registry::open) else { return };
    let Some(stack) = stack(&registry, "push") else { return };
    stack.run(["build"]).success();
    let proxy = Proxy::before(daemon().expect("it was there"));
    let told = stack.command(["push"]).host(&proxy.host()).run().success();
    told.complains([
        "b Skipped",
        "c Skipped",
        "a/x:1 Pushed",
        "a/x:2 Pushed",
        "a/y:1 Pushed",
        "a/d:1 Pushed",
    ]);
    let calls = proxy.calls();
    assert!(calls.len() <= 5, "{} calls: {calls:#?}", calls.len());
    for name in ["a/x:1", "a/x:2", "a/y:1", "a/d:1"] {
        assert!(registry.has(name), "{name}");
    }
}

#[test]
fn only_the_named_services_are_pushed_and_their_dependencies_on_request() {
    let Some(registry) = daemon().and_then(Registry::open) else { return };
    let Some(stack) = stack(&registry, "pushone") else { return };
    stack.run(["build", "a", "d"]).success();
    stack.run(["push", "-q", "a"]).success().never_says("a/d:1");
    assert!(registry.has("a/x:1") && !registry.has("a/d:1"));
    stack.run(["push", "--include-deps", "a"]).success();
    assert!(registry.has("a/d:1"));
}

#[test]
fn what_was_never_built_is_told_at_its_line_and_the_rest_is_pushed() {
    let Some(registry) = daemon().and_then(Registry::open) else { return };
    let Some(stack) = stack(&registry, "unbuilt") else { return };
    stack.run(["build", "d"]).success();
    stack.run(["push"]).code(1).complains(["compose.yaml:2:7", "rcompose build", "not finished: a"]);
    assert!(registry.has("a/d:1"));
    stack.run(["push", "--ignore-push-failures"]).success();
}

#[test]
fn a_registry_with_a_password_takes_an_image_with_it_and_without_it_not() {
    let Some(registry) = daemon().and_then(Registry::with_login) else { return };
    let Some(stack) = stack(&registry, "locked") else { return };
    stack.run(["build", "d"]).success();
    let command = format!("docker login {}", registry.address());
    stack.run(["push", "d"]).code(1).complains(["compose.yaml:5:7", &command]);
    stack.write("cfg/config.json", &registry.configuration());
    stack.command(["push", "d"]).env("DOCKER_CONFIG", stack.folder().join("cfg")).run().success();
    assert!(registry.has("a/d:1"));
}

#[test]
fn a_dry_push_changes_nothing() {
    let Some(registry) = daemon().and_then(Registry::open) else { return };
    let Some(stack) = stack(&registry, "drypush") else { return };
    let proxy = Proxy::before(daemon().expect("it was there"));
    let told = stack.command(["--dry-run", "push", "d"]).host(&proxy.host()).run().success();
    told.says(["push image", "a/d:1"]);
    assert!(!proxy.calls().iter().any(Call::mutates), "{:#?}", proxy.calls());
}

#[test]
fn what_build_pushes_is_what_it_built_and_the_file_names() {
    let Some(registry) = daemon().and_then(Registry::open) else { return };
    let Some(stack) = stack(&registry, "buildpush") else { return };
    stack.run(["build", "--push", "d", "b"]).success().never_says("Skipped");
    assert!(registry.has("a/d:1") && !registry.has("a/x:1"));
    stack.run(["build", "--push", "--with-dependencies", "a"]).success();
    assert!(["a/x:1", "a/x:2", "a/y:1"].iter().all(|name| registry.has(name)));
    stack.run(["build", "--push", "b"]).success().never_says("Push");
    let address = registry.address().to_owned();
    drop(registry);
    stack.run(["build", "--push", "d"]).code(1).complains([
        "compose.yaml:5:7",
        &address,
        "PROJECT push` goes on",
    ]);
}
