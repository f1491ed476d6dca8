//! The planner, case by case: `tests/cases/plan/<case>` holds files, what the daemon holds, what the user asks for, and
//! the plan that has to come of it. `UPDATE=1` writes the plans anew, for a look at what changed.
//!
//! Each plan is also carried out, on a daemon of plain data that refuses what a real one would refuse (removing what is
//! in use, a name that is taken, a start in a network that is gone); after that, there must be nothing left to do.

mod case;
mod random;
mod results;
#[path = "../schemas/schema.rs"]
mod schema;
mod world;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use case::Case;
use schema::Schema;
use serde_json::{Value, json, to_value};

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/plan");
    let entries = fs::read_dir(root).expect("the cases are there");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder").path()).collect();
    folders.sort();
    folders
}

#[test]
fn every_case_comes_to_the_plan_beside_it() {
    let update = env::var_os("UPDATE").is_some();
    let cases = cases();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for folder in cases {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let case = Case::run(&folder);
        let golden = folder.join("plan.txt");
        if update {
            fs::write(&golden, &case.text).expect("the plan can be written");
        }
        let want = fs::read_to_string(&golden).unwrap_or_default();
        if case.text != want {
            wrong.push(format!("== {name}: the plan is\n{}-- instead of\n{want}", case.text));
        }
        if let Some(unsettled) = case.unsettled {
            wrong.push(format!("== {name}: {unsettled}-- after\n{}", case.text));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The plans of all cases as programs get them.
fn reports() -> Vec<Value> {
    let reports = cases().into_iter().filter_map(|folder| Case::run(&folder).report);
    reports.map(|report| to_value(report).expect("a plan is JSON")).collect()
}

#[test]
fn a_plan_as_json_is_as_the_schema_says() {
    let schema = Schema::shipped("plan.schema.json");
    for report in reports() {
        assert_eq!(schema.faults(&report), Vec::<String>::new(), "{report}");
    }
    for wrong in [json!({}), json!({"changes": true, "steps": [{}], "warnings": [], "questions": []})] {
        assert!(!schema.faults(&wrong).is_empty(), "{wrong}");
    }
}

#[test]
fn every_key_of_the_schema_is_written_by_some_plan() {
    let text: Vec<String> = reports().iter().map(ToString::to_string).collect();
    for (name, keys) in Schema::shipped("plan.schema.json").keys() {
        for key in keys {
            let written = format!("\"{key}\":");
            assert!(text.iter().any(|text| text.contains(&written)), "nothing writes `{key}` of `{name}`");
        }
    }
}
