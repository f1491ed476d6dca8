//! Keys and list items that stand where the other, or neither, is expected.

use crate::diag::Problem;

use super::scene::{Line, Scene, spaces};

/// What version control leaves in a file that it could not merge.
const CONFLICT_MARKS: &[&str] = &["<<<<<<<", "=======", ">>>>>>>", "|||||||"];

/// The parser stopped at a text that should have been a key, but no `:` follows.
pub(super) fn without_colon(scene: &Scene<'_>) -> Problem {
    let line = scene.line(scene.at);
    let word = line.trimmed();
    if let Some(problem) = conflict(scene, line) {
        return problem;
    }
    if word.starts_with('-') && !word.starts_with("- ") && !word.starts_with("--") {
        return dash_without_space(scene);
    }
    let content = line.content();
    match word.split_once(':') {
        Some((key, value)) if !value.is_empty() && !key.contains(' ') => scene
            .problem("a space is missing behind `:`", content, "this is one text, not a key and a value")
            .help(format!("write `{key}: {value}`")),
        _ => scene
            .problem("a `:` is missing behind a key", content, "expected a key and `:`")
            .help("add the `:`, or indent the line more if it continues the value above"),
    }
}

fn conflict(scene: &Scene<'_>, line: Line<'_>) -> Option<Problem> {
    CONFLICT_MARKS.iter().any(|mark| line.text.starts_with(mark)).then(|| {
        scene
            .problem("a merge conflict was left in this file", line.content(), "a mark of the conflict")
            .help("choose one of the sides and remove the marks")
    })
}

/// The parser stopped in a mapping at something that is no key.
pub(super) fn expected(scene: &Scene<'_>) -> Problem {
    let line = scene.line(scene.at);
    if let Some(problem) = conflict(scene, line) {
        return problem;
    }
    let content = line.content();
    match scene.character(scene.at) {
        Some('*') if content.start != scene.at => {
            return scene
                .problem(
                    "an alias cannot have a tag or an anchor of its own",
                    scene.word(scene.at),
                    "this alias",
                )
                .help("remove what stands before it");
        }
        Some('&') if content.start != scene.at => {
            return scene.problem("a value can have one anchor only", scene.word(scene.at), "the second one");
        }
        _ => {}
    }
    if let Some(problem) = misplaced(scene, line) {
        return problem;
    }
    if line.trimmed() == "-" || line.trimmed().starts_with("- ") {
        return scene
            .problem("a list item cannot stand among the keys of a mapping", content, "this is a list item")
            .help("put the list under a key of its own");
    }
    scene
        .problem("expected a key and `:`", scene.word(scene.at), "this is neither")
        .help("quote the value above if this is part of it")
}

/// A line whose indentation fits none of the lines that it could belong to.
fn misplaced(scene: &Scene<'_>, line: Line<'_>) -> Option<Problem> {
    let indent = line.indent();
    let mut deeper = None;
    let mut above = scene.line_above(line);
    while let Some(found) = above {
        if found.indent() == indent {
            return None;
        }
        if found.indent() < indent {
            break;
        }
        deeper = Some(found);
        above = scene.line_above(found);
    }
    let deeper = deeper?;
    let beside = spaces(deeper.indent());
    let around = spaces(above.map_or(0, |line| line.indent()));
    Some(
        scene
            .problem(
                format!("this line is indented with {}, which fits nothing above", spaces(indent)),
                line.content(),
                format!("indented with {indent}"),
            )
            .at(scene.span(deeper.content()), format!("indented with {}", deeper.indent()))
            .help(format!(
                "indent it with {beside} to stand beside that line, or with {around} to end its block"
            )),
    )
}

/// The parser stopped in a list at something without a dash.
pub(super) fn among_items(scene: &Scene<'_>) -> Problem {
    let line = scene.line(scene.at);
    if let Some(problem) = misplaced(scene, line) {
        return problem;
    }
    scene
        .problem("a key cannot stand among the items of a list", scene.word(scene.at), "expected `- `")
        .help("indent it more if it belongs to the item above, or less if the list has ended")
}

/// The parser stopped at a dash on the line of a key.
pub(super) fn item_behind_key(scene: &Scene<'_>) -> Problem {
    scene
        .problem(
            "a list cannot begin on the line of its key",
            scene.rest_of_line(scene.at),
            "this is a list item",
        )
        .help("put each item on a line of its own, or write the list in brackets: `[a, b]`")
}

/// The parser stopped at a dash that is glued to its item.
pub(super) fn dash_without_space(scene: &Scene<'_>) -> Problem {
    let content = scene.line(scene.at).content();
    let item = scene.text[content.clone()].trim_start_matches('-');
    let help = format!("write `- {item}`");
    scene.problem("a space is missing behind `-`", content, "this is not a list item").help(help)
}

/// The parser stopped behind what it took for the whole document.
pub(super) fn outside(scene: &Scene<'_>) -> Problem {
    let line = scene.line(scene.at);
    if let Some(problem) = conflict(scene, line) {
        return problem;
    }
    match scene.line_above(line) {
        Some(above) if above.text.starts_with('%') => scene
            .problem("a directive must be followed by `---`", above.content(), "this directive")
            .help("quote the line if it is no directive, or remove it"),
        Some(above) if above.indent() > line.indent() => scene
            .problem("this line is indented less than the first one", line.content(), "outside the document")
            .help(format!("indent all keys of the file alike, with {} or none", spaces(above.indent()))),
        _ => scene.problem("the document has ended before this", line.content(), "outside the document"),
    }
}
