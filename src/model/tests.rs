use super::*;
use crate::diag::{Problems, Sources};
use crate::yaml;

/// Every attribute at every level, as the peer prints it: `config --no-consistency`, and the same with `--format json`.
const YAML: &str = include_str!("../../tests/cases/model/everything.yaml");
const JSON: &str = include_str!("../../tests/cases/model/everything.json");

fn everything() -> Project {
    serde_yaml::from_str(YAML).expect("the peer's own output is a project")
}

#[test]
fn what_was_read_is_written_in_the_order_and_with_the_omissions_of_the_peer() {
    let want: serde_yaml::Value = serde_yaml::from_str(YAML).expect("yaml");
    let have = serde_yaml::to_value(everything()).expect("a project can be written");
    let text = |value: &serde_yaml::Value| serde_yaml::to_string(value).expect("yaml");
    assert_same_lines(&text(&have), &text(&want));
}

#[test]
fn json_has_empty_objects_and_no_extensions_below_the_root() {
    let have = serde_json::to_string_pretty(&Styled(&everything(), Style::Json)).expect("json");
    assert_same_lines(&have, JSON);
}

#[test]
fn an_unknown_attribute_is_refused_by_name() {
    let fault =
        serde_yaml::from_str::<Project>("services: {web: {imag: nginx}}").expect_err("no such attribute");
    assert!(fault.to_string().contains("unknown attribute `imag`"), "{fault}");
}

#[test]
fn short_forms_are_read_where_they_mean_one_thing_only() {
    let project: Project = serde_yaml::from_str(
        "services: {web: {environment: [A=1, B, C=], labels: [a, b=c], dns: 1.1.1.1, networks: [front],\n\
         ulimits: {nofile: 5}, healthcheck: {test: curl x}, cpus: '0.5', extra_hosts: ['h:1.2.3.4', 'i=[::1]']}}",
    )
    .expect("a project");
    let container = &project.services["web"].container;
    let variables: Vec<_> = container.environment.iter().map(|(k, v)| (k.as_str(), v.as_deref())).collect();
    assert_eq!(variables, [("A", Some("1")), ("B", None), ("C", Some(""))]);
    assert_eq!(container.labels["a"], "");
    assert_eq!(container.dns, ["1.1.1.1"]);
    assert_eq!(container.networks["front"], None);
    assert_eq!(container.ulimits["nofile"], Ulimit::Single(5));
    assert_eq!(container.extra_hosts.pairs(":"), ["h:1.2.3.4", "i:::1"]);
    let healthcheck = project.services["web"].workload.healthcheck.as_ref().expect("a health check");
    assert_eq!(healthcheck.test.0, ["CMD-SHELL", "curl x"]);
}

#[test]
fn the_network_with_the_highest_priority_is_the_primary_one_and_names_break_ties() {
    let project: Project = serde_yaml::from_str(
        "services: {web: {networks: {a: {priority: 1}, b: {priority: 5}, c: null, d: {priority: 5}}}}",
    )
    .expect("a project");
    assert_eq!(project.services["web"].container.networks_by_priority(), ["b", "d", "a", "c"]);
}

/// Reads a text through the located tree: the project, and every fault with what it underlines.
fn located(text: &str) -> (Option<Project>, Vec<(String, String)>) {
    let mut sources = Sources::default();
    let source = sources.add("compose.yaml", text);
    let mut problems = Problems::default();
    let documents = yaml::parse(source, text, &mut problems);
    let project = yaml::decode(&documents[0], &mut problems);
    let faults = problems.iter().map(|problem| {
        let label = &problem.labels[0];
        let message = problem.message.replace(" cannot be read", &format!(": {}", label.text));
        (message, sources.slice(label.span).to_owned())
    });
    (project, faults.collect())
}

#[test]
fn a_project_is_read_from_a_located_tree() {
    let text = "name: p\nservices: {web: {image: nginx, x-since: 2024-01-01}}\nx-n: [1, 2.5, 2024-01-01]\n";
    let (project, faults) = located(text);
    assert_eq!(faults, []);
    let project = project.expect("a project");
    assert_eq!(project.services["web"].container.image, "nginx");
    let serde_yaml::Value::Tagged(time) = &project.extensions["x-n"][2] else {
        panic!("a time stays a time")
    };
    assert_eq!(
        (time.tag.to_string(), time.value.as_str()),
        ("!time".to_owned(), Some("2024-01-01T00:00:00Z"))
    );
}

#[test]
fn every_value_that_does_not_fit_is_underlined() {
    let (project, faults) =
        located("name: p\nservices: {web: {image: nginx, stop_grace_period: soon, mem_limit: lots}}\n");
    let want = [
        ("`services.web.stop_grace_period`: invalid duration `soon`", "soon"),
        ("`services.web.mem_limit`: invalid size `lots`", "lots"),
    ];
    assert_eq!(faults, want.map(|(message, under)| (message.to_owned(), under.to_owned())));
    assert_eq!(project, None);
}

/// Shows the first line that differs instead of two long texts.
fn assert_same_lines(have: &str, want: &str) {
    for (number, (have, want)) in have.lines().zip(want.lines()).enumerate() {
        assert_eq!(have, want, "line {}", number + 1);
    }
    assert_eq!(have.lines().count(), want.lines().count());
}
