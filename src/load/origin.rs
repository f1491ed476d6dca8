//! Where a value came from, in the words of a problem.

use crate::diag::Problem;
use crate::yaml::Node;

/// Longest value that a message repeats, in characters.
const LONGEST: usize = 48;

/// The problem, with the places where the variables that went into a value were set.
pub(super) fn with_origins(problem: Problem, node: &Node) -> Problem {
    node.origins().fold(problem, |problem, (name, place)| problem.at(place, format!("`{name}` is set here")))
}

/// A value as it is repeated in a message: on one line, and not all of it if it is long.
pub(super) fn brief(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None if line.is_empty() => text.to_owned(),
        None => line,
    }
}
