//! `up`: what stands afterwards, and in which order it came to stand.

use std::io::Read;
use std::net::TcpStream;

use crate::support::{Stack, daemon};

const LONG: &str = "sleep 600";

#[test]
fn every_service_runs_with_its_network_and_its_volume() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "whole",
        &format!(
            "services:\n  web:\n    image: IMAGE\n    command: {LONG}\n    init: true\n    volumes: [data:/data]\n    networks: [front]\n    environment: {{GREETING: hello}}\n    labels: {{colour: blue}}\nnetworks:\n  front:\nvolumes:\n  data:\n"
        ),
    );
    stack.run(["up", "-d"]).success().stdout("");
    let web = stack.inspect("web");
    let name = stack.project();
    assert_eq!(web["State"]["Status"], "running");
    assert_eq!(web["Config"]["Labels"]["colour"], "blue");
    assert_eq!(web["Config"]["Labels"]["com.docker.compose.service"], "web");
    assert_eq!(web["Mounts"][0]["Name"], format!("{name}_data"));
    assert!(web["NetworkSettings"]["Networks"][format!("{name}_front")].is_object(), "{web:#}");
    assert!(web["Config"]["Env"].as_array().is_some_and(|all| all.iter().any(|one| one == "GREETING=hello")));
    assert_eq!((stack.networks().len(), stack.volumes().len()), (1, 1));
}

#[test]
fn a_second_up_touches_nothing() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "twice",
        &format!(
            "services:\n  a:\n    image: IMAGE\n    command: {LONG}\n    init: true\n    volumes: [data:/data, /scratch]\n  b:\n    image: IMAGE\n    command: {LONG}\n    init: true\n    depends_on: [a]\nvolumes:\n  data:\n"
        ),
    );
    stack.run(["up", "-d"]).success();
    let before = stack.identities();
    stack.run(["up", "-d"]).success();
    assert_eq!(stack.identities(), before);
}

#[test]
fn only_the_service_that_changed_is_made_anew_and_keeps_its_anonymous_volume() {
    let Some(daemon) = daemon() else { return };
    let compose = |value: &str| {
        format!(
            "services:\n  a:\n    image: {image}\n    command: {LONG}\n    init: true\n    volumes: [/kept]\n    environment: {{V: '{value}'}}\n  b:\n    image: {image}\n    command: {LONG}\n    init: true\n",
            image = Stack::IMAGE
        )
    };
    let stack = Stack::of(daemon, "changed", &compose("1"));
    stack.run(["up", "-d"]).success();
    let (a, b) = (stack.inspect("a"), stack.inspect("b"));
    stack.write("compose.yaml", &compose("2"));
    stack.run(["up", "-d"]).success();
    assert_ne!(stack.inspect("a")["Id"], a["Id"]);
    assert_eq!(stack.inspect("a")["Mounts"][0]["Name"], a["Mounts"][0]["Name"]);
    assert_eq!(stack.inspect("b")["Id"], b["Id"]);
    assert_eq!(stack.containers().len(), 2);
}

#[test]
fn a_dependant_starts_after_health_and_after_completion() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "ordered",
        r#"
services:
  app:
    image: IMAGE
    command: sleep 600
    init: true
    depends_on:
      db: {condition: service_healthy}
      job: {condition: service_completed_successfully}
  job:
    image: IMAGE
    command: sleep 1
    depends_on:
      db: {condition: service_healthy}
  db:
    image: IMAGE
    command: sh -c "sleep 1; touch /tmp/ready; exec sleep 600"
    init: true
    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 1s, timeout: 5s, retries: 20}
"#,
    );
    stack.run(["up", "-d"]).success();
    let (app, job, db) = (stack.inspect("app"), stack.inspect("job"), stack.inspect("db"));
    let moment = |it: &serde_json::Value, key: &str| it["State"][key].as_str().unwrap_or_default().to_owned();
    stack.run(["exec", "-T", "db", "test", "-e", "/tmp/ready"]).success();
    assert!(moment(&db, "StartedAt") < moment(&job, "StartedAt"));
    // Times of the daemon are RFC 3339 in UTC, so their texts compare as they do.
    assert!(moment(&job, "FinishedAt") <= moment(&app, "StartedAt"), "{job:#}\n{app:#}");
    assert_eq!(job["State"]["ExitCode"], 0);
}

#[test]
fn wait_returns_when_all_are_healthy() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "wait",
        r#"
services:
  slow:
    image: IMAGE
    command: sh -c "sleep 2; touch /tmp/ready; exec sleep 600"
    init: true
    healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 1s, timeout: 5s, retries: 20}
"#,
    );
    stack.run(["--no-fast-gates", "up", "--wait"]).success();
    assert_eq!(stack.inspect("slow")["State"]["Health"]["Status"], "healthy");
}

#[test]
fn a_secret_and_a_config_are_files_in_the_container() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "secret",
        r#"
services:
  reader:
    image: IMAGE
    command: sh -c "cat /run/secrets/token /etc/app.conf /etc/inline.conf"
    secrets: [token]
    configs:
      - {source: app, target: /etc/app.conf}
      - {source: inline, target: /etc/inline.conf}
secrets:
  token: {file: ./token.txt}
configs:
  app: {file: ./app.conf}
  inline: {content: "inline for ${WHO}\n"}
"#,
    );
    stack.write("token.txt", "the token\n");
    stack.write("app.conf", "the config\n");
    stack.command(["up", "-d"]).env("WHO", "you").run().success();
    daemon.api.post(&format!("/containers/{}-reader-1/wait", stack.project()), &serde_json::Value::Null);
    let read = stack.command(["logs", "--no-log-prefix"]).env("WHO", "you").run().success();
    let mut lines: Vec<_> = read.out.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["inline for you", "the config", "the token"]);
}

#[test]
fn a_service_with_a_profile_comes_only_when_asked_for() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "profile",
        "services:\n  always: {image: IMAGE, command: sleep 600, init: true}\n  extra: {image: IMAGE, command: sleep 600, init: true, profiles: [more]}\n",
    );
    stack.run(["up", "-d"]).success();
    assert_eq!(stack.containers().len(), 1);
    stack.run(["--profile", "more", "up", "-d"]).success();
    assert_eq!(stack.containers().len(), 2);
}

#[test]
fn only_the_named_service_comes_and_what_it_depends_on() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "named",
        "services:\n  a: {image: IMAGE, command: sleep 600, init: true, depends_on: [b]}\n  b: {image: IMAGE, command: sleep 600, init: true}\n  c: {image: IMAGE, command: sleep 600, init: true}\n",
    );
    stack.run(["up", "-d", "a"]).success();
    let services: Vec<_> = stack
        .containers()
        .iter()
        .map(|one| one["Labels"]["com.docker.compose.service"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(services, ["a", "b"]);
}

#[test]
fn a_published_port_answers() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "port",
        "services:\n  web:\n    image: IMAGE\n    command: nc -ll -p 80 -e echo welcome\n    init: true\n    ports: ['127.0.0.1::80']\n",
    );
    stack.run(["up", "-d"]).success();
    let port = stack.inspect("web")["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"].clone();
    let address = format!("127.0.0.1:{}", port.as_str().expect("the port is published"));
    let answered = (0..100).any(|_| {
        let mut text = String::new();
        let answer = TcpStream::connect(&address).and_then(|mut stream| stream.read_to_string(&mut text));
        std::thread::sleep(std::time::Duration::from_millis(30));
        answer.is_ok() && text == "welcome\n"
    });
    assert!(answered, "nothing answers at {address}");
}

#[test]
fn services_reach_each_other_by_name_only_on_a_shared_network() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::of(
        daemon,
        "names",
        "services:\n  one: {image: IMAGE, command: sleep 600, init: true, networks: [x]}\n  two: {image: IMAGE, command: sleep 600, init: true, networks: {x: {aliases: [deux]}, y: }}\n  far: {image: IMAGE, command: sleep 600, init: true, networks: [y]}\nnetworks: {x: , y: }\n",
    );
    stack.run(["up", "-d"]).success();
    assert_eq!(stack.exec("one", &["nslookup", "two"]), 0);
    assert_eq!(stack.exec("one", &["nslookup", "deux"]), 0);
    assert_ne!(stack.exec("one", &["nslookup", "far"]), 0);
}

#[test]
fn a_stopped_container_is_started_and_not_made_anew() {
    let Some(daemon) = daemon() else { return };
    let stack =
        Stack::of(daemon, "stopped", "services:\n  a: {image: IMAGE, command: sleep 600, init: true}\n");
    stack.run(["up", "-d"]).success();
    let before = stack.inspect("a");
    daemon.api.post(&format!("/containers/{}-a-1/stop?t=1", stack.project()), &serde_json::Value::Null);
    stack.run(["up", "-d"]).success();
    let after = stack.inspect("a");
    assert_eq!(after["Id"], before["Id"]);
    assert_eq!(after["State"]["Running"], true);
    assert_ne!(after["State"]["StartedAt"], before["State"]["StartedAt"]);
}

#[test]
fn replicas_are_numbered_and_scaled_down_again() {
    let Some(daemon) = daemon() else { return };
    let compose = |n: u32| {
        format!("services:\n  a: {{image: {}, command: sleep 600, init: true, scale: {n}}}\n", Stack::IMAGE)
    };
    let stack = Stack::of(daemon, "scaled", &compose(3));
    stack.run(["up", "-d"]).success();
    let names = |stack: &Stack| -> Vec<String> {
        stack.containers().iter().map(|one| one["Names"][0].as_str().unwrap_or_default().to_owned()).collect()
    };
    let name = |n: u32| format!("/{}-a-{n}", stack.project());
    assert_eq!(names(&stack), [name(1), name(2), name(3)]);
    stack.write("compose.yaml", &compose(1));
    stack.run(["up", "-d"]).success();
    assert_eq!(names(&stack), [name(1)]);
}

#[test]
fn a_network_that_says_something_else_is_made_anew_with_only_those_that_use_it() {
    let Some(daemon) = daemon() else { return };
    let stack = Stack::new(daemon, "diverged");
    let write = |note: &str| {
        let text = "services:\n  a: {image: IMAGE, command: sleep 600, init: true, stop_grace_period: 0s, networks: [x]}\n  \
                    b: {image: IMAGE, command: sleep 600, init: true, stop_grace_period: 0s, networks: [y]}\n\
                    networks: {x: {labels: {note: NOTE}}, y: {}}\n";
        stack.write("compose.yaml", &text.replace("IMAGE", Stack::IMAGE).replace("NOTE", note));
    };
    write("one");
    stack.run(["up", "-d"]).success();
    let other = stack.inspect("b")["Id"].clone();
    write("two");
    stack.run(["up", "-d"]).success();
    let network = stack.networks().into_iter().find(|network| network["Labels"]["note"] == "two");
    let network = network.expect("the network says what the file says");
    assert_eq!(stack.networks().len(), 2);
    let name = network["Name"].as_str().expect("a name");
    let joined = &stack.inspect("a")["NetworkSettings"]["Networks"][name]["NetworkID"];
    assert_eq!(*joined, network["Id"]);
    assert_eq!(stack.inspect("b")["Id"], other);
    stack.run(["plan"]).success().says(["nothing to do"]);
}
