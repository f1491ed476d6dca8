//! Images built from source.

use crate::support::{Api, Call, Proxy, Stack, daemon};

/// How often something was built, by either builder.
fn builds(calls: &[Call]) -> usize {
    calls.iter().filter(|call| call.is("POST", "/grpc") || call.is("POST", "/build")).count()
}

fn images(stack: &Stack) -> Vec<String> {
    let listed = stack.images();
    let tags = listed.iter().filter_map(|image| image["RepoTags"].as_array()).flatten();
    let mut all: Vec<_> = tags.filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
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
    told.complains(["PROJECT build` goes on"]);
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
    assert_eq!(builds(&proxy.calls()), 1, "{:#?}", proxy.calls());
}

#[test]
fn services_that_are_built_alike_are_one_build_with_all_their_names() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "alike");
    let compose = (0..20).fold("services:\n".to_owned(), |text, n| text + &format!("  s{n}: {{build: .}}\n"));
    stack.write("compose.yaml", &compose);
    stack.write("Dockerfile", &format!("FROM {}\nENV ALIKE={}\n", Stack::IMAGE, stack.project()));
    let proxy = Proxy::before(daemon);
    stack.command(["build"]).host(&proxy.host()).run().success().complains(["-s0 Built", "-s19 Built"]);
    assert_eq!(builds(&proxy.take()), 1);
    assert_eq!(images(&stack).len(), 20, "{:?}", images(&stack));
    stack.command(["create"]).host(&proxy.host()).run().success();
    assert_eq!(builds(&proxy.take()), 0);
    assert_eq!(stack.containers().len(), 20);
}

#[test]
fn services_that_are_built_differently_are_built_each() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "unlike",
        "services:\n  a: {build: .}\n  b: {build: {context: ., args: {X: '1'}}}\n  c: {build: {context: ., target: first}}\n",
    );
    stack.write("Dockerfile", &format!("FROM {0} AS first\nFROM {0}\nARG X=0\nENV X=$X\n", Stack::IMAGE));
    let proxy = Proxy::before(daemon);
    stack.command(["build"]).host(&proxy.host()).run().success();
    assert_eq!(builds(&proxy.take()), 3);
}

#[test]
fn two_different_builds_of_one_image_are_told() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "differ");
    stack.write(
        "compose.yaml",
        &"services:\n  a: {build: ., image: PROJECT-x}\n  b: {build: {context: ., args: {X: '1'}}, image: PROJECT-x}\n"
            .replace("PROJECT", stack.project()),
    );
    stack.write("Dockerfile", &format!("FROM {}\nARG X=0\n", Stack::IMAGE));
    stack.run(["create"]).success().complains(["`a` and `b` build the image", "differently"]);
}

#[test]
fn what_a_rebuild_left_without_a_name_goes_with_the_local_images() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "dangling", "services:\n  a: {build: .}\n");
    let ours = || {
        let filters =
            serde_json::json!({ "label": [format!("com.docker.compose.project={}", stack.project())] });
        let path = format!("/images/json?filters={}", Api::filters(&filters));
        daemon.api.get(&path).as_array().map_or(0, Vec::len)
    };
    for value in ["one", "two"] {
        stack.write("Dockerfile", &format!("FROM {}\nENV V={value}-{}\n", Stack::IMAGE, stack.project()));
        stack.run(["build"]).success();
    }
    assert_eq!(ours(), if daemon.has_containerd_store() { 1 } else { 2 });
    stack.run(["down", "--rmi", "local"]).success();
    assert_eq!(ours(), 0);
}

#[test]
fn nothing_is_built_where_building_is_forbidden() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "forbidden", "services:\n  a: {build: ., pull_policy: build}\n");
    stack.write("Dockerfile", &format!("FROM {}\n", Stack::IMAGE));
    let proxy = Proxy::before(daemon);
    stack
        .command(["up", "-d", "--no-build"])
        .host(&proxy.host())
        .run()
        .code(1)
        .complains(["compose.yaml:2:7"]);
    assert_eq!(builds(&proxy.take()), 0);
}

#[test]
fn what_is_to_be_built_every_time_is() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "everytime", "services:\n  a: {build: ., pull_policy: build}\n");
    stack.write("Dockerfile", &format!("FROM {}\n", Stack::IMAGE));
    let proxy = Proxy::before(daemon);
    for _ in 0..2 {
        stack.command(["create"]).host(&proxy.host()).run().success();
        assert_eq!(builds(&proxy.take()), 1);
    }
}

#[test]
fn a_folder_or_dockerfile_that_is_not_there_is_named_at_the_line_that_asks_for_it() {
    let Some(daemon) = daemon() else { return };
    for builder in ["0", "1"] {
        let stack = Stack::of(daemon, "nowhere", "services:\n  a: {build: app}\n");
        let build = || stack.command(["build"]).env("DOCKER_BUILDKIT", builder).run().code(1);
        build().complains(["DIR/app", "compose.yaml:2:"]);
        stack.write("app/file", "");
        build().complains(["Dockerfile", "compose.yaml:2:"]);
    }
}

/// The engine reaches nothing by such a proxy, and needs not: the base is here.
#[test]
fn proxies_of_the_clients_configuration_reach_the_steps_and_stay_out_of_the_image() {
    let Some(daemon) = daemon() else { return };
    let stack =
        Stack::of(daemon, "buildproxy", "services: {app: {build: {context: ., args: {ftp_proxy: own}}}}");
    let step = "RUN echo $HTTP_PROXY $no_proxy $ftp_proxy >/seen";
    stack.write("Dockerfile", &format!("FROM {}\n{step}\n", Stack::IMAGE));
    let proxies =
        r#"{"proxies": {"default": {"httpProxy": "http://p.invalid:1", "noProxy": "a,b", "ftpProxy": "x"}}}"#;
    stack.write("cfg/config.json", proxies);
    for buildkit in ["1", "0"] {
        let command = stack.command(["build", "--no-cache"]).env("DOCKER_CONFIG", stack.folder().join("cfg"));
        command.env("DOCKER_BUILDKIT", buildkit).run().success();
        stack.run(["run", "--rm", "app", "cat", "/seen"]).success().stdout("http://p.invalid:1 a,b own\n");
        let image = daemon.api.get(&format!("/images/{}-app/json", stack.project()));
        assert!(!image.to_string().contains("p.invalid"), "{image}");
    }
}

#[test]
fn what_is_to_run_here_is_built_for_here_whatever_other_platforms_it_has() {
    let Some(daemon) = daemon() else { return };
    let compose = "services:
  a:
    build: {context: ., dockerfile_inline: FROM IMAGE, platforms: [linux/s390x, linux/arm64, linux/amd64]}
    command: 'true'
";
    let stack = Stack::of(daemon, "platforms", compose);
    let own = daemon.api.get(&format!("/images/{}/json", Stack::IMAGE))["Architecture"].clone();
    let built = || daemon.api.get(&format!("/images/{}-a/json", stack.project()))["Architecture"].clone();
    for words in
        [["up", "--no-start", "--build"].as_slice(), &["create", "--build"], &["run", "--build", "--rm", "a"]]
    {
        stack.command([]).args(words).run().success();
        assert_eq!(built(), own, "{words:?}");
    }
    let variable = "DOCKER_DEFAULT_PLATFORM";
    stack
        .command(["up", "--no-start", "--build"])
        .env(variable, format!("linux/{}", own.as_str().unwrap_or_default()))
        .run()
        .success();
    for words in [["up", "-d"].as_slice(), &["build"], &["run", "a"], &["create"]] {
        let told = stack.command([]).args(words).env(variable, "linux/riscv64").run().code(1);
        told.complains([
            "compose.yaml:3:",
            "is not built for `linux/riscv64`",
            "unset DOCKER_DEFAULT_PLATFORM",
        ]);
    }
}
