//! Characters that no YAML text may hold, and those that are not what they look like.

use crate::diag::Problem;

use super::complaint::Complaints;

/// Complains about the first characters that YAML forbids; false if there are any.
pub(super) fn check(text: &str, complaints: &mut Complaints<'_>) -> bool {
    // All of them are below a space, or start with one of these bytes.
    if !text
        .bytes()
        .any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0xC2 || byte == 0xEF)
    {
        return true;
    }
    let mut clean = true;
    for (at, character) in text.char_indices().filter(|(_, character)| forbidden(*character)) {
        clean = false;
        let span = complaints.span(at, at + character.len_utf8());
        let name = if character == '\0' {
            "a NUL byte".to_owned()
        } else {
            format!("the control character U+{:04X}", u32::from(character))
        };
        let problem = Problem::error("control-character", format!("{name} cannot stand in YAML"))
            .at(span, "here")
            .help("remove it, or write it as an escape in double quotes");
        complaints.push(problem);
    }
    clean
}

fn forbidden(character: char) -> bool {
    !matches!(character, '\t' | '\n' | '\r' | '\u{85}')
        && matches!(character, '\u{0}'..='\u{1f}' | '\u{80}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// A character that a person takes for another one, or does not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LookAlike {
    /// Its byte in the text that was searched.
    pub(super) at: usize,
    pub(super) character: char,
    pub(super) kind: Kind,
}

/// What a character is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Space,
    Nothing,
    Quote,
    Dash,
    Colon,
}

/// The characters in question, with their names.
const LOOK_ALIKES: &[(char, Kind, &str)] = &[
    ('\u{a0}', Kind::Space, "a no-break space"),
    ('\u{2002}', Kind::Space, "an en space"),
    ('\u{2003}', Kind::Space, "an em space"),
    ('\u{2007}', Kind::Space, "a figure space"),
    ('\u{2009}', Kind::Space, "a thin space"),
    ('\u{202f}', Kind::Space, "a narrow no-break space"),
    ('\u{3000}', Kind::Space, "an ideographic space"),
    ('\u{200b}', Kind::Nothing, "a zero width space"),
    ('\u{200c}', Kind::Nothing, "a zero width non-joiner"),
    ('\u{200d}', Kind::Nothing, "a zero width joiner"),
    ('\u{2060}', Kind::Nothing, "a word joiner"),
    ('\u{feff}', Kind::Nothing, "a byte order mark"),
    ('\u{ad}', Kind::Nothing, "a soft hyphen"),
    ('\u{201c}', Kind::Quote, "a typographic quotation mark"),
    ('\u{201d}', Kind::Quote, "a typographic quotation mark"),
    ('\u{201e}', Kind::Quote, "a typographic quotation mark"),
    ('\u{2018}', Kind::Quote, "a typographic quotation mark"),
    ('\u{2019}', Kind::Quote, "a typographic quotation mark"),
    ('\u{ff02}', Kind::Quote, "a fullwidth quotation mark"),
    ('\u{2013}', Kind::Dash, "an en dash"),
    ('\u{2014}', Kind::Dash, "an em dash"),
    ('\u{2212}', Kind::Dash, "a minus sign"),
    ('\u{ff1a}', Kind::Colon, "a fullwidth colon"),
];

impl LookAlike {
    /// What it is.
    pub(super) fn name(self) -> String {
        let name =
            LOOK_ALIKES.iter().find(|(other, ..)| *other == self.character).map_or("", |(.., name)| *name);
        format!("{name} (U+{:04X})", u32::from(self.character))
    }
}

impl Kind {
    /// The next step.
    pub(super) fn help(self) -> &'static str {
        match self {
            Self::Space => "replace it by an ordinary space",
            Self::Nothing => "remove it",
            Self::Quote => "YAML knows the quotes `\"` and `'` only",
            Self::Dash => "a list item begins with `-`",
            Self::Colon => "a key ends with `:`",
        }
    }
}

/// The first look-alike in a text.
pub(super) fn look_alike(text: &str) -> Option<LookAlike> {
    if text.is_ascii() {
        return None;
    }
    text.char_indices().find_map(|(at, character)| {
        let (_, kind, _) = LOOK_ALIKES.iter().find(|(other, ..)| *other == character)?;
        Some(LookAlike { at, character, kind: *kind })
    })
}

/// A look-alike that makes a plain value or key another one than it seems: invisible anywhere, a space at an end, or
/// a quote or dash at the start.
pub(super) fn deceptive(plain: &str) -> Option<LookAlike> {
    let found = look_alike(plain)?;
    let first = found.at == 0;
    let last = || plain.ends_with(found.character);
    let behind = &plain[found.at + found.character.len_utf8()..];
    match found.kind {
        Kind::Space if first || last() => Some(found),
        Kind::Quote if first => Some(found),
        Kind::Dash if first && behind.starts_with(' ') => Some(found),
        Kind::Nothing => Some(found),
        _ => deceptive(behind)
            .filter(|inner| inner.kind == Kind::Nothing || (inner.kind == Kind::Space && inner.at > 0))
            .map(|inner| LookAlike { at: plain.len() - behind.len() + inner.at, ..inner }),
    }
}
