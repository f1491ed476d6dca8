//! What is secret is never shown, and what is hostile never acts: in errors, findings and explanations.

use crate::program::{Program, Said};

/// Nothing of it is in what was said.
fn silent(said: &Said, what: &str) {
    let all = format!("{}{}", said.stdout, said.stderr);
    assert!(!all.contains(what), "`{what}` is shown:\n{all}");
    assert!(!all.is_empty(), "something is said");
}

fn with_secrets() -> Program {
    Program::ours()
        .file(
            "compose.yaml",
            "services:\n  web:\n    image: \"web:${API_TOKEN}\"\n    ports: [\"${DB_PASSWORD}:80\"]\n    environment:\n      \
             DB_PASSWORD: hunter2-inline\n      API_KEY: [hunter2-list]\n    labels: {a: b}\n     bad: x\n",
        )
        .file(".env", "DB_PASSWORD=hunter2 of env\nAPI_TOKEN='hunter2-token\n")
}

#[test]
fn faults_of_syntax_show_the_lines_around_without_secrets() {
    let program = with_secrets();
    for words in ["config", "lint", "lint --format json", "lint --format sarif", "--progress json config"] {
        silent(&program.run(words), "hunter2");
    }
}

#[test]
fn faults_of_values_do_not_repeat_secrets() {
    let text = "services:\n  web:\n    image: \"web:${API_TOKEN}/x\"\n    ports: [\"${DB_PASSWORD}:80\"]\n    \
                mem_limit: ${MY_SECRET}\n    environment:\n      DB_PASSWORD: {hunter2-map: 1}\n      OTHER_TOKEN: hunter2-plain\n    \
                scale: ${DB_PASSWORD}\n    healthcheck: {interval: \"${DB_PASSWORD}\"}\n";
    let program = Program::ours()
        .file("compose.yaml", text)
        .file(".env", "DB_PASSWORD=hunter2env\nAPI_TOKEN=hunter2token\n")
        .variable("MY_SECRET", "hunter2shell");
    for words in ["config", "lint", "lint --format json", "lint --format sarif", "--progress json config"] {
        let said = program.run(words);
        assert_eq!(said.code, Some(1));
        silent(&said, "hunter2");
    }
}

#[test]
fn explanations_and_findings_do_not_show_secrets() {
    let program = Program::ours()
        .file(
            "compose.yaml",
            "services:\n  web:\n    image: x\n    command: --password ${DB_PASSWORD}\n    environment: {DB_PASSWORD: , TOKEN: \
             hunter2a}\n    env_file: more\n    build: {context: ., args: {NPM_TOKEN: hunter2b}}\n    secrets: [key]\nsecrets: {key: \
             {environment: DB_PASSWORD}}\n",
        )
        .file("compose.override.yaml", "services: {web: {environment: [TOKEN=hunter2c]}}\n")
        .file(".env", "DB_PASSWORD=hunter2d\n")
        .file("more", "MY_PASSWORD=hunter2e\n");
    for words in [
        "config --explain services.web",
        "config --explain services.web --format json",
        "config --explain services.web.environment.TOKEN",
        "config --explain services.web.build.args.NPM_TOKEN",
        "lint",
        "lint --format json",
    ] {
        silent(&program.run(words), "hunter2");
    }
}

#[test]
fn text_of_a_file_does_not_steer_the_terminal() {
    let text = "services:\n  \"web\\e[31m\":\n    image: x\n    labels: {\"a\\u202e\": \"b\\e]0;pwned\\a\", c: \"\\u009b31m\"}\n    \
                \"x-\\e[2J\": \"\\e[2J\"\nnetworks: {\"n\\e[1m\": {}}\n";
    let program = Program::ours().file("compose.yaml", text);
    let hostile = |char: char| char != '\n' && char.is_control() || char == '\u{202e}';
    for words in [
        "lint",
        "lint --format json",
        "lint --format sarif",
        "config --explain services",
        "config --explain services --format json",
        "config --explain services.web",
        "graph",
    ] {
        let said = program.run(words);
        let all = format!("{}{}", said.stdout, said.stderr);
        assert!(!all.contains(hostile), "`{words}` lets something through: {all:?}");
    }
}
