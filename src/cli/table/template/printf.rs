//! `printf`, as far as texts and numbers go.

use serde_json::Value;

use super::print::print;

/// A verb of a form: `%-10.3s`.
struct Verb {
    left: bool,
    zeros: bool,
    width: usize,
    precision: Option<usize>,
    letter: char,
}

/// The form with its verbs replaced by values in their order.
pub(super) fn printf(form: &str, values: &[Value]) -> String {
    let mut out = String::new();
    let mut values = values.iter();
    let mut rest = form;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (verb, after) = verb(&rest[at + 1..]);
        rest = after;
        match verb {
            Verb { letter: '%', .. } => out.push('%'),
            Verb { letter, .. } => match values.next() {
                Some(value) => out.push_str(&verb.padded(value)),
                None => out.extend(["%!", letter.to_string().as_str(), "(MISSING)"]),
            },
        }
    }
    out.push_str(rest);
    out
}

fn verb(text: &str) -> (Verb, &str) {
    let mut verb = Verb { left: false, zeros: false, width: 0, precision: None, letter: '%' };
    let flags = text.trim_start_matches(['-', '0', '+', ' ', '#']);
    for flag in text[..text.len() - flags.len()].chars() {
        verb.left |= flag == '-';
        verb.zeros |= flag == '0';
    }
    let (width, rest) = digits(flags);
    verb.width = width.unwrap_or_default();
    let rest = match rest.strip_prefix('.') {
        Some(after) => {
            let (precision, after) = digits(after);
            verb.precision = Some(precision.unwrap_or_default());
            after
        }
        None => rest,
    };
    let mut letters = rest.chars();
    verb.letter = letters.next().unwrap_or('%');
    (verb, letters.as_str())
}

/// Widest field: a form is a user's own, but a slip must not eat all memory.
const WIDEST: usize = 1000;

fn digits(text: &str) -> (Option<usize>, &str) {
    let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].parse().ok().map(|width: usize| width.min(WIDEST)), &text[end..])
}

impl Verb {
    fn padded(&self, value: &Value) -> String {
        let text = self.text(value);
        let gap = self.width.saturating_sub(text.chars().count());
        match (self.left, self.zeros && value.is_number()) {
            (true, _) => text + &" ".repeat(gap),
            (false, true) => "0".repeat(gap) + &text,
            (false, false) => " ".repeat(gap) + &text,
        }
    }

    fn text(&self, value: &Value) -> String {
        match (self.letter, value.as_i64(), value.as_f64()) {
            ('q', _, _) => format!("{:?}", print(value)),
            ('x', Some(number), _) => format!("{number:x}"),
            ('f' | 'g' | 'e', _, Some(number)) => format!("{number:.*}", self.precision.unwrap_or(6)),
            _ => match self.precision {
                Some(length) => print(value).chars().take(length).collect(),
                None => print(value),
            },
        }
    }
}
