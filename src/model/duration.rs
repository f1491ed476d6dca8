//! Spans of time.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserializer, Error};
use serde::ser::Serializer;

use super::concept::through_attribute;
use super::{Attribute, Style};

/// A span of time in nanoseconds, written like `1m30s`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub i64);

/// The units that a duration is read with, in nanoseconds.
const UNITS: &[(&str, i64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", SECOND),
    ("m", MINUTE),
    ("h", HOUR),
    ("d", 24 * HOUR),
    ("w", 7 * 24 * HOUR),
];

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// A text that is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid duration `{0}`")]
pub struct InvalidDuration(String);

impl Duration {
    /// Whole seconds; a fraction is dropped.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0 / SECOND
    }

    /// The same as the standard library's type; a negative one is zero.
    #[must_use]
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_nanos(u64::try_from(self.0).unwrap_or(0))
    }
}

impl FromStr for Duration {
    type Err = InvalidDuration;

    fn from_str(text: &str) -> Result<Self, InvalidDuration> {
        let invalid = || InvalidDuration(text.to_owned());
        let (negative, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if rest == "0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total: i64 = 0;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(invalid)?;
            let (number, after) = rest.split_at(digits);
            let letters = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
            let (unit, after) = after.split_at(letters);
            let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(invalid)?;
            let part = scaled(number, *scale).ok_or_else(invalid)?;
            total = total.checked_add(part).ok_or_else(invalid)?;
            rest = after;
        }
        Ok(Self(if negative { -total } else { total }))
    }
}

/// `number` (digits with at most one dot) times `scale`, exact but for a fraction below one nanosecond.
fn scaled(number: &str, scale: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()?.checked_mul(scale)? };
    let mut part: i128 = 0;
    let mut unit = i128::from(scale) * 1_000_000_000_000_000_000;
    for digit in fraction.bytes().take(18) {
        unit /= 10;
        part += unit * i128::from(digit - b'0');
    }
    whole.checked_add(i64::try_from(part / 1_000_000_000_000_000_000).ok()?)
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.unsigned_abs();
        let (second, minute, hour) = (SECOND.unsigned_abs(), MINUTE.unsigned_abs(), HOUR.unsigned_abs());
        if self.0 < 0 {
            f.write_str("-")?;
        }
        match total {
            0 => f.write_str("0s"),
            1..1_000 => write!(f, "{total}ns"),
            1_000..1_000_000 => write!(f, "{}µs", Decimal(total, 1_000)),
            1_000_000..1_000_000_000 => write!(f, "{}ms", Decimal(total, 1_000_000)),
            _ => {
                if total >= hour {
                    write!(f, "{}h", total / hour)?;
                }
                if total >= minute {
                    write!(f, "{}m", total % hour / minute)?;
                }
                write!(f, "{}s", Decimal(total % minute, second))
            }
        }
    }
}

/// A number in units of a power of ten, without trailing zeros.
struct Decimal(u64, u64);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / self.1, self.0 % self.1);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let width = self.1.ilog10() as usize;
        let fraction = format!("{rest:0width$}");
        write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
    }
}

impl Attribute for Duration {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::read(deserializer)?;
        if text.is_empty() { Ok(Self::default()) } else { text.parse().map_err(D::Error::custom) }
    }

    fn write<S: Serializer>(&self, serializer: S, _style: Style) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.0 == 0
    }
}

through_attribute!(Duration);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_in_hours_minutes_and_seconds() {
        let cases = [
            ("1m30s", "1m30s"),
            ("90s", "1m30s"),
            ("1d", "24h0m0s"),
            ("1w2d", "216h0m0s"),
            ("1.5s", "1.5s"),
            ("100us", "100µs"),
            ("1h30m15s500ms", "1h30m15.5s"),
            ("0", "0s"),
            ("-5s", "-5s"),
            (".5m", "30s"),
            ("1500us", "1.5ms"),
        ];
        for (text, want) in cases {
            assert_eq!(text.parse::<Duration>().map(|duration| duration.to_string()), Ok(want.to_owned()));
        }
    }

    #[test]
    fn a_text_without_number_or_unit_is_no_duration() {
        for text in ["", "foo", "1", "1x", "s", "1.2.3s", "-", "99999999999h"] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }
}
