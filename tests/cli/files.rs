//! What verbs that only read files print, and where.

use serde_json::Value;

use crate::program::Program;

const FAULTY: &str = "services:\n  web:\n    imgae: nginx\n    ports: [\"x\"]\n";

fn shop() -> Program {
    Program::ours().file(
        "compose.yaml",
        "services:\n  web: {image: nginx, depends_on: [db], ports: [\"8080:80\"]}\n  db: {image: postgres}\n",
    )
}

#[test]
fn faults_are_drawn_on_stderr_with_their_lines_and_none_on_stdout() {
    let said = Program::ours().file("compose.yaml", FAULTY).run("config");
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""));
    for part in ["imgae", "compose.yaml:3:5", "did you mean `image`?", "compose.yaml:4:14", "2 errors"] {
        assert!(said.stderr.contains(part), "{part} is missing in\n{}", said.stderr);
    }
    assert!(!said.stderr.contains('\u{1b}'));
}

#[test]
fn for_programs_faults_are_one_object_with_places() {
    let said = Program::ours().file("compose.yaml", FAULTY).run("--progress json config");
    let object: Value = serde_json::from_str(&said.stderr).expect("one object");
    assert_eq!(object["error"], true);
    assert_eq!(object["problems"][0]["code"], "unknown-attribute");
    assert_eq!(object["problems"][1]["line"], 4);
}

#[test]
fn names_that_are_hostile_to_terminals_are_told_harmlessly() {
    let text = "services:\n  \"a\\e]0;pwned\\a\":\n    image: nginx\n";
    let said = Program::ours().file("compose.yaml", text).run("config");
    assert_eq!(said.code, Some(1));
    assert!(!said.stderr.contains('\u{1b}') && !said.stderr.contains('\u{7}'), "{:?}", said.stderr);
}

#[test]
fn config_writes_to_a_file_and_only_there() {
    let shop = shop();
    let said = shop.run("config --format json -o out.json");
    assert_eq!((said.code, said.stdout.as_str(), said.stderr.as_str()), (Some(0), "", ""));
    let written: Value = serde_json::from_str(&shop.read("out.json").expect("it was written")).expect("JSON");
    assert_eq!(written["services"]["db"]["image"], "postgres");
    let said = shop.run("config -o no/such/directory");
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.starts_with("`no/such/directory` cannot be written"), "{}", said.stderr);
}

#[test]
fn graph_draws_in_four_forms() {
    let shop = shop();
    let text = shop.run("graph");
    assert_eq!(text.code, Some(0));
    assert_eq!(text.stdout, "web  nginx  8080→80\n└─ db  postgres\n\nin 2 rounds: db → web\n");
    assert!(shop.run("graph --format mermaid").stdout.starts_with("flowchart LR\n"));
    assert!(shop.run("graph --format dot").stdout.starts_with("digraph "));
    assert!(shop.run("graph --format svg").stdout.starts_with("<svg "));
    assert_eq!(shop.run("graph db").stdout, "db  postgres\n");
    let said = shop.run("graph --format png");
    assert_eq!(
        (said.code, said.stderr.as_str()),
        (Some(1), "unsupported format \"png\"\nhelp: one of: text, mermaid, dot, svg\n")
    );
}

#[test]
fn who_reads_only_the_first_line_breaks_nothing() {
    let many: Vec<String> = (0..2000).map(|number| format!("  s{number}: {{image: nginx}}\n")).collect();
    let shop = Program::ours().file("compose.yaml", &format!("services:\n{}", many.concat()));
    let said = shop.shell("\"$PROGRAM\" config | head -1; echo \"${PIPESTATUS[0]}\"");
    assert_eq!(said.stderr, "");
    assert!(said.stdout.ends_with("\n0\n"), "{}", said.stdout);
}
