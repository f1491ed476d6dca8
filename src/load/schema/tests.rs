use super::*;
use crate::diag::{Problems, Severity, Sources};
use crate::yaml::parse;

/// The errors in a text, as `line:column code message`, with the help behind `?`.
fn faults(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let source = sources.add("compose.yaml", text);
    let mut problems = Problems::default();
    let trees = parse(source, text, &mut problems);
    assert!(problems.is_empty(), "the text parses: {problems:?}");
    for tree in &trees {
        validate(tree, &mut problems);
    }
    problems.settle();
    problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .map(|problem| {
            let at = problem.span().map(|span| sources.get(span.source).position(span.start as usize));
            let at = at.map_or_else(|| "-".to_owned(), |at| format!("{}:{}", at.line, at.column));
            let help = problem.help.as_deref().map_or_else(String::new, |help| format!(" ? {help}"));
            format!("{at} {}{help}", problem.message)
        })
        .collect()
}

/// The one fault in the attributes of a service.
fn in_service(lines: &str) -> String {
    let text = format!("services:\n  web:\n    image: nginx\n    {}\n", lines.replace('\n', "\n    "));
    let found = faults(&text);
    assert_eq!(found.len(), 1, "one fault: {found:?}");
    found[0].clone()
}

/// The peer's answers, see the head of the file.
#[test]
fn what_the_peer_accepts_is_accepted_and_what_it_refuses_is_refused() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/schema/answers.txt");
    let answers = std::fs::read_to_string(path).expect("the answers are part of the repository");
    let mut values: Vec<(&str, &str)> = Vec::new();
    let (mut wrong, mut asked) = (Vec::new(), 0);
    let mut ask = |file: &str, accepted: bool| {
        asked += 1;
        if faults(file).is_empty() != accepted {
            wrong.push(format!("{} {file}", if accepted { "refused" } else { "accepted" }));
        }
    };
    for line in answers.lines().filter(|line| !line.starts_with('#')) {
        let (kind, rest) = line.split_at(line.find(' ').expect("every line has a kind"));
        match kind {
            "value" => values.push(rest.trim().split_once(' ').expect("a name and a value")),
            "+" | "-" => ask(rest.trim(), kind == "+"),
            _ => {
                let parts: Vec<&str> = rest.split('|').collect();
                for (names, accepted) in [(parts[1], true), (parts[2], false)] {
                    for name in names.split_whitespace() {
                        let value =
                            values.iter().find(|(other, _)| *other == name).expect("a value of this name");
                        ask(&parts[0].trim().replace('@', value.1), accepted);
                    }
                }
            }
        }
    }
    assert!(asked > 10_000, "the answers are all there: {asked}");
    assert!(wrong.is_empty(), "{} of {asked}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_attribute_with_a_slip_in_it_is_guessed() {
    assert_eq!(
        in_service("enviroment: {}"),
        "4:5 unknown attribute `enviroment` in service `web` ? did you mean `environment`?"
    );
    assert!(in_service("dependsOn: [a]").ends_with("the attribute is written `depends_on`"));
    assert!(in_service("env: {}").ends_with("the attribute is called `environment`"));
}

#[test]
fn an_attribute_that_belongs_further_in_or_out_is_sent_there() {
    assert!(in_service("interval: 10s").ends_with("`interval` belongs under `healthcheck`"));
    assert!(in_service("limits: {}").ends_with("limits stand under `deploy.resources`"));
    assert!(
        in_service("build:\n  ports: []")
            .ends_with("`ports` is an attribute of a service: indent it like `build`, not deeper")
    );
    assert!(
        in_service("services: {}")
            .ends_with("`services` is a top-level element: write it in the first column")
    );
}

#[test]
fn a_top_level_element_among_the_services_is_one_fault_not_many() {
    let found = faults("services:\n  web:\n    image: nginx\n  volumes:\n    data: {}\n    more: {}\n");
    assert_eq!(
        found,
        [
            "4:3 `services` holds `volumes`, which is no service ? `volumes` is a top-level element: write it in the first column, like `services`"
        ]
    );
    assert_eq!(faults("services:\n  volumes:\n    image: nginx\n"), [""; 0], "a service may be named so");
}

#[test]
fn a_service_at_the_top_level_is_sent_under_services() {
    let found = faults("web:\n  image: nginx\n");
    assert_eq!(
        found,
        [
            "1:1 unknown top-level element `web` ? this looks like a service: services stand under `services`, indented"
        ]
    );
}

#[test]
fn a_value_of_the_wrong_kind_comes_with_the_right_form() {
    assert_eq!(
        in_service("ports: \"80:80\""),
        "4:12 `services.web.ports` must be a list, not a string ? write a list: `ports: [\"80:80\"]`, or a line `- \"80:80\"` under it"
    );
    assert!(
        in_service("environment:\n  - A: b")
            .ends_with("write `- A=value`, or leave the dashes out: `A: value`")
    );
    assert!(
        in_service("stop_grace_period: 10").ends_with("say the unit: `stop_grace_period: 10s` for seconds")
    );
    assert!(in_service("user: 1000").ends_with("put it in quotes: `\"1000\"`"));
    assert!(
        in_service("healthcheck:")
            .starts_with("4:5 `services.web.healthcheck` is empty, but must be a mapping")
    );
    assert!(
        faults("services:\n  web: image:nginx\n")[0]
            .ends_with("a colon that ends a key is followed by a blank or a new line")
    );
}

#[test]
fn a_word_outside_its_list_is_guessed() {
    assert_eq!(
        in_service("depends_on:\n  db: {condition: healthy}"),
        "5:23 `services.web.depends_on.db.condition` cannot be `healthy` ? did you mean `service_healthy`?"
    );
    assert!(in_service("pull_policy: allways").ends_with("did you mean `always`?"));
}

#[test]
fn an_item_that_stands_twice_points_at_both() {
    assert!(
        in_service("security_opt: [a, b, a]").starts_with("4:26 `security_opt` holds the same item twice")
    );
}

#[test]
fn all_faults_are_found_in_document_order() {
    let found = faults("services:\n  b: 1\n  a: {imag: x, ports: 1}\nfoo: 1\n");
    let places: Vec<&str> = found.iter().filter_map(|fault| fault.split(' ').next()).collect();
    assert_eq!(places, ["2:6", "3:7", "3:23", "4:1"]);
}

/// The one fault in the texts of a service.
fn in_text(lines: &str) -> String {
    let text = format!("services:\n  web:\n    image: nginx\n    {}\n", lines.replace('\n', "\n    "));
    let mut sources = Sources::default();
    let source = sources.add("compose.yaml", text.as_str());
    let mut problems = Problems::default();
    let trees = parse(source, &text, &mut problems);
    texts(&trees[0], &mut problems);
    assert_eq!(problems.len(), 1, "one fault: {problems:?}");
    let problem = problems.iter().next().expect("there is one");
    let span = problem.span().expect("it has a place");
    format!(
        "{} | {} | {}",
        sources.slice(span),
        problem.labels[0].text,
        problem.help.as_deref().unwrap_or("")
    )
}

#[test]
fn a_text_that_cannot_be_read_is_marked_where_it_goes_wrong() {
    assert_eq!(in_text("stop_grace_period: 1h5min"), "min | no unit of time | write `1h5m`");
    assert_eq!(
        in_text("stop_grace_period: \"10\""),
        "10 | a number without a unit | say the unit: `10s` for seconds"
    );
    assert!(in_text("stop_grace_period: soon").starts_with("soon | expected a number and a unit"));
    assert!(in_text("mem_limit: 12 elephants").starts_with(" elephants | no unit of size"));
    assert!(in_text("mem_limit: much").starts_with("much | no size"));
    assert!(in_text("command: echo 'hello").starts_with("' | the quote `'` is never closed"));
    assert!(in_text("environment: [\"A =b\", \"C D=e\"]").starts_with("  | a blank at the end of the name"));
    assert!(in_text("extra_hosts: [db]").starts_with("db | there is no address"));
    assert_eq!(in_text("attach: ture"), "ture | expected `true` or `false` | did you mean `true`?");
    assert!(in_text("deploy: {resources: {limits: {cpus: half}}}").starts_with("half | expected a number"));
}
