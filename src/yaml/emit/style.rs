//! How a text must be written so that it is read back as text.

use super::super::Value;
use super::super::scalar::{Scalar, resolve};

/// The ways to write a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// The booleans of old, in the spellings that readers of old know.
const OLD_BOOLEANS: &[&str] =
    &["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF"];

/// Characters that cannot begin a plain scalar.
const INDICATORS: &str = "#,[]{}&*!|>'\"%@`";

/// What there is in a text that matters to its style.
#[derive(Debug, Default)]
struct Traits {
    indicator: bool,
    tab: bool,
    special: bool,
    edge_space: bool,
    trailing_space: bool,
    space_then_break: bool,
}

/// The style of a text in a block; `key` if it is a key on the line of its value.
pub(super) fn style(text: &str, key: bool) -> Style {
    let traits = Traits::of(text);
    match wanted(text) {
        Style::Literal if key || traits.space_then_break || traits.special || traits.trailing_space => {
            Style::Double
        }
        Style::Plain | Style::Single if traits.tab || traits.special => Style::Double,
        Style::Plain if traits.edge_space || traits.indicator => Style::Single,
        other => other,
    }
}

/// The style that a text would have if only what it resolves to mattered.
fn wanted(text: &str) -> Style {
    if text.contains('\n') {
        return if text.trim().is_empty() { Style::Double } else { Style::Literal };
    }
    match resolve(text) {
        Scalar::Value(Value::String(_)) if OLD_BOOLEANS.contains(&text) || is_base_60(text) => Style::Single,
        Scalar::Value(Value::String(_)) => Style::Plain,
        Scalar::Merge => Style::Single,
        _ => Style::Double,
    }
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`: a number to readers of old.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit()) || !unsigned.contains(':') {
        return false;
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let mut groups = whole.split(':');
    groups.next().is_some_and(digits)
        && digits(fraction)
        && groups.all(|group| match group.as_bytes() {
            [digit] => digit.is_ascii_digit(),
            [tens, digit] => matches!(tens, b'0'..=b'5') && digit.is_ascii_digit(),
            _ => false,
        })
}

impl Traits {
    fn of(text: &str) -> Self {
        let mut traits = Self {
            indicator: text.starts_with("---") || text.starts_with("..."),
            edge_space: text.starts_with(' ') || text.ends_with(' '),
            trailing_space: text.ends_with(' '),
            ..Self::default()
        };
        let mut before = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let blank_after = characters.peek().is_none_or(|next| matches!(next, ' ' | '\t' | '\n' | '\r'));
            let blank_before = before.is_none_or(|before| matches!(before, ' ' | '\t' | '\n'));
            match character {
                ':' if blank_after => traits.indicator = true,
                '?' | '-' if before.is_none() && blank_after => traits.indicator = true,
                '#' if blank_before => traits.indicator = true,
                '\n' => traits.space_then_break |= before == Some(' '),
                '\t' => traits.tab = true,
                _ if before.is_none() && INDICATORS.contains(character) => traits.indicator = true,
                _ if !is_printable(character) => traits.special = true,
                _ => {}
            }
            before = Some(character);
        }
        traits
    }
}

/// True for what is written as it is. The peer's library escapes everything beyond the basic plane.
///
/// The line and paragraph separators are not on its list, but what it writes for them reads back as something else.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && !matches!(character, '\u{feff}' | '\u{2028}' | '\u{2029}')
}
