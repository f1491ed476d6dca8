//! Which project is meant: flags and variables.

use crate::peer::peer;
use crate::program::{Program, Said};

/// A directory with two compose files and variables, and what is asked of it.
struct Case {
    variables: &'static [(&'static str, &'static str)],
    words: &'static str,
}

const CASES: &[Case] = &[
    Case { variables: &[], words: "config" },
    Case { variables: &[], words: "-p named config" },
    Case { variables: &[], words: "-f other.yaml config" },
    Case { variables: &[], words: "-f compose.yaml -f other.yaml config" },
    Case { variables: &[], words: "--project-directory sub -f compose.yaml config" },
    Case { variables: &[], words: "--env-file other.env config" },
    Case { variables: &[], words: "--profile extra config --services" },
    Case { variables: &[], words: "--profile * config --services" },
    Case { variables: &[], words: "config --format json" },
    Case { variables: &[], words: "config --no-interpolate" },
    Case { variables: &[], words: "-f other.yaml config --hash *" },
    Case { variables: &[], words: "config --images" },
    Case { variables: &[], words: "config --volumes" },
    Case { variables: &[], words: "config -q" },
    Case { variables: &[], words: "config web" },
    Case { variables: &[], words: "--compatibility config" },
    Case { variables: &[], words: "--all-resources config" },
    Case { variables: &[("COMPOSE_FILE", "other.yaml")], words: "config" },
    Case { variables: &[("COMPOSE_FILE", "compose.yaml:other.yaml")], words: "config" },
    Case {
        variables: &[("COMPOSE_FILE", "compose.yaml,other.yaml"), ("COMPOSE_PATH_SEPARATOR", ",")],
        words: "config",
    },
    Case { variables: &[("COMPOSE_PROJECT_NAME", "by-variable")], words: "config" },
    Case { variables: &[("COMPOSE_PROJECT_NAME", "by-variable")], words: "-p by-flag config" },
    Case { variables: &[("COMPOSE_PROFILES", "extra")], words: "config --services" },
    Case { variables: &[("COMPOSE_ENV_FILES", "other.env")], words: "config" },
    Case { variables: &[("COMPOSE_DISABLE_ENV_FILE", "1")], words: "config -q" },
    Case { variables: &[("TAG", "from-shell")], words: "config" },
    Case { variables: &[("COMPOSE_COMPATIBILITY", "true")], words: "config --images" },
];

fn prepared(program: Program, case: &Case) -> Program {
    let program = program
        .file(
            "compose.yaml",
            "name: demo\nservices:\n  web:\n    image: nginx:${TAG}\n    ports: [\"80:80\"]\n    volumes: [data:/data, ./here:/there]\n  \
             tool:\n    image: busybox\n    profiles: [extra]\nvolumes:\n  data:\n  unused:\n",
        )
        .file("other.yaml", "name: other\nservices:\n  web:\n    image: httpd\n    environment: {A: \"${TAG}\"}\n")
        .file(".env", "TAG=from-dotenv\n")
        .file("other.env", "TAG=from-other\n");
    case.variables.iter().fold(program, |program, (name, value)| program.variable(name, value))
}

/// What was said, with the directory's own name replaced.
fn said(program: &Program, words: &str) -> Said {
    let mut said = program.run(words);
    said.stdout = said.stdout.replace(&program.directory(), "DIR");
    if !matches!(said.stdout.lines().next(), Some("{") | None) && !said.stdout.contains(':') {
        // The peer prints lists of names in any order.
        let mut lines: Vec<&str> = said.stdout.lines().collect();
        lines.sort_unstable();
        said.stdout = lines.join("\n");
    }
    said
}

#[test]
fn flags_and_variables_choose_the_same_project_as_the_peers() {
    let Some(_) = peer() else { return };
    for case in CASES {
        let ours = said(&prepared(Program::ours(), case), case.words);
        let theirs = said(&prepared(peer().expect("it was there"), case), case.words);
        assert_eq!(ours.stdout, theirs.stdout, "{:?} {}\n{}", case.variables, case.words, ours.stderr);
        assert_eq!(ours.code, theirs.code, "{:?} {}", case.variables, case.words);
    }
}

#[test]
fn every_way_to_choose_a_project_works() {
    for case in CASES {
        let ours = said(&prepared(Program::ours(), case), case.words);
        assert_eq!(ours.code, Some(0), "{:?} {}\n{}", case.variables, case.words, ours.stderr);
    }
}

#[test]
fn a_project_that_is_known_by_name_needs_no_files() {
    let said = Program::ours().run("-p named ps");
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.contains("cannot reach the container engine"), "{}", said.stderr);
    let said = Program::ours().run("-p Named ps");
    assert!(
        said.stderr.starts_with("invalid project name \"Named\": must consist only of"),
        "{}",
        said.stderr
    );
    let said = Program::ours().variable("COMPOSE_PROJECT_NAME", "named").run("logs");
    assert!(said.stderr.contains("cannot reach the container engine"), "{}", said.stderr);
}

#[test]
fn without_files_a_verb_that_needs_them_says_so() {
    for words in ["config", "up", "plan", "graph", "ps"] {
        let said = Program::ours().run(words);
        assert_eq!(said.code, Some(1), "{words}");
        assert!(
            said.stderr.contains("no configuration file provided: not found"),
            "{words}: {}",
            said.stderr
        );
    }
}
