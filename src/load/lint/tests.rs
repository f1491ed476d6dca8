use super::*;
use crate::diag::{Drawing, Problems, Severity, Sources, draw};
use crate::load::env_files::Supplied;
use crate::load::secrets::conceal;
use crate::load::{Environment, Loaded, Memory};
use crate::model::Project;
use crate::yaml::parse;

/// A canonical text as if it had been loaded.
fn loaded(text: &str) -> Loaded {
    let mut sources = Sources::default();
    let source = sources.add("compose.yaml", text);
    let mut problems = Problems::default();
    let mut trees = parse(source, text, &mut problems);
    assert!(problems.is_empty(), "the text parses: {problems:?}");
    let (tree, environment) = (trees.remove(0), Environment::default());
    conceal(&tree, &environment, &mut sources);
    Loaded {
        project: Project::default(),
        tree,
        sources,
        problems,
        environment,
        files: vec!["/project/compose.yaml".to_owned()],
        directory: "/project".into(),
        name: "project".to_owned(),
        supplied: Supplied::default(),
    }
}

/// What is found, as `code: message`.
fn found(text: &str) -> Vec<String> {
    let problems = lint(&loaded(text), &Memory::new());
    problems.iter().map(|problem| format!("{}: {}", problem.code, problem.message)).collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    let problems = lint(&loaded(text), &Memory::new());
    problems.iter().map(|problem| problem.code).collect()
}

#[test]
fn a_plain_project_has_no_findings() {
    assert_eq!(found("services:\n  web: {image: \"nginx:1.27\", restart: always}\n"), [""; 0]);
}

#[test]
fn a_health_check_that_comes_late_or_never_is_found() {
    let waiting = "  web: {image: \"a:1\", depends_on: {db: {condition: service_healthy}}}\n";
    let db =
        |check: &str| format!("services:\n  db: {{image: \"a:1\", healthcheck: {{{check}}}}}\n{waiting}");
    assert_eq!(
        found(&db("test: [CMD, x]")),
        ["slow-first-probe: `db` is first probed 30s after its start, and `web` waits for it"]
    );
    assert_eq!(codes(&db("test: [CMD, x], interval: 2s")), [""; 0]);
    assert_eq!(codes(&db("test: [CMD, x], interval: 1m, start_period: 10s")), [""; 0]);
    assert_eq!(
        codes(&db("test: [CMD, x], interval: 5s, start_interval: 1s")),
        ["start-interval-without-period"]
    );
    assert_eq!(codes(&db("disable: true")), ["never-healthy"]);
}

#[test]
fn a_wait_that_is_too_short_or_too_long_is_found() {
    let text = "services:
  db: {image: \"a:1\", healthcheck: {test: [CMD, x], interval: 2s}}
  job: {image: \"a:1\", restart: always}
  web:
    image: \"a:1\"
    depends_on: {db: {condition: service_started}, job: {condition: service_completed_successfully}}
";
    assert_eq!(codes(text), ["health-not-awaited", "never-completes"]);
}

#[test]
fn an_image_without_a_version_is_found() {
    assert_eq!(codes("services: {a: {image: nginx}}"), ["unpinned-image"]);
    assert_eq!(codes("services: {a: {image: \"nginx:latest\"}}"), ["unpinned-image"]);
    assert_eq!(codes("services: {a: {image: nginx, build: {context: .}}}"), [""; 0]);
    let digest = "0".repeat(64);
    assert_eq!(codes(&format!("services: {{a: {{image: \"nginx@sha256:{digest}\"}}}}")), [""; 0]);
}

#[test]
fn open_doors_are_found() {
    let port = |more: &str| {
        format!("services: {{a: {{image: \"a:1\", ports: [{{target: 5432, published: \"5432\"{more}}}]}}}}")
    };
    assert_eq!(codes(&port("")), ["exposed-database"]);
    assert_eq!(codes(&port(", host_ip: 127.0.0.1")), [""; 0]);
    assert_eq!(codes("services: {a: {image: \"a:1\", privileged: true}}"), ["privileged"]);
    let bind = |source: &str| {
        format!(
            "services: {{a: {{image: \"a:1\", volumes: [{{type: bind, source: {source}, target: /x}}]}}}}"
        )
    };
    assert_eq!(codes(&bind("/var/run/docker.sock")), ["engine-socket"]);
    assert_eq!(codes(&bind("/")), ["host-root"]);
    assert_eq!(codes(&bind("/srv")), [""; 0]);
}

#[test]
fn a_password_in_the_file_is_found_and_never_shown() {
    let loaded = loaded(
        "services:\n  a:\n    image: a:1\n    environment:\n      DB_PASSWORD: hunter2\n      DB_PASSWORD_FILE: /run/x\n      TOKEN: \"\"\n",
    );
    let problems = lint(&loaded, &Memory::new());
    assert_eq!(problems.len(), 1);
    let drawn = draw(&problems, &loaded.sources, Drawing::default());
    assert!(drawn.contains("DB_PASSWORD: ••••••") && !drawn.contains("hunter2"), "{drawn}");
}

#[test]
fn a_volume_without_a_name_is_found_unless_it_is_a_hole_in_a_mount() {
    let with = |more: &str| {
        format!(
            "services: {{a: {{image: \"a:1\", volumes: [{{type: volume, target: /app/node_modules}}{more}]}}}}"
        )
    };
    assert_eq!(codes(&with("")), ["anonymous-volume"]);
    assert_eq!(codes(&with(", {type: bind, source: /project, target: /app}")), [""; 0]);
}

#[test]
fn what_nobody_uses_is_found() {
    let text = "services:
  a: {image: \"a:1\", networks: {used: null}, volumes: [{type: volume, source: data, target: /d}], build: {secrets: [{source: key}]}}
networks: {used: null, lone: null}
volumes: {data: null, lost: null}
secrets: {key: {file: /project/x}, gone: {file: /project/y}}
";
    assert_eq!(
        found(text).iter().filter_map(|line| line.split('`').nth(1)).collect::<Vec<_>>(),
        ["lone", "lost", "gone"]
    );
}

#[test]
fn two_containers_on_one_port_are_found() {
    let pair = |one: &str, other: &str| {
        format!(
            "services:\n  a: {{image: \"a:1\", ports: [{{target: 1, published: \"80\"{one}}}]}}\n  b: {{image: \"a:1\", ports: [{{target: 2, published: \"80\"{other}}}]}}\n"
        )
    };
    assert_eq!(codes(&pair("", "")), ["port-collision"]);
    assert_eq!(codes(&pair(", protocol: udp", "")), [""; 0]);
    assert_eq!(codes(&pair(", host_ip: 127.0.0.1", ", host_ip: 127.0.0.2")), [""; 0]);
    assert_eq!(codes(&pair(", host_ip: 0.0.0.0", ", host_ip: 127.0.0.2")), ["port-collision"]);
    assert_eq!(codes(&pair(", host_ip: 0.0.0.0", ", host_ip: \"::\"")), [""; 0]);
    let apart =
        pair("", "").replace("a: {", "a: {profiles: [one], ").replace("b: {", "b: {profiles: [two], ");
    assert_eq!(codes(&apart), [""; 0]);
    assert_eq!(
        codes("services: {a: {image: \"a:1\", scale: 2, ports: [{target: 1, published: \"80\"}]}}"),
        ["port-collision"]
    );
}

#[test]
fn words_that_an_engine_refuses_are_found() {
    assert_eq!(codes("services: {a: {image: \"a:1\", restart: allways}}"), ["unknown-restart-policy"]);
    assert_eq!(codes("services: {a: {image: \"a:1\", restart: \"on-failure:3\"}}"), [""; 0]);
    assert_eq!(codes("services: {a: {image: \"a:1\", container_name: \"a b\"}}"), ["bad-container-name"]);
    assert_eq!(codes("services: {a: {image: \"a:1\", dns: [host]}}"), ["bad-dns-address"]);
    assert_eq!(
        codes("services: {a: {image: \"a:1\", network_mode: host, ports: [{target: 80}]}}"),
        ["ports-on-host-network"]
    );
}

#[test]
fn a_file_outside_the_project_is_found() {
    let text = "include: [../shared/compose.yaml, sub/compose.yaml]
services:
  a: {image: \"a:1\", extends: {file: /etc/base.yaml, service: a}, secrets: [{source: s}]}
secrets: {s: {file: /project/../key.txt}}
";
    let messages = found(text);
    let by: Vec<&str> = messages.iter().filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(by, ["include", "extends", "secrets.file"]);
}

#[test]
fn what_is_silenced_is_not_said_where_it_is_silenced() {
    let text = |lint: &str| format!("services:\n  a: {{image: nginx, {lint}}}\n  b: {{image: nginx}}\n");
    assert_eq!(codes(&text("x-lint: unpinned-image")).len(), 1);
    assert_eq!(codes(&text("x-lint: [unpinned-image]")).len(), 1);
    assert_eq!(codes(&text("x-lint: {allow: [all]}")).len(), 1);
    assert_eq!(codes(&format!("x-lint: [unpinned-image]\n{}", text("x-a: 1"))).len(), 0);
    assert_eq!(codes("services: {a: {image: \"a:1\", x-lint: [unpined-image]}}"), ["unknown-lint"]);
}

#[test]
fn codes_are_unique_and_in_kebab_case() {
    for (at, lint) in LINTS.iter().enumerate() {
        assert!(lint.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", lint.code);
        assert!(!LINTS[..at].iter().any(|other| other.code == lint.code), "{} twice", lint.code);
        assert!(lint.severity <= Severity::Advice && !lint.summary.is_empty());
    }
}
