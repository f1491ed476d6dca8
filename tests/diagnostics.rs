//! What is said about files that are wrong: `tests/cases/diagnostics/<case>/` holds the files and, in `want.txt`, the
//! drawing. `UPDATE=1` writes the drawings anew; read what changed before it is committed.
//!
//! A file `case` in a folder changes how it is loaded, one option a line: `file X`, `env-file X`, `profile X`,
//! `variable X=Y`, `width N`, `lint`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rcompose::diag::{Drawing, describe, draw};
use rcompose::load::lint::lint;
use rcompose::load::{Disk, LoadOptions, load};

/// How a case is loaded.
struct Case {
    options: LoadOptions,
    width: usize,
    lint: bool,
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/diagnostics");
    let mut cases: Vec<PathBuf> = fs::read_dir(root)
        .expect("the cases are part of the repository")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    cases
}

fn case(folder: &Path) -> Case {
    let mut options = LoadOptions {
        working_directory: folder.to_owned(),
        environment: BTreeMap::from([("HOME".to_owned(), "/home/user".to_owned())]),
        ..LoadOptions::default()
    };
    let (mut width, mut lint) = (100, false);
    let lines = fs::read_to_string(folder.join("case")).unwrap_or_default();
    for line in lines.lines() {
        let (option, value) = line.split_once(' ').unwrap_or((line, ""));
        match option {
            "file" => options.files.push(value.to_owned()),
            "env-file" => options.env_files.push(value.into()),
            "profile" => options.profiles.push(value.to_owned()),
            "variable" => {
                let (name, value) = value.split_once('=').expect("a variable has a value");
                options.environment.insert(name.to_owned(), value.to_owned());
            }
            "width" => width = value.parse().expect("a width is a number"),
            "lint" => lint = true,
            other => panic!("{}: unknown option `{other}`", folder.display()),
        }
    }
    Case { options, width, lint }
}

/// What is said about the files of a folder.
fn said(folder: &Path) -> String {
    let case = case(folder);
    let drawing = Drawing { width: case.width, ..Drawing::default() };
    let drawn = match load(&case.options, &Disk::new()) {
        Ok(loaded) if case.lint => draw(&lint(&loaded, &Disk::new()), &loaded.sources, drawing),
        Ok(loaded) => draw(&loaded.problems, &loaded.sources, drawing),
        Err(failure) => draw(&failure.problems, &failure.sources, drawing),
    };
    drawn.replace(&folder.display().to_string(), "/project")
}

#[test]
fn every_case_says_what_it_should() {
    let update = std::env::var_os("UPDATE").is_some();
    let cases = cases();
    assert!(cases.len() >= 80, "there are cases: {}", cases.len());
    let mut wrong = Vec::new();
    for folder in cases {
        let name = folder.file_name().map(|name| name.display().to_string()).unwrap_or_default();
        let said = said(&folder);
        let want = folder.join("want.txt");
        assert!(!said.is_empty(), "{name}: something is said");
        if update {
            fs::write(&want, &said).expect("the drawing is written");
        } else if fs::read_to_string(&want).unwrap_or_default() != said {
            wrong.push(format!("{name} says now:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases changed (UPDATE=1 accepts them):\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_drawing_carries_an_escape_and_none_is_wider_than_asked() {
    for folder in cases() {
        let said = said(&folder);
        assert!(
            !said.chars().any(|char| char.is_control() && char != '\n'),
            "{}: a control character gets through",
            folder.display()
        );
    }
}

#[test]
fn the_json_form_keeps_its_schema() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/diagnostics.schema.json"))
            .expect("the schema is part of the repository");
    let schema: serde_json::Value = serde_json::from_str(&text).expect("the schema is JSON");
    let known = |what: &str| schema["$defs"][what]["properties"].as_object().cloned().unwrap_or_default();
    let (problem, label) = (known("problem"), known("label"));
    let mut seen = 0;
    for folder in cases() {
        let case = case(&folder);
        let Err(failure) = load(&case.options, &Disk::new()) else { continue };
        let json = serde_json::to_value(describe(&failure.problems, &failure.sources)).expect("plain data");
        for described in json.as_array().into_iter().flatten() {
            seen += 1;
            let keys = described.as_object().into_iter().flat_map(|map| map.keys());
            assert!(keys.clone().all(|key| problem.contains_key(key)), "{described}");
            for required in ["code", "severity", "message", "labels"] {
                assert!(described.get(required).is_some(), "{described} has no {required}");
            }
            for place in described["labels"].as_array().into_iter().flatten() {
                assert!(
                    place
                        .as_object()
                        .is_some_and(|place| place.keys().eq(label.keys()) || place.len() == label.len())
                );
            }
        }
    }
    assert!(seen > 80, "problems were seen: {seen}");
}
