//! `x-lint`: what is not to be said.
//!
//! `x-lint: [code, code]`, `x-lint: code`, or `x-lint: {allow: [code]}`; `all` stands for every code. It counts for the
//! mapping it stands in and all below.

use super::finding::Finding;
use crate::diag::{Problems, Span};
use crate::yaml::{Map, Node, Segment};

/// The key under which silence is asked for.
const KEY: &str = "x-lint";
/// The word for every code.
pub(super) const ALL: &str = "all";

/// What is left.
pub(super) fn silence(tree: &Node, findings: Vec<Finding>) -> Problems {
    let mut problems = Problems::default();
    problems.extend(
        findings.into_iter().filter(|finding| !is_silenced(tree, finding)).map(|finding| finding.problem),
    );
    problems
}

fn is_silenced(tree: &Node, finding: &Finding) -> bool {
    let mut node = tree;
    if node.as_map().is_some_and(|map| asks(map, finding.problem.code)) {
        return true;
    }
    for segment in finding.about.segments() {
        let child = match segment {
            Segment::Key(key) => node.get(key),
            Segment::Index(index) => node.as_seq().and_then(|items| items.get(*index)),
        };
        let Some(child) = child else { return false };
        node = child;
        if node.as_map().is_some_and(|map| asks(map, finding.problem.code)) {
            return true;
        }
    }
    false
}

fn asks(map: &Map, code: &str) -> bool {
    codes(map).iter().any(|(asked, _)| *asked == code || *asked == ALL)
}

/// The codes that a mapping asks to be silent about.
pub(super) fn codes(map: &Map) -> Vec<(&str, Span)> {
    let Some(asked) = map.get(KEY) else { return Vec::new() };
    let asked = asked.get("allow").unwrap_or(asked);
    match asked.as_seq() {
        Some(items) => items.iter().filter_map(|item| Some((item.as_str()?, item.span))).collect(),
        None => asked.as_str().map(|code| (code, asked.span)).into_iter().collect(),
    }
}
