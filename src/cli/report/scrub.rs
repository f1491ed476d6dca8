//! Lines of containers, made fit for a terminal: colour stays, everything that steers the terminal goes.

use std::borrow::Cow;
use std::str::Chars;

/// Ends what a line switched on.
const RESET: &str = "\u{1b}[0m";

/// The line as a terminal may show it. Colour and style stay if `colour` is true; cursor moves, titles, clipboard and
/// query sequences, control characters and marks that reorder text do not. Of text that was overwritten by carriage
/// returns the last version is kept.
pub(crate) fn scrub(line: &str, colour: bool) -> Cow<'_, str> {
    if line.bytes().all(|byte| byte == b'\t' || (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(line);
    }
    let line = line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or_default();
    let mut out = String::with_capacity(line.len());
    let mut styled = false;
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        match char {
            '\u{1b}' => styled |= escape(&mut chars, &mut out, colour),
            '\u{9b}' => styled |= control_sequence(&mut chars, &mut out, colour),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut chars),
            '\t' => out.push('\t'),
            '\u{2028}' | '\u{2029}' => out.push(' '),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            _ => out.push(char),
        }
    }
    if styled {
        out.push_str(RESET);
    }
    Cow::Owned(out)
}

/// Reads what follows an escape character; true if a style was kept.
fn escape(chars: &mut Chars<'_>, out: &mut String, colour: bool) -> bool {
    let mut ahead = chars.clone();
    match ahead.next() {
        Some('[') => {
            *chars = ahead;
            return control_sequence(chars, out, colour);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            *chars = ahead;
            skip_string(chars);
        }
        // Character sets and the like: intermediate characters, then one that ends it.
        Some(' '..='~') => {
            let mut last = chars.next();
            while last.is_some_and(|char| (' '..='/').contains(&char)) {
                last = chars.next();
            }
        }
        _ => {}
    }
    false
}

/// Reads the rest of a control sequence, and keeps it if it is a style; true if it was kept.
fn control_sequence(chars: &mut Chars<'_>, out: &mut String, colour: bool) -> bool {
    let rest = chars.as_str();
    let Some(end) = rest.find(|char: char| !(' '..='?').contains(&char)) else {
        *chars = "".chars();
        return false;
    };
    let (parameters, from_end) = rest.split_at(end);
    let mut after = from_end.chars();
    let last = after.next();
    // A character that cannot end a sequence is text again.
    *chars = if last.is_some_and(|char| ('@'..='~').contains(&char)) { after } else { from_end.chars() };
    let is_style = last == Some('m') && parameters.bytes().all(|byte| matches!(byte, b'0'..=b';'));
    // 8 conceals: text that is written but not seen.
    if !colour || !is_style || parameters.split(';').any(|parameter| parameter == "8") {
        return false;
    }
    out.extend(["\u{1b}[", parameters, "m"]);
    true
}

/// Skips a string for the terminal (title, clipboard, device control) up to its end. Without an end only its
/// introducer is skipped: hiding the rest of the line would be as good as a lie.
fn skip_string(chars: &mut Chars<'_>) {
    let rest = chars.as_str();
    let end = rest.find(['\u{7}', '\u{9c}', '\u{1b}']);
    if let Some(at) = end {
        let after = &rest[at..];
        let length =
            if after.starts_with("\u{1b}\\") { 2 } else { after.chars().next().map_or(0, char::len_utf8) };
        *chars = after[length..].chars();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_of_any_language_is_left_as_it_is() {
        for line in ["", "GET /index.html 200\t12ms", "naïve Grüße 漢字 👩‍👩‍👧 שלום"] {
            assert_eq!(scrub(line, true), line);
        }
    }

    #[test]
    fn colour_stays_and_is_ended_at_the_end_of_the_line() {
        assert_eq!(scrub("\u{1b}[1;31mred", true), "\u{1b}[1;31mred\u{1b}[0m");
        assert_eq!(scrub("\u{1b}[38:2::255:0:0mred", true), "\u{1b}[38:2::255:0:0mred\u{1b}[0m");
        assert_eq!(scrub("\u{1b}[1;31mred\u{1b}[0m", false), "red");
        assert_eq!(scrub("\u{1b}[8mhidden", true), "hidden");
    }

    #[test]
    fn whatever_moves_the_cursor_or_talks_to_the_terminal_goes() {
        for (hostile, want) in [
            ("a\u{1b}[2Jb", "ab"),
            ("a\u{1b}[10;10Hb", "ab"),
            ("a\u{1b}[?1049hb", "ab"),
            ("a\u{1b}[6nb", "ab"),
            ("a\u{1b}]0;title\u{7}b", "ab"),
            ("a\u{1b}]52;c;Zm9v\u{1b}\\b", "ab"),
            ("a\u{1b}P$qm\u{1b}\\b", "ab"),
            ("a\u{1b}cb", "ab"),
            ("a\u{1b}(0b", "ab"),
            ("a\u{9b}2Jb", "ab"),
            ("a\u{9d}0;t\u{9c}b", "ab"),
            ("a\u{7}\u{8}\0b", "ab"),
            ("a\u{202e}b\u{2066}", "ab"),
            ("a\u{1b}", "a"),
            ("a\u{1b}[", "a"),
            ("a\u{1b}[31", "a"),
            ("a\u{1b}[3\u{1b}[2Jb", "ab"),
        ] {
            assert_eq!(scrub(hostile, true), want, "{hostile:?}");
        }
    }

    #[test]
    fn a_string_that_never_ends_hides_nothing() {
        assert_eq!(scrub("a\u{1b}]0;text", true), "a0;text");
    }

    #[test]
    fn of_overwritten_text_the_last_version_is_kept() {
        assert_eq!(scrub("10%\r50%\r100%", true), "100%");
        assert_eq!(scrub("dos line\r", true), "dos line");
        assert_eq!(scrub("\r\r", true), "");
    }
}
