//! Images built from source.

use crate::support::{Proxy, Stack, daemon};

fn images(stack: &Stack) -> Vec<String> {
    let tags = |image: &serde_json::Value| image["RepoTags"][0].as_str().unwrap_or_default().to_owned();
    let mut all: Vec<_> = stack.images().iter().map(tags).collect();
    all.sort();
    all
}

#[test]
fn an_image_is_built_once_and_again_only_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "built", "services:\n  app: {build: app, command: cat /greeting}\n");
    stack.write("app/Dockerfile", &format!("FROM {}\nCOPY greeting /\n", Stack::IMAGE));
    stack.write("app/greeting", "one\n");
    let said = || {
        daemon.api.post(&format!("/containers/{}-app-1/wait", stack.project()), &serde_json::Value::Null);
        stack.run(["logs", "--no-log-prefix"]).success().out
    };
    stack.run(["up", "-d"]).success();
    assert_eq!(said(), "one\n");
    stack.write("app/greeting", "two\n");
    stack.run(["up", "-d"]).success();
    assert!(!said().contains("two"));
    stack.run(["up", "-d", "--build"]).success();
    assert_eq!(said(), "two\n");
}

#[test]
fn a_library_is_built_before_what_stands_on_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "library");
    stack.write(
        "compose.yaml",
        "services:\n  one: &on-base\n    build: {context: one, additional_contexts: {base: 'service:base'}}\n    command: cat /library /own\n  two: *on-base\n  base: {build: base, scale: 0}\n",
    );
    stack.write("base/Dockerfile", &format!("FROM {}\nRUN echo shared >/library\n", Stack::IMAGE));
    stack.write("one/Dockerfile", "FROM base\nRUN echo own >/own\n");
    stack.run(["build"]).success();
    let project = stack.project();
    let want: Vec<_> = ["base", "one", "two"].iter().map(|name| format!("{project}-{name}:latest")).collect();
    for name in &want {
        assert!(daemon.api.get(&format!("/images/{name}/json")).is_object());
    }
    stack.run(["up", "-d", "one"]).success();
    daemon.api.post(&format!("/containers/{project}-one-1/wait"), &serde_json::Value::Null);
    stack.run(["logs", "--no-log-prefix", "one"]).success().stdout("shared\nown\n");
    assert_eq!(images(&stack), want);
}

#[test]
fn a_failing_step_is_told_with_its_output() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "failing", "services:\n  app: {build: .}\n");
    stack.write("Dockerfile", &format!("FROM {}\nRUN echo the compiler says no; exit 7\n", Stack::IMAGE));
    let proxy = Proxy::before(daemon);
    let told = stack.command(["build"]).host(&proxy.host()).run().failure();
    assert!(format!("{}{}", told.out, told.err).contains("the compiler says no"), "{}{}", told.out, told.err);
    // The classic builder would leave the container of the failed step behind.
    let classic =
        proxy.calls().into_iter().find(|call| call.is("POST", "/build") && !call.query.contains("version=2"));
    assert!(
        classic.is_none_or(|call| call.query.contains("forcerm=1") || call.query.contains("forcerm=true"))
    );
}

#[test]
fn what_dockerignore_names_is_not_sent() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "ignored", "services:\n  app: {build: .}\n");
    stack.write(
        "Dockerfile",
        &format!("FROM {}\nCOPY . /all/\nRUN test -e /all/kept && test ! -e /all/secret\n", Stack::IMAGE),
    );
    stack.write(".dockerignore", "secret\n");
    stack.write("kept", "");
    stack.write("secret", "");
    stack.run(["build"]).success();
}

#[test]
fn local_images_go_with_down_when_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "rmi", "services:\n  app: {build: ., command: sleep 600, init: true}\n");
    stack.write("Dockerfile", &format!("FROM {}\nENV A=b\n", Stack::IMAGE));
    stack.run(["up", "-d"]).success();
    assert_eq!(images(&stack).len(), 1);
    stack.run(["down", "--rmi", "local"]).success();
    assert!(images(&stack).is_empty());
}

#[test]
fn twenty_services_with_one_build_share_one_build() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "shared");
    let first = "services:\n  s0: &same {build: ., image: 'PROJECT-app', command: sleep 600, init: true}\n"
        .replace("PROJECT", stack.project());
    let compose = (1..20).fold(first, |text, number| text + &format!("  s{number}: *same\n"));
    stack.write("compose.yaml", &compose);
    stack.write("Dockerfile", &format!("FROM {}\nENV A=b\n", Stack::IMAGE));
    let proxy = Proxy::before(daemon);
    stack.command(["build"]).host(&proxy.host()).run().success();
    let builds = |calls: Vec<crate::support::Call>| {
        calls.iter().filter(|call| call.is("POST", "/grpc") || call.is("POST", "/build")).count()
    };
    assert_eq!(builds(proxy.calls()), 1, "{:#?}", proxy.calls());
}
