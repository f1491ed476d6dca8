use serde_json::{Value as Json, json};

use super::merge;
use crate::diag::{Problems, Sources};
use crate::load::unique::unique;
use crate::yaml::{self, Node};

struct Merged {
    tree: Node,
    problems: Problems,
    sources: Sources,
}

/// One service's attributes over another's.
fn service(first: &str, second: &str) -> Merged {
    whole(&format!("services: {{web: {{{first}}}}}"), &format!("services: {{web: {{{second}}}}}"))
}

fn whole(first: &str, second: &str) -> Merged {
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    let mut read = |text: &str, name: &str| {
        let id = sources.add(name, text);
        yaml::parse(id, text, &mut problems).remove(0)
    };
    let (mut tree, over) = (read(first, "first"), read(second, "second"));
    merge(&mut tree, over, &mut problems);
    unique(&mut tree);
    Merged { tree, problems, sources }
}

impl Merged {
    fn web(&self, attribute: &str) -> &Node {
        self.tree.get("services").and_then(|all| all.get("web")).and_then(|web| web.get(attribute)).unwrap()
    }

    fn json(&self, attribute: &str) -> Json {
        json_of(self.web(attribute))
    }

    /// The words that a value comes from, and those that it beat.
    fn history(&self, node: &Node) -> (String, Vec<String>) {
        let lost = node.trail.iter().flat_map(|trail| &trail.overrode);
        (
            self.sources.slice(node.span).to_owned(),
            lost.map(|span| self.sources.slice(*span).to_owned()).collect(),
        )
    }
}

fn json_of(node: &Node) -> Json {
    yaml::decode(node, &mut Problems::default()).unwrap()
}

#[test]
fn a_later_scalar_wins_and_remembers_what_it_beat() {
    let merged = service("user: a", "user: b");
    assert_eq!(merged.history(merged.web("user")), ("b".to_owned(), vec!["a".to_owned()]));
    assert_eq!(service("user: a", "user: null").json("user"), json!("a"));
}

#[test]
fn mappings_merge_by_key_and_sequences_follow_each_other() {
    assert_eq!(
        service("x-a: {b: 1, c: [1]}", "x-a: {d: 2, c: [2]}").json("x-a"),
        json!({"b": 1, "c": [1, 2], "d": 2})
    );
}

#[test]
fn commands_tests_and_limits_are_replaced_as_a_whole() {
    assert_eq!(service("command: [a, b]", "command: [c]").json("command"), json!(["c"]));
    assert_eq!(service("command: [a, b]", "command: null").json("command"), Json::Null);
    let merged = service("healthcheck: {test: [a], retries: 1}", "healthcheck: {test: [b]}");
    assert_eq!(merged.json("healthcheck"), json!({"test": ["b"], "retries": 1}));
    assert_eq!(
        service("ulimits: {n: {soft: 1, hard: 2}}", "ulimits: {n: 5}").json("ulimits"),
        json!({"n": 5})
    );
}

#[test]
fn pairs_in_either_form_become_a_list_in_which_the_last_of_a_name_holds() {
    let merged = service("environment: {B: 2, A: 1.50, N: }", "environment: ['A=3', C]");
    assert_eq!(merged.json("environment"), json!(["A=3", "B=2", "N", "C"]));
    let first = &merged.web("environment").as_seq().unwrap()[0];
    assert_eq!(merged.history(first), ("'A=3'".to_owned(), vec!["1.50".to_owned()]));
}

#[test]
fn one_host_may_have_several_addresses() {
    let merged = service("extra_hosts: ['a=1.1.1.1']", "extra_hosts: {a: [1.1.1.1, 2.2.2.2], b: 3.3.3.3}");
    assert_eq!(merged.json("extra_hosts"), json!(["a=1.1.1.1", "a=2.2.2.2", "b=3.3.3.3"]));
}

#[test]
fn a_single_value_counts_as_a_list_of_one() {
    assert_eq!(service("dns: a", "dns: [b, a]").json("dns"), json!(["a", "b"]));
    assert_eq!(service("tmpfs: /a", "tmpfs: /b").json("tmpfs"), json!(["/a", "/b"]));
}

#[test]
fn lists_of_names_become_mappings() {
    let merged = service("depends_on: [a, b]", "depends_on: {a: {condition: service_healthy}}");
    assert_eq!(
        merged.json("depends_on"),
        json!({
            "a": {"condition": "service_healthy", "required": true},
            "b": {"condition": "service_started", "required": true},
        })
    );
    assert_eq!(
        service("networks: [a]", "networks: {a: {priority: 1}}").json("networks"),
        json!({"a": {"priority": 1}})
    );
    assert_eq!(
        service("build: ./a", "build: {target: t}").json("build"),
        json!({"context": "./a", "target": "t"})
    );
}

#[test]
fn options_of_another_log_driver_are_not_kept() {
    let options = |second: &str| service("logging: {driver: a, options: {x: 1}}", second).json("logging");
    assert_eq!(options("logging: {options: {y: 2}}"), json!({"driver": "a", "options": {"x": 1, "y": 2}}));
    assert_eq!(options("logging: {driver: b, options: {y: 2}}"), json!({"driver": "b", "options": {"y": 2}}));
}

#[test]
fn later_pools_are_laid_over_those_of_their_subnet_and_replace_the_others() {
    let first =
        "networks: {n: {ipam: {config: [{subnet: 10.0.0.0/8, ip_range: 10.1.0.0/16}, {subnet: 9.0.0.0/8}]}}}";
    let second =
        "networks: {n: {ipam: {config: [{subnet: 10.0.0.0/8, gateway: 10.0.0.1}, {subnet: 11.0.0.0/8}]}}}";
    let pools = json_of(&whole(first, second).tree)["networks"]["n"]["ipam"]["config"].clone();
    assert_eq!(
        pools,
        json!([
            {"subnet": "10.0.0.0/8", "ip_range": "10.1.0.0/16", "gateway": "10.0.0.1"},
            {"subnet": "11.0.0.0/8"},
        ])
    );
}

#[test]
fn items_of_one_identity_keep_the_place_of_the_first_and_the_words_of_the_last() {
    let first = "volumes: [{target: /a, source: x}, {target: /b}], secrets: [k], expose: [80]";
    let second = "volumes: [{target: /a, source: y}], secrets: [{source: k, mode: 1}], expose: ['80']";
    let merged = service(first, second);
    assert_eq!(merged.json("volumes"), json!([{"target": "/a", "source": "y"}, {"target": "/b"}]));
    assert_eq!(merged.json("secrets"), json!([{"source": "k", "mode": 1}]));
    assert_eq!(merged.json("expose"), json!(["80"]));
}

#[test]
fn two_forms_that_cannot_be_one_are_shown_in_both_files() {
    let merged = service("ports: ['80:80'], user: a", "ports: {a: b}, user: c");
    let problem = merged.problems.iter().next().unwrap();
    assert_eq!(problem.code, "cannot-override");
    let files: Vec<&str> =
        problem.labels.iter().map(|label| merged.sources.get(label.span.source).name()).collect();
    assert_eq!(files, ["second", "first"]);
    assert_eq!(merged.json("user"), json!("c"));
}
