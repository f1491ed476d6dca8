//! Quotes.

use crate::diag::Problem;

use super::scene::Scene;

/// The parser stopped at a quote that has no other.
pub(super) fn unclosed(scene: &Scene<'_>) -> Problem {
    let quote = scene.character(scene.at).unwrap_or('"');
    let problem =
        scene.problem(format!("this `{quote}` is never closed"), scene.at..scene.at + 1, "opened here");
    let line_end = scene.rest_of_line(scene.at).end;
    let problem = if line_end > scene.at + 1 && line_end < scene.text.len() {
        problem.at(scene.span(line_end - last_length(scene, line_end)..line_end), "the value may end here")
    } else {
        problem
    };
    problem.help(format!("add a `{quote}` where the value ends"))
}

/// How long the character before a byte is.
fn last_length(scene: &Scene<'_>, end: usize) -> usize {
    scene.text[..end].chars().next_back().map_or(0, char::len_utf8)
}

/// The parser stopped at text behind a closing quote.
pub(super) fn trailing(scene: &Scene<'_>) -> Problem {
    let rest = scene.rest_of_line(scene.at);
    let before = scene.text[..scene.at].trim_end();
    let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\'')).unwrap_or('"');
    let close = before.len().saturating_sub(1);
    let open = scene.text[..close].rfind(quote).unwrap_or(close);
    let message = format!("text follows the closing `{quote}` of a value");
    let inner = if quote == '"' {
        "write `\\\"` for a quote inside double quotes, or quote the whole value with `'`"
    } else {
        "write `''` for a quote inside single quotes"
    };
    if scene.line(open).start == scene.line(close).start {
        return scene
            .problem(message, rest, "this is outside the quotes")
            .at(scene.span(close..close + 1), "closed here")
            .help(inner);
    }
    // A quote that was forgotten lines above makes the next one on another line its end.
    scene
        .problem(format!("this `{quote}` is not closed on its line"), open..open + 1, "opened here")
        .at(scene.span(close..close + 1), "so this closes it")
        .at(scene.span(rest), "and this is outside the quotes")
        .help(format!("add a `{quote}` where the value ends; {inner}"))
}

/// The parser stopped in a quoted value whose next line is not indented enough.
pub(super) fn indent(scene: &Scene<'_>) -> Problem {
    scene
        .problem("a quoted value goes on here, but the line is not indented", scene.word(scene.at), "here")
        .help("close the quote above, or indent this line")
}

/// The parser stopped somewhere in a double-quoted value because of a backslash.
pub(super) fn escape(scene: &Scene<'_>) -> Problem {
    let range = bad_escape(scene).unwrap_or_else(|| scene.word(scene.at));
    let found = scene.text.get(range.clone()).unwrap_or_default();
    scene
        .problem(format!("`{found}` is no escape that double quotes know"), range, "here")
        .help("write `\\\\` for a backslash, or use single quotes, which know no escapes")
}

/// The first escape behind the opening quote that there is not.
pub(in super::super) fn bad_escape(scene: &Scene<'_>) -> Option<std::ops::Range<usize>> {
    let mut at = scene.at;
    loop {
        let rest = scene.text.get(at..)?;
        let start = at + rest.find('\\')?;
        let escaped = scene.character(start + 1)?;
        let digits = match escaped {
            '0' | 'a' | 'b' | 't' | '\t' | 'n' | 'v' | 'f' | 'r' | 'e' | ' ' | '"' | '/' | '\\' | 'N'
            | '_' | 'L' | 'P' | '\n' | '\r' => 0,
            'x' => 2,
            'u' => 4,
            'U' => 8,
            other => return Some(start..start + 1 + other.len_utf8()),
        };
        let behind = scene.text.get(start + 2..)?;
        let hex: String = behind.chars().take(digits).take_while(char::is_ascii_hexdigit).collect();
        let code = u32::from_str_radix(&hex, 16).ok();
        if digits > 0 && (hex.len() < digits || code.and_then(char::from_u32).is_none()) {
            return Some(start..start + 2 + hex.len());
        }
        at = start + 1 + escaped.len_utf8() + hex.len();
    }
}
