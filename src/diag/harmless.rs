//! Text of others, made fit for a terminal.

use std::borrow::Cow;

/// The text with everything replaced that a terminal would act on or a reader could not see: control characters and
/// escapes become control pictures (`␛`), marks that are invisible or turn the direction of text become their code
/// point (`<U+202E>`). Tabs and line ends stay.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.chars().all(|char| matches!(char, '\n' | '\t') || stand_in(char).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        match stand_in(char) {
            Some(words) if !matches!(char, '\n' | '\t') => out.push_str(&words),
            _ => out.push(char),
        }
    }
    Cow::Owned(out)
}

/// What is drawn instead of a character, if it may not be drawn as it is.
pub(super) fn stand_in(char: char) -> Option<String> {
    match char {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(char)).map(String::from),
        '\x7f' => Some("\u{2421}".to_owned()),
        _ if unseen(char) => Some(format!("<U+{:04X}>", u32::from(char))),
        _ => None,
    }
}

/// True for characters that take part in a text without being seen, or that look like a blank and are none.
#[must_use]
pub fn unseen(char: char) -> bool {
    matches!(char,
        '\u{80}'..='\u{a0}' // C1 controls, no-break space
        | '\u{ad}' // soft hyphen
        | '\u{61c}' | '\u{180e}'
        | '\u{2000}'..='\u{200f}' // blanks of all widths, zero-width marks, directions
        | '\u{2028}'..='\u{202f}' // line separators, direction overrides
        | '\u{205f}'..='\u{206f}'
        | '\u{3000}'
        | '\u{feff}' // byte order mark
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' // tags
    )
}

/// The text cut to at most so many characters, with an ellipsis where it was cut.
pub(super) fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_does_not_get_through_and_plain_text_is_not_copied() {
        assert_eq!(harmless("a\x1b[31mred\x07"), "a␛[31mred␇");
        assert_eq!(harmless("a\u{9b}31m"), "a<U+009B>31m");
        assert_eq!(harmless("\u{202e}txt"), "<U+202E>txt");
        assert!(matches!(harmless("größe 日本\n\tx"), Cow::Borrowed(_)));
    }
}
