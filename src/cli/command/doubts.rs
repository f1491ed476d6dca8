//! `build --check`: what is doubtful about Dockerfiles, in the form of the peer.

use std::collections::BTreeMap;

use rcompose::diag::harmless;
use rcompose::engine::{BuildCheck, BuildDoubt};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::Session;

/// The line above and below an excerpt.
const RULE: &str = "--------------------\n";
/// So many lines are shown on either side of the one that is meant.
const AROUND: usize = 2;

/// Prints what is doubtful; a doubt is a failure.
pub(super) fn checked(found: &BTreeMap<String, BuildCheck>, session: &Session) -> Result<Exit, Failure> {
    for (service, check) in found {
        session.ui.print(&format!("{service}\n\n{}\n", harmless(&told(check))))?;
    }
    let clean = found.values().all(|check| check.doubts.is_empty());
    Ok(if clean { Exit::Success } else { Exit::Failure })
}

fn told(check: &BuildCheck) -> String {
    let headline = match check.doubts.len() {
        0 => "Check complete, no warnings found.\n".to_owned(),
        1 => "Check complete, 1 warning has been found!\n".to_owned(),
        count => format!("Check complete, {count} warnings have been found!\n"),
    };
    let mut sorted: Vec<&BuildDoubt> = check.doubts.iter().collect();
    sorted.sort_by_key(|doubt| doubt.line);
    let doubts = sorted.into_iter().map(|doubt| one(doubt, check));
    [headline].into_iter().chain(doubts).collect()
}

fn one(doubt: &BuildDoubt, check: &BuildCheck) -> String {
    let url = if doubt.url.is_empty() { String::new() } else { format!(" - {}", doubt.url) };
    let head = format!("\nWARNING: {}{url}\n{}\n", doubt.rule, doubt.message);
    let Some(line) = doubt.line else { return head };
    let excerpt = check.text.split('\n').enumerate().filter_map(|(index, text)| {
        let number = index + 1;
        let mark = if number == line { ">>>" } else { "   " };
        (number.abs_diff(line) <= AROUND).then(|| format!("{number:>4} | {mark} {text}\n"))
    });
    let excerpt: String = excerpt.collect();
    format!("{head}{}:{line}\n{RULE}{excerpt}{RULE}", check.dockerfile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_is_told_with_the_lines_around_it() {
        let doubt = BuildDoubt {
            rule: "StageNameCasing".to_owned(),
            message: "Stage name 'Foo' should be lowercase".to_owned(),
            url: "https://example.com/x".to_owned(),
            line: Some(2),
        };
        let text = "# a\nFROM busybox AS Foo\nRUN a\nRUN b\nRUN c\n";
        let mut check =
            BuildCheck { dockerfile: "/x/D".to_owned(), text: text.to_owned(), doubts: vec![doubt] };
        insta::assert_snapshot!(told(&check), @r"
        Check complete, 1 warning has been found!

        WARNING: StageNameCasing - https://example.com/x
        Stage name 'Foo' should be lowercase
        /x/D:2
        --------------------
           1 |     # a
           2 | >>> FROM busybox AS Foo
           3 |     RUN a
           4 |     RUN b
        --------------------
        ");
        check.doubts.clear();
        assert_eq!(told(&check), "Check complete, no warnings found.\n");
    }
}
