use super::*;
use crate::load::{LoadOptions, Loaded, Memory, load};

fn loaded(texts: &[(&str, &str)]) -> Loaded {
    let files =
        texts.iter().fold(Memory::new(), |files, (path, text)| files.file(format!("/p/{path}"), *text));
    let environment = [("SHELL_SET".to_owned(), "sh".to_owned())].into();
    let options = LoadOptions { working_directory: "/p".into(), environment, ..LoadOptions::default() };
    load(&options, &files).unwrap_or_else(|failure| panic!("{:?}", failure.problems))
}

/// One line a fact: the value, `<` where it came from, `!` what it overrode, `$` which variables went in.
fn facts(loaded: &Loaded, path: &str) -> Vec<String> {
    let said = |said: &Said| {
        let Place { file, line, column } = &said.place;
        format!("{file}:{line}:{column} {}", said.said.as_deref().unwrap_or("***"))
    };
    let mut facts = Vec::new();
    for explained in explain(loaded, path).unwrap_or_else(|problem| panic!("{problem:?}")) {
        let value = explained.value.map_or_else(|| "***".to_owned(), |value| value.to_string());
        facts.push(format!("{} = {value}", explained.path));
        facts.push(match &explained.origin {
            Origin::File(place) => format!("< {}", said(place)),
            Origin::Implied(place) => format!("< implied {}", said(place)),
            Origin::Name => "< name".to_owned(),
        });
        facts.extend(explained.overrode.iter().map(|lost| format!("! {}", said(lost))));
        facts.extend(explained.variables.iter().map(|used| {
            let place = used.place.as_ref().map(|place| format!(" {}:{}", place.file, place.line));
            format!("$ {} {:?} {:?}{}", used.name, used.gave, used.set, place.unwrap_or_default())
        }));
    }
    facts
}

fn refusal(loaded: &Loaded, path: &str) -> (String, Option<String>) {
    let problem = explain(loaded, path).expect_err("there is nothing at that path");
    (problem.message, problem.help)
}

#[test]
fn a_value_names_its_line_what_it_overrode_and_its_variables() {
    let loaded = loaded(&[
        ("compose.yaml", "services: {web: {image: 'a:1'}}\n"),
        ("compose.override.yaml", "services:\n  web:\n    image: b:$TAG$SHELL_SET${NONE:-d}${EMPTY:-e}\n"),
        (".env", "X=1\nTAG=2\nEMPTY=\n"),
    ]);
    assert_eq!(
        facts(&loaded, "services.web.image"),
        [
            "services.web.image = \"b:2shde\"",
            "< compose.override.yaml:3:12 b:$TAG$SHELL_SET${NONE:-d}${EMPTY:-e}",
            "! compose.yaml:1:25 'a:1'",
            "$ TAG Value File .env:2",
            "$ SHELL_SET Value Environment",
            "$ NONE Default Nowhere",
            "$ EMPTY Default File .env:3",
        ]
    );
}

#[test]
fn what_no_file_says_is_implied_by_the_nearest_thing_that_one_says() {
    let loaded = loaded(&[(
        "compose.yaml",
        "services:\n  web:\n    build: ./x\n    ports: ['80']\n    links: [db]\n  db: {image: x}\n",
    )]);
    assert_eq!(facts(&loaded, "services.web.build.dockerfile")[1], "< implied compose.yaml:3:5 build");
    assert_eq!(facts(&loaded, "services.web.ports[0].protocol")[1], "< implied compose.yaml:4:13 '80'");
    assert_eq!(facts(&loaded, "services.web.depends_on.db.condition")[1], "< implied compose.yaml:5:13 db");
    assert_eq!(facts(&loaded, "services.web.networks")[1], "< implied compose.yaml:2:3 web");
    assert_eq!(facts(&loaded, "networks.default.name")[1], "< implied compose.yaml:2:3 web");
    assert_eq!(facts(&loaded, "name"), ["name = \"p\"", "< name"]);
}

#[test]
fn files_of_variables_and_override_tags_are_part_of_the_history() {
    let loaded = loaded(&[
        (
            "compose.yaml",
            "services: {web: {image: x, env_file: [a, b], environment: [C=3], ports: ['1:1']}}\n",
        ),
        ("compose.override.yaml", "services: {web: {ports: !override ['2:2']}}\n"),
        ("a", "A=1\nB=1\nC=1\n"),
        ("b", "B=2$SHELL_SET\n"),
    ]);
    assert_eq!(
        facts(&loaded, "services.web.environment.A"),
        ["services.web.environment.A = \"1\"", "< a:1:1 A=1"]
    );
    assert_eq!(
        facts(&loaded, "services.web.environment.B")[1..],
        ["< b:1:1 B=2$SHELL_SET", "! a:2:1 B=1", "$ SHELL_SET Value Environment"]
    );
    assert_eq!(facts(&loaded, "services.web.environment.C")[1..], ["< compose.yaml:1:60 C=3", "! a:3:1 C=1"]);
    assert_eq!(
        facts(&loaded, "services.web.ports[0].target")[1..],
        ["< compose.override.yaml:1:36 '2:2'", "! compose.yaml:1:73 ['1:1']"]
    );
}

#[test]
fn a_secret_is_told_by_its_place_alone() {
    let loaded = loaded(&[
        (
            "compose.yaml",
            "services:\n  web:\n    image: x\n    command: run ${DB_PASSWORD}\n    environment:\n      API_TOKEN: hunter1\n      \
             URL: x:${DB_PASSWORD}\n",
        ),
        ("compose.override.yaml", "services: {web: {environment: [API_TOKEN=hunter2], env_file: e}}\n"),
        (".env", "DB_PASSWORD=hunter3\n"),
        ("e", "MY_SECRET=hunter4\n"),
    ]);
    let told = facts(&loaded, "services.web").join("\n");
    assert!(!told.contains("hunter"), "{told}");
    assert!(
        told.contains("API_TOKEN = ***\n< compose.override.yaml:1:32 ***\n! compose.yaml:6:18 ***"),
        "{told}"
    );
    assert!(told.contains("URL = ***\n< compose.yaml:7:12 ***\n$ DB_PASSWORD Value File .env:1"), "{told}");
    assert!(told.contains("MY_SECRET = ***\n< e:1:1 ***"), "{told}");
}

#[test]
fn a_path_that_leads_nowhere_names_what_may_be_meant() {
    let loaded = loaded(&[("compose.yaml", "services: {web.1: {image: x, ports: ['80']}}\n")]);
    assert_eq!(facts(&loaded, "services.web.1.image")[0], "services.web.1.image = \"x\"");
    assert_eq!(facts(&loaded, "services.web.1.ports.0.target")[0], "services.web.1.ports[0].target = 80");
    assert_eq!(
        refusal(&loaded, "services.web.1.iamge"),
        ("`services.web.1` has no `iamge`".to_owned(), Some("did you mean `image`?".to_owned()))
    );
    assert_eq!(
        refusal(&loaded, "services.web.1.ports[1]").1.as_deref(),
        Some("it has 1 item, counted from `[0]`")
    );
    assert!(refusal(&loaded, "services.web.1.image.x").0.contains("is a single value"));
}

#[test]
fn words_of_a_file_carry_nothing_that_steers_a_terminal() {
    let loaded = loaded(&[("compose.yaml", "services: {web: {image: x, labels: {a: \"b\u{202e}31m\"}}}\n")]);
    let told = facts(&loaded, "services.web.labels.a");
    assert_eq!(told[1], "< compose.yaml:1:40 \"b<U+202E>31m\"");
}
