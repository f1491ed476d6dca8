//! `version`, and being a plugin of `docker`.

use serde_json::Value;

use crate::program::Program;

#[test]
fn version_says_whose_program_it_is_and_what_it_stands_in_for() {
    let ours = Program::ours();
    let own = env!("CARGO_PKG_VERSION");
    let want = format!("rcompose version v{own}, compatible with Docker Compose version v5.6.1\n");
    for words in ["version", "-v", "--version", "version --format nonsense"] {
        assert_eq!(ours.run(words).stdout, want, "{words}");
    }
    assert_eq!(ours.run("version --short").stdout, "5.6.1\n");
    let json: Value = serde_json::from_str(&ours.run("version --format json").stdout).expect("JSON");
    assert_eq!(json["version"], "v5.6.1");
    assert_eq!(json["rcompose"], format!("v{own}"));
}

#[test]
fn docker_is_told_what_kind_of_plugin_it_found() {
    let said = Program::ours().run("docker-cli-plugin-metadata");
    let json: Value = serde_json::from_str(&said.stdout).expect("JSON");
    assert_eq!(json["SchemaVersion"], "0.1.0");
    assert!(json["ShortDescription"].as_str().is_some_and(|text| text.contains("Compose")));
    assert_eq!(said.code, Some(0));
}

#[test]
fn as_a_plugin_the_word_compose_and_dockers_own_flags_come_first() {
    let ours = Program::ours();
    for words in [
        "compose version --short",
        "--host x compose version --short",
        "-D --tls compose -f x version --short",
    ] {
        assert_eq!(ours.run(words).stdout, "5.6.1\n", "{words}");
    }
    assert!(ours.run("compose version --help").stdout.contains("Usage: docker compose version"));
}
