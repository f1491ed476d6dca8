//! Parsers of flag values. Their complaints are worded as the peer's, since scripts and people search for them.

use std::time::Duration;

use rcompose::model;
use rcompose::ops::Instance;

/// A whole number, also as `0x10`, `0o10`, `0b10` and with `_` between digits.
pub(crate) fn integer(text: &str) -> Result<i64, String> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = radix(digits);
    let plain = digits.replace('_', "");
    let wrong = |why: &str| format!("strconv.ParseInt: parsing {text:?}: {why}");
    if plain.is_empty() || !plain.chars().all(|digit| digit.is_digit(radix)) {
        return Err(wrong("invalid syntax"));
    }
    let signed = if negative { format!("-{plain}") } else { plain };
    i64::from_str_radix(&signed, radix).map_err(|_| wrong("value out of range"))
}

fn radix(digits: &str) -> (u32, &str) {
    let lower = digits.get(..2).map(str::to_ascii_lowercase);
    match lower.as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    }
}

/// `true` or `false` in the words that Go's parser takes.
pub(crate) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {text:?}: invalid syntax")),
    }
}

/// A flag's number of seconds. Below 0 the daemon waits as long as it takes.
pub(crate) fn seconds(number: i64) -> Duration {
    Duration::from_secs(u64::try_from(number).unwrap_or(u64::from(u32::MAX)))
}

/// How long something may stay: a duration above 0.
pub(crate) fn lifetime(text: &str) -> Result<Duration, String> {
    let span: model::Duration = text.parse().map_err(|error: model::InvalidDuration| error.to_string())?;
    if span.seconds() < 1 {
        return Err(format!("{text:?} is less than a second; such as `30m` or `2h`"));
    }
    Ok(span.to_std())
}

/// Which container of a service; an `--index` below 1 is none.
pub(crate) fn instance(service: &str, index: Option<i64>) -> Instance {
    let index = index.filter(|index| *index > 0).and_then(|index| u32::try_from(index).ok());
    Instance { service: service.to_owned(), index }
}

/// A variable that switches something on: anything that is not a clear yes means no.
pub(crate) fn switch(text: &str) -> bool {
    boolean(&text.trim().to_lowercase()).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_in_every_base_that_go_reads() {
        for (text, want) in
            [("12", 12), ("-1", -1), ("+3", 3), ("0x10", 16), ("0b11", 3), ("010", 8), ("1_000", 1000)]
        {
            assert_eq!(integer(text), Ok(want), "{text}");
        }
    }

    #[test]
    fn a_bad_integer_is_refused_in_the_peers_words() {
        assert_eq!(integer("x"), Err("strconv.ParseInt: parsing \"x\": invalid syntax".to_owned()));
        assert_eq!(integer(""), Err("strconv.ParseInt: parsing \"\": invalid syntax".to_owned()));
        assert_eq!(integer("-"), Err("strconv.ParseInt: parsing \"-\": invalid syntax".to_owned()));
        assert!(integer("99999999999999999999").unwrap_err().ends_with("value out of range"));
    }

    #[test]
    fn a_switch_is_on_only_by_a_clear_yes() {
        assert!(switch("1") && switch(" TRUE ") && switch("t"));
        assert!(!switch("yes") && !switch("") && !switch("0"));
    }
}
