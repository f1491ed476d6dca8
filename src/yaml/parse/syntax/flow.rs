//! Brackets and braces.

use crate::diag::Problem;

use super::scene::Scene;

/// What closes an opening sign.
fn closing(open: char) -> char {
    if open == '{' { '}' } else { ']' }
}

/// The parser stopped at the sign that is never closed, or at the end of the text.
pub(super) fn unclosed(scene: &Scene<'_>) -> Problem {
    let at = match scene.character(scene.at) {
        Some('[' | '{') => scene.at,
        _ => scene.open.unwrap_or(scene.at),
    };
    let open = scene.character(at).unwrap_or('[');
    scene
        .problem(format!("this `{open}` is never closed"), at..at + 1, "opened here")
        .help(format!("add a `{}`", closing(open)))
}

/// The parser stopped at the sign that is closed by the other one.
pub(super) fn mismatched(scene: &Scene<'_>, open: char, close: char) -> Problem {
    scene
        .problem(format!("this `{open}` is closed by `{close}`"), scene.at..scene.at + 1, "opened here")
        .help(format!("close it with `{}`", closing(open)))
}

/// The parser stopped at a closing sign without an opening one.
pub(super) fn closes_nothing(scene: &Scene<'_>) -> Problem {
    let close = scene.character(scene.at).unwrap_or(']');
    scene
        .problem(format!("this `{close}` closes nothing"), scene.at..scene.at + close.len_utf8(), "here")
        .help("remove it, or quote the value if it is part of it")
}

/// The parser stopped inside brackets or braces at something that is neither a comma nor the end.
pub(super) fn separator(scene: &Scene<'_>) -> Problem {
    let Some(at) = scene.open else {
        return scene.problem("this cannot stand inside brackets or braces", scene.word(scene.at), "here");
    };
    let open = scene.character(at).unwrap_or('[');
    let close = closing(open);
    let (line, line_of_open) = (scene.line(scene.at), scene.line(at));
    let opened = scene.span(at..at + 1);
    if line.start != line_of_open.start && scene.character(scene.at) != Some(',') {
        return scene
            .problem(format!("this `{open}` is not closed before the next key"), at..at + 1, "opened here")
            .at(scene.span(line.content()), format!("expected `,` or `{close}`"))
            .help(format!("add a `{close}`"));
    }
    scene
        .problem(format!("expected `,` or `{close}`"), scene.word(scene.at), "before this")
        .at(opened, "opened here")
        .help("separate the entries by `,`, and quote a text that holds `:`, `,`, brackets or braces")
}
