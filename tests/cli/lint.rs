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
