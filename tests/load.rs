//! Small compose files, and what the peer makes of them: `tests/cases/load/*`, written by `tests/cases/asked/ask.py`.
//!
//! A case that the peer reads must come out as its `want.json`, byte for byte. A case that the peer refuses must be
//! refused, with the faults at the places of `want.err`; `UPDATE=1` writes those anew, to be read by eye. How a fault
//! is drawn is held by other tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rcompose::diag::{Drawing, Problem, Severity, draw};
use rcompose::load::{Disk, Failure, LoadOptions};
use rcompose::ops::{ConfigRequest, Format, config};

const HOME: &str = "/home/someone";

struct Case {
    name: String,
    folder: PathBuf,
}

impl Case {
    fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(name)).ok()
    }

    fn lines(&self, name: &str) -> Vec<String> {
        self.text(name).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    fn options(&self) -> LoadOptions {
        let pairs = self.lines("variables").into_iter().map(|line| {
            let (name, value) = line.split_once('=').expect("a line of `variables` is NAME=value");
            (name.to_owned(), value.to_owned())
        });
        let mut environment: BTreeMap<String, String> = pairs.collect();
        environment.insert("HOME".to_owned(), HOME.to_owned());
        let below = self.lines("in").pop().unwrap_or_default();
        let mut options = LoadOptions {
            working_directory: if below.is_empty() { self.folder.clone() } else { self.folder.join(below) },
            environment,
            ..LoadOptions::default()
        };
        let mut arguments = self.lines("arguments").into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().expect("a flag that takes a value has one");
            match argument.as_str() {
                "-f" => options.files.push(value()),
                "-p" => options.project_name = Some(value()),
                "--profile" => options.profiles.push(value()),
                "--env-file" => options.env_files.push(value().into()),
                "--project-directory" => options.project_directory = Some(value().into()),
                "--all-resources" => options.all_resources = true,
                "--no-interpolate" => options.passes.interpolate = false,
                "--no-normalize" => options.passes.normalize = false,
                "--no-path-resolution" => options.passes.resolve_paths = false,
                "--no-consistency" => options.passes.consistency = false,
                "--no-env-resolution" => options.passes.resolve_environment = false,
                other => panic!("{}: no such argument: {other}", self.name),
            }
        }
        options
    }

    /// What is wrong with the case, if anything.
    fn run(&self, update: bool) -> Result<(), String> {
        let request = ConfigRequest { format: Some(Format::Json), ..ConfigRequest::default() };
        let result = config(&self.options(), &Disk::new(), &request);
        match (self.text("want.json"), result) {
            (Some(want), Ok(found)) => same(want.trim_end(), self.neutral(&found.text).trim_end()),
            (Some(_), Err(failure)) => Err(format!("the peer reads it, we say:\n{}", self.drawn(&failure))),
            (None, Ok(_)) => {
                Err(format!("we read it, the peer says: {}", self.text("refused").unwrap_or_default()))
            }
            (None, Err(failure)) => {
                let said = self.faults(&failure);
                if update {
                    fs::write(self.folder.join("want.err"), &said).map_err(|error| error.to_string())?;
                }
                same(&self.text("want.err").unwrap_or_default(), &said)
            }
        }
    }

    fn neutral(&self, text: &str) -> String {
        text.replace(&self.folder.display().to_string(), "@ROOT@")
    }

    /// One line a fault: where, and what kind.
    fn faults(&self, failure: &Failure) -> String {
        let line = |problem: &Problem| {
            let place = problem.span().map_or_else(|| "-".to_owned(), |span| failure.sources.locate(span));
            format!("{} {}\n", self.neutral(&place), problem.code)
        };
        failure.problems.iter().filter(|problem| problem.severity == Severity::Error).map(line).collect()
    }

    fn drawn(&self, failure: &Failure) -> String {
        let drawing = Drawing { width: 100, color: false, unicode: true, limit: 20 };
        self.neutral(&draw(&failure.problems, &failure.sources, drawing))
    }
}

fn same(want: &str, have: &str) -> Result<(), String> {
    if want == have {
        return Ok(());
    }
    let first = want.lines().zip(have.lines()).take_while(|(one, other)| one == other).count();
    let excerpt = |text: &str| {
        let lines: Vec<&str> = text.lines().skip(first.saturating_sub(3)).take(9).collect();
        format!("    {}\n", lines.join("\n    "))
    };
    Err(format!("line {}:\n  want\n{}  have\n{}", first + 1, excerpt(want), excerpt(have)))
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/load");
    let only = std::env::var("CASE").unwrap_or_default();
    let mut cases: Vec<Case> = fs::read_dir(root)
        .expect("the cases are there")
        .map(|entry| entry.expect("the folder can be read").path())
        .map(|folder| Case {
            name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            folder,
        })
        .filter(|case| case.name.contains(&only))
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

#[test]
fn every_case_comes_out_as_the_peer_says() {
    let update = std::env::var_os("UPDATE").is_some();
    let cases = cases();
    let wrong: Vec<String> =
        cases.iter().filter_map(|case| Some(format!("{}: {}", case.name, case.run(update).err()?))).collect();
    assert!(wrong.is_empty(), "{} of {} cases differ\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}
