//! The order of the passes, over files in memory.

mod discovering;
mod extending;
mod including;
mod layering;

use serde_json::Value as Json;

use super::{Failure, LoadOptions, Loaded, Memory, Passes, load};
use crate::yaml;

/// Files below `/p`, which is the current directory.
fn files(texts: &[(&str, &str)]) -> Memory {
    texts.iter().fold(Memory::new(), |files, (path, text)| files.file(format!("/p/{path}"), *text))
}

fn options() -> LoadOptions {
    LoadOptions {
        working_directory: "/p".into(),
        passes: Passes { normalize: false, consistency: false, ..Passes::default() },
        ..LoadOptions::default()
    }
}

fn loaded(texts: &[(&str, &str)]) -> Loaded {
    load(&options(), &files(texts)).unwrap_or_else(|failure| panic!("{:?}", said(&failure)))
}

fn refused(texts: &[(&str, &str)]) -> Failure {
    load(&options(), &files(texts)).expect_err("it is refused")
}

/// Codes, messages and underlined words of the faults.
fn said(failure: &Failure) -> Vec<(&'static str, String, Vec<String>)> {
    let words = |problem: &crate::diag::Problem| {
        problem.labels.iter().map(|label| failure.sources.slice(label.span).to_owned()).collect()
    };
    failure.problems.iter().map(|problem| (problem.code, problem.message.clone(), words(problem))).collect()
}

fn codes(failure: &Failure) -> Vec<&'static str> {
    failure.problems.iter().map(|problem| problem.code).collect()
}

/// What stands at a dotted path of the final tree.
fn at(loaded: &Loaded, path: &str) -> Json {
    let tree: Json =
        yaml::decode(&loaded.tree, &mut crate::diag::Problems::default()).expect("any tree is a value");
    path.split('.').fold(tree, |value, key| match key.parse::<usize>() {
        Ok(index) => value[index].clone(),
        Err(_) => value[key].clone(),
    })
}
