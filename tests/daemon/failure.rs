//! An `up` that fails says what failed, what is left, and why.

use std::net::TcpListener;

use crate::support::{Stack, daemon};

#[test]
fn an_unhealthy_dependency_is_told_with_who_waited_its_probe_and_its_last_lines() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "unhealthy",
        r#"
services:
  app:
    image: IMAGE
    command: sleep 600
    depends_on:
      db: {condition: service_healthy}
  db:
    image: IMAGE
    command: [sh, -c, "echo disk is full; exec sleep 600"]
    init: true
    healthcheck: {test: [CMD-SHELL, "echo not yet open; exit 1"], interval: 200ms, timeout: 5s, retries: 2}
"#,
    );
    stack.run(["up", "-d"]).code(1).complains([
        "PROJECT-db-1",
        "unhealthy",
        "app",
        "not yet open",
        "disk is full",
    ]);
    assert_eq!(stack.inspect("app")["State"]["Status"], "created");
    assert_eq!(stack.inspect("db")["State"]["Status"], "running");
}

#[test]
fn a_job_that_failed_is_told_with_its_code_and_its_last_lines() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "job",
        r#"
services:
  app:
    image: IMAGE
    command: sleep 600
    depends_on:
      job: {condition: service_completed_successfully}
  job:
    image: IMAGE
    command: [sh, -c, "echo no such table; exit 3"]
"#,
    );
    stack.run(["up", "-d"]).code(1).complains(["job", "3", "no such table", "app"]);
    assert_eq!(stack.inspect("app")["State"]["Status"], "created");
}

#[test]
fn a_killed_dependency_is_told_with_what_its_code_means() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "killed",
        r#"
services:
  app:
    image: IMAGE
    command: sleep 600
    depends_on:
      job: {condition: service_completed_successfully}
  job:
    image: IMAGE
    command: [sh, -c, "kill -9 $$$$"]
    init: true
"#,
    );
    stack.run(["up", "-d"]).code(1).complains(["137", "killed"]);
}

#[test]
fn a_port_that_is_taken_points_at_the_line_that_wants_it() {
    let Some(daemon) = daemon() else { return };
    let holder = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = holder.local_addr().expect("it is bound").port();
    let stack = Stack::of(
        daemon,
        "port",
        &format!(
            "services:\n  web:\n    image: IMAGE\n    command: sleep 600\n    ports:\n      - '127.0.0.1:{port}:80'\n"
        ),
    );
    stack.run(["up", "-d"]).code(1).complains(["web", &port.to_string(), "compose.yaml:6"]);
}

#[test]
fn a_command_that_is_not_in_the_image_is_named() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "command", "services:\n  a: {image: IMAGE, command: no-such-program}\n");
    stack.run(["up", "-d"]).code(1).complains(["PROJECT-a-1", "no-such-program"]);
}

#[test]
fn what_came_up_stays_and_the_next_up_goes_on_from_there() {
    let Some(daemon) = daemon() else { return };
    let compose = |command: &str| {
        format!(
            "services:\n  good: {{image: {image}, command: sleep 600, init: true}}\n  bad: {{image: {image}, command: {command}, init: true, depends_on: [good]}}\n",
            image = Stack::IMAGE
        )
    };
    let stack = Stack::of(daemon, "goes-on", &compose("no-such-program"));
    // Without `init` the runtime itself refuses to start it.
    stack.write(
        "compose.yaml",
        &compose("no-such-program").replace("no-such-program, init: true", "no-such-program"),
    );
    stack.run(["up", "-d"]).code(1);
    let good = stack.inspect("good");
    assert_eq!(good["State"]["Status"], "running");
    stack.write("compose.yaml", &compose("sleep 600"));
    stack.run(["up", "-d"]).success();
    assert_eq!(stack.inspect("good")["Id"], good["Id"]);
    assert_eq!(stack.inspect("bad")["State"]["Status"], "running");
}

#[test]
fn faults_of_a_file_are_told_before_the_daemon_is_asked() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(daemon, "file", "services:\n  a:\n    imagee: x\n    ports: ['99999:80']\n");
    let proxy = crate::support::Proxy::before(daemon);
    stack.command(["up", "-d"]).host(&proxy.host()).run().code(1).complains([
        "imagee",
        "image",
        "99999",
        "compose.yaml:3",
    ]);
    assert!(proxy.calls().is_empty());
}

#[test]
fn what_cannot_be_made_any_more_can_be_looked_at_ended_and_taken_away() {
    let Some(daemon) = daemon() else { return };
    let stack =
        Stack::of(daemon, "hindered", "services: {web: {image: IMAGE, command: sleep 600, init: true}}");
    stack.run(["up", "-d"]).success();
    let file = |more: &str| {
        let text = "services:\n  web: {image: IMAGE, command: sleep 600, init: true, MORE}\n  \
                    more: {image: IMAGE, command: sleep 600, init: true}\nsecrets: {s: {environment: NOT_SET}}\n";
        stack.write("compose.yaml", &text.replace("MORE", more).replace("IMAGE", Stack::IMAGE));
    };
    for more in ["secrets: [s]", "security_opt: ['seccomp:gone.json']", "env_file: gone.env"] {
        file(more);
        stack.run(["ps"]).success().says(["PROJECT-web-1"]);
        stack.run(["exec", "-T", "web", "true"]).success();
        stack.run(["up", "-d", "more"]).success();
        stack.run(["pause"]).success();
        stack.run(["unpause"]).success();
        stack.run(["up", "-d", "--force-recreate"]).code(1).complains(["compose.yaml"]);
        stack.run(["stop", "-t", "0"]).success();
        assert_eq!(stack.inspect("web")["State"]["Status"], "exited");
        stack.run(["rm", "-f", "more"]).success();
        file("tty: false");
        stack.run(["up", "-d", "web"]).success();
    }
    file("secrets: [s]");
    stack.run(["stop", "-t", "0"]).success();
    stack.run(["start"]).code(1).complains(["NOT_SET", "compose.yaml"]);
    stack.run(["down"]).success();
    assert!(stack.containers().is_empty());
}

#[test]
fn what_would_have_an_empty_name_is_refused_at_its_line_and_nothing_is_made() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "nameless",
        "services: {web: {image: IMAGE, command: sleep 600, volumes: ['data:/d'], networks: [n]}}\n\
         volumes:\n  data:\n    name: ${NOT_SET}\nnetworks:\n  n:\n    name: ${NOT_SET}\n",
    );
    stack.run(["create"]).code(1).complains([
        "compose.yaml:4",
        "volume `data`",
        "compose.yaml:7",
        "network `n`",
    ]);
    assert!(stack.containers().is_empty() && stack.networks().is_empty() && stack.volumes().is_empty());
    stack.run(["config", "-q"]).success();
    stack.run(["down", "-v"]).success();
}

#[test]
fn what_the_engine_refuses_is_underlined_where_its_words_are_in_the_file() {
    let Some(daemon) = daemon() else { return };
    let compose = "services:
  cap:
    image: IMAGE
    cap_add: [SYS_TIME, NO_SUCH]
  dev:
    image: IMAGE
    devices:
      - /dev/null:/dev/null
      - /dev/no-such:/dev/x
  runtime:
    image: IMAGE
    runtime: odd
  driver:
    image: IMAGE
    logging:
      driver: no-such-driver
";
    let stack = Stack::of(daemon, "quoted", compose);
    for (service, line) in [("cap", 4), ("dev", 9), ("runtime", 12), ("driver", 16)] {
        let told = stack.run(["up", "-d", service]).code(1);
        told.complains(["[engine-refused]", &format!("compose.yaml:{line}:")]);
    }
}
