//! `lint` and its forms.

use serde_json::Value;

use crate::program::Program;

const ODD: &str = "services:\n  web:\n    image: nginx\n    environment:\n      API_TOKEN: s3cret-value\n";

#[test]
fn findings_are_data_and_end_with_one() {
    let said = Program::ours().file("compose.yaml", ODD).run("lint");
    assert_eq!((said.code, said.stderr.as_str()), (Some(1), ""));
    for part in ["unpinned-image", "compose.yaml:3:12", "plain-secret", "2 warnings"] {
        assert!(said.stdout.contains(part), "{part} is missing in\n{}", said.stdout);
    }
    assert!(!said.stdout.contains("s3cret-value"), "{}", said.stdout);
}

#[test]
fn nothing_found_is_nothing_said() {
    let plain = "services:\n  web: {image: \"nginx:1.27\"}\n";
    let said = Program::ours().file("compose.yaml", plain).run("lint");
    assert_eq!((said.code, said.stdout.as_str(), said.stderr.as_str()), (Some(0), "", ""));
    let silenced = format!("x-lint: [unpinned-image, plain-secret]\n{ODD}");
    assert_eq!(Program::ours().file("compose.yaml", &silenced).run("lint").code, Some(0));
}

#[test]
fn programs_get_json_or_sarif_faults_of_the_load_too() {
    let odd = Program::ours().file("compose.yaml", ODD);
    let json: Value = serde_json::from_str(&odd.run("lint --format json").stdout).expect("JSON");
    assert_eq!(json[0]["code"], "unpinned-image");
    assert_eq!(json[0]["line"], 3);
    let sarif: Value = serde_json::from_str(&odd.run("lint --format sarif").stdout).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"][1]["ruleId"], "plain-secret");
    let faulty = Program::ours().file("compose.yaml", "services:\n  web:\n    iamge: x\n");
    let said = faulty.run("lint --format json");
    let json: Value = serde_json::from_str(&said.stdout).expect("JSON");
    assert_eq!((said.code, &json[0]["code"]), (Some(1), &Value::from("unknown-attribute")));
    assert_eq!(faulty.run("lint").stdout, "");
}

#[test]
fn a_format_that_does_not_exist_is_refused_and_codes_are_listed() {
    let said = Program::ours().run("lint --format xml");
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.contains("text, json, sarif"), "{}", said.stderr);
    let said = Program::ours().run("lint --list");
    assert!(said.stdout.lines().any(|line| line.starts_with("port-collision")), "{}", said.stdout);
}

/// `CODE.yaml` for every code: a project with that one finding, in the line with `# here`.
fn example(code: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/lint");
    let path = folder.join(format!("{code}.yaml"));
    std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()))
}

/// Codes and lines of the findings.
fn findings(text: &str) -> Vec<(String, u64)> {
    let said = Program::ours().file("compose.yaml", text).run("lint --format json");
    let found: Vec<Value> = serde_json::from_str(&said.stdout).expect("findings are JSON");
    let of = |problem: &Value| {
        let code = problem["code"].as_str().expect("a code").to_owned();
        (code, problem["line"].as_u64().expect("a line"))
    };
    found.iter().map(of).collect()
}

#[test]
fn every_code_is_found_at_its_line_and_silenced_by_its_name() {
    let listed = Program::ours().run("lint --list").stdout;
    let codes: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(codes.len() > 15, "{listed}");
    for code in codes {
        let text = example(code);
        let at = text.lines().position(|line| line.ends_with("# here")).expect("a line is marked") as u64 + 1;
        assert_eq!(findings(&text), [(code.to_owned(), at)], "{code}");
        assert_eq!(findings(&format!("{text}x-lint: [{code}]\n")), [], "{code}");
        assert_eq!(findings(&format!("{text}x-lint: {{allow: [all]}}\n")), [], "{code}");
        let other = if code == "privileged" { "host-root" } else { "privileged" };
        assert_eq!(findings(&format!("{text}x-lint: [{other}]\n")).len(), 1, "{code}");
    }
}

#[test]
fn paths_are_judged_from_the_file_that_names_them() {
    let program = Program::ours()
        .file("project/compose.yaml", "include:\n  - path: sub/inner.yaml\n    env_file: ../far.env\n")
        .file(
            "project/sub/inner.yaml",
            "include: [deep/own.yaml]
services:
  a: {extends: {file: deep/base.yaml, service: b}}
  c: {extends: {file: ../near.yaml, service: b}}
  d: {extends: {file: ../../far.yaml, service: b}}
",
        )
        .file("project/sub/deep/own.yaml", "services: {e: {image: 'a:1'}}\n")
        .file("project/sub/deep/base.yaml", BASE)
        .file("project/near.yaml", BASE)
        .file("far.yaml", BASE)
        .file("far.env", "");
    for line in
        ["cd project; $PROGRAM lint --format json", "$PROGRAM -f project/compose.yaml lint --format json"]
    {
        let said = program.shell(line);
        let found: Vec<Value> = serde_json::from_str(&said.stdout).expect("findings are JSON");
        let told = |problem: &Value| {
            let file =
                problem["file"].as_str().expect("a file").rsplit('/').next().expect("a name").to_owned();
            (file, problem["line"].as_u64(), problem["message"].as_str().expect("a message").to_owned())
        };
        let outside = |by: &str| format!("`{by}` names a file outside the project directory");
        assert_eq!(
            found.iter().map(told).collect::<Vec<_>>(),
            [
                ("compose.yaml".to_owned(), Some(3), outside("include.env_file")),
                ("inner.yaml".to_owned(), Some(5), outside("extends")),
            ],
            "{line}"
        );
    }
}

const BASE: &str = "services: {b: {image: 'a:1'}}\n";
