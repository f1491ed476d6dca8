//! Colons that the parser did not expect.

use crate::diag::Problem;

use super::scene::{Line, Scene, spaces};

/// The parser stopped at a `:` that cannot be behind a key.
pub(super) fn unexpected(scene: &Scene<'_>) -> Problem {
    let line = scene.line(scene.at);
    let before = &line.text[..scene.at.saturating_sub(line.start).min(line.text.len())];
    if let Some(value) = value_start(before) {
        return in_value(scene, line.start + value);
    }
    match scene.line_above(line) {
        Some(above) if line.indent() > above.indent() || value_start(above.text).is_none() => {
            continued(scene, line, above)
        }
        _ => scene
            .problem("`:` cannot stand here", scene.at..scene.at + 1, "here")
            .help("quote the value or key that it is part of"),
    }
}

/// Where the value begins on a line that has a key and one. An item that looks like `KEY=value` is all value.
fn value_start(line: &str) -> Option<usize> {
    let (key, value) = line.split_once(": ")?;
    let item = key.trim_start();
    if let Some(variable) = item.strip_prefix("- ")
        && variable.contains('=')
    {
        return Some(line.len() - value.len() - ": ".len() - variable.trim_start().len());
    }
    let value = value.trim_start();
    (!value.is_empty() && !key.trim_start().starts_with('#')).then(|| line.len() - value.len())
}

/// A colon with a space behind it inside a plain value.
fn in_value(scene: &Scene<'_>, start: usize) -> Problem {
    let value = scene.rest_of_line(start);
    let text = &scene.text[value.clone()];
    let problem = scene
        .problem(
            "this value holds a `:` with a space behind it, which is the sign of a key",
            scene.at..scene.at + 1,
            "taken for the end of a key",
        )
        .at(scene.span(value), "this value");
    if text.contains(['"', '\'']) {
        problem.help("quote the value")
    } else {
        problem.help(format!("quote the value: \"{text}\""))
    }
}

/// A key that continues the line above, because that is a plain text which has not ended.
fn continued(scene: &Scene<'_>, line: Line<'_>, above: Line<'_>) -> Problem {
    let key = line.content().start..scene.at;
    let name = &scene.text[key.clone()];
    if let Some(value) = value_start(above.text) {
        let key_above = above.content().start;
        let columns = key_above - above.start;
        return scene
            .problem(
                format!("`{name}` is indented more than the line above, so it continues the value there"),
                key,
                "indented too far",
            )
            .at(scene.span(above.start + value..above.content().end), "the value above")
            .help(match columns {
                0 => "do not indent it, like the key above".to_owned(),
                _ => format!("indent it with {}, like the key above", spaces(columns)),
            });
    }
    let content = above.content();
    let words = &scene.text[content.clone()];
    let item = words.trim_start_matches("- ");
    let (message, label, help) = match (item.split_once(':'), item.split_once(' ')) {
        (Some((word, value)), _) if !value.is_empty() && !word.contains(' ') => (
            "a space is missing behind `:`",
            "this is one text, not a key and a value",
            format!("write `{word}: {value}`"),
        ),
        (_, Some((word, value))) if !word.is_empty() => (
            "a `:` is missing behind a key",
            "this is no key without `:`",
            format!("write `{word}: {}`", value.trim_start()),
        ),
        _ => ("a `:` is missing behind a key", "this is no key without `:`", format!("write `{item}:`")),
    };
    scene.problem(message, content, label).at(scene.span(key), "noticed here").help(help)
}
