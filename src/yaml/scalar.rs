//! What a plain scalar means: the typing of the peer's YAML library, which is neither YAML 1.1 nor 1.2.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Value;

/// What the text of a scalar stands for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    /// A value.
    Value(Value),
    /// `.inf` or `.nan`, which no compose file may hold.
    NotFinite,
    /// `<<`: a merge key, and nothing at all anywhere else.
    Merge,
}

/// A text that its tag does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// What the tag asks for, in the words of an error.
    pub(super) expected: &'static str,
}

/// The words that stand for something other than themselves.
const WORDS: &[(&str, Scalar)] = &[
    ("", Scalar::Value(Value::Null)),
    ("~", Scalar::Value(Value::Null)),
    ("null", Scalar::Value(Value::Null)),
    ("Null", Scalar::Value(Value::Null)),
    ("NULL", Scalar::Value(Value::Null)),
    ("true", Scalar::Value(Value::Bool(true))),
    ("True", Scalar::Value(Value::Bool(true))),
    ("TRUE", Scalar::Value(Value::Bool(true))),
    ("false", Scalar::Value(Value::Bool(false))),
    ("False", Scalar::Value(Value::Bool(false))),
    ("FALSE", Scalar::Value(Value::Bool(false))),
    (".nan", Scalar::NotFinite),
    (".NaN", Scalar::NotFinite),
    (".NAN", Scalar::NotFinite),
    (".inf", Scalar::NotFinite),
    (".Inf", Scalar::NotFinite),
    (".INF", Scalar::NotFinite),
    ("+.inf", Scalar::NotFinite),
    ("+.Inf", Scalar::NotFinite),
    ("+.INF", Scalar::NotFinite),
    ("-.inf", Scalar::NotFinite),
    ("-.Inf", Scalar::NotFinite),
    ("-.INF", Scalar::NotFinite),
    ("<<", Scalar::Merge),
];

/// Types a plain scalar without a tag.
pub(super) fn resolve(text: &str) -> Scalar {
    resolve_with(text, true)
}

/// Types a scalar under a tag of the YAML namespace (`int` for `!!int`).
pub(super) fn tagged(tag: &str, text: &str) -> Result<Scalar, Mismatch> {
    let number = || resolve_with(text, false);
    match tag {
        "int" => match number() {
            Scalar::Value(value @ (Value::Int(_) | Value::Uint(_))) => Ok(Scalar::Value(value)),
            _ => Err(Mismatch { expected: "a whole number" }),
        },
        "float" => match number() {
            Scalar::Value(value @ (Value::Int(_) | Value::Uint(_) | Value::Float(_))) => {
                Ok(Scalar::Value(value))
            }
            Scalar::NotFinite => Ok(Scalar::NotFinite),
            _ => Err(Mismatch { expected: "a number" }),
        },
        "bool" => match number() {
            Scalar::Value(value @ Value::Bool(_)) => Ok(Scalar::Value(value)),
            _ => Err(Mismatch { expected: "`true` or `false`" }),
        },
        "null" => match number() {
            Scalar::Value(Value::Null) => Ok(Scalar::Value(Value::Null)),
            _ => Err(Mismatch { expected: "`null`, `~` or nothing" }),
        },
        "timestamp" => timestamp(text)
            .map(|time| Scalar::Value(Value::Time(time)))
            .ok_or(Mismatch { expected: "a date or time such as `2024-01-31` or `2024-01-31T10:00:00Z`" }),
        "binary" => binary(text)
            .map(|decoded| Scalar::Value(Value::String(decoded)))
            .ok_or(Mismatch { expected: "base64" }),
        "merge" => Ok(Scalar::Merge),
        _ => Ok(Scalar::Value(Value::String(text.to_owned()))),
    }
}

/// Types a text; times only where they are looked for.
fn resolve_with(text: &str, times: bool) -> Scalar {
    if let Some((_, scalar)) = WORDS.iter().find(|(word, _)| *word == text) {
        return scalar.clone();
    }
    let value = match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'+' | b'-') => {
            let time = if times { timestamp(text).map(Value::Time) } else { None };
            time.or_else(|| number(text))
        }
        Some(b'.') => text.parse().ok().filter(|float: &f64| float.is_finite()).map(Value::Float),
        _ => None,
    };
    Scalar::Value(value.unwrap_or_else(|| Value::String(text.to_owned())))
}

/// A number that starts with a sign or digit. Underscores may stand anywhere in it.
fn number(text: &str) -> Option<Value> {
    if text == "-0" {
        return Some(Value::Float(-0.0));
    }
    let plain = text.replace('_', "");
    integer(&plain).or_else(|| {
        looks_like_float(&plain)
            .then(|| plain.parse::<f64>().ok())
            .flatten()
            .filter(|float| float.is_finite())
            .map(Value::Float)
    })
}

/// A whole number of 64 bits in base 10, or 2, 8, 16 by prefix; a leading zero alone means base 8.
fn integer(plain: &str) -> Option<Value> {
    let (negative, unsigned) = match plain.as_bytes().first()? {
        b'-' => (true, &plain[1..]),
        b'+' => (false, &plain[1..]),
        _ => (false, plain),
    };
    let bytes = unsigned.as_bytes();
    let (digits, radix) = match (bytes.first()?, bytes.get(1)) {
        (b'0', Some(b'x' | b'X')) => (&unsigned[2..], 16),
        (b'0', Some(b'o' | b'O')) => (&unsigned[2..], 8),
        (b'0', Some(b'b' | b'B')) => (&unsigned[2..], 2),
        (b'0', Some(_)) => (&unsigned[1..], 8),
        _ => (unsigned, 10),
    };
    if !digits.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0i64.checked_sub_unsigned(magnitude).map(Value::Int);
    }
    match i64::try_from(magnitude) {
        Ok(small) => Some(Value::Int(small)),
        // A sign is not allowed on what only fits without one.
        Err(_) => (!plain.starts_with('+')).then_some(Value::Uint(magnitude)),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn looks_like_float(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let after_whole = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let has_whole = after_whole.len() < rest.len();
    let after_point = match after_whole.strip_prefix('.') {
        Some(fraction) => {
            let tail = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if !has_whole && tail.len() == fraction.len() {
                return false;
            }
            tail
        }
        None if has_whole => after_whole,
        None => return false,
    };
    let Some(exponent) = after_point.strip_prefix(['e', 'E']) else { return after_point.is_empty() };
    let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// A date or time in one of the four accepted layouts, as RFC 3339 with nanoseconds where there are any.
fn timestamp(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return None;
    }
    let year: u32 = text[..4].parse().ok()?;
    let mut reader = Digits { rest: &text[5..] };
    let month = reader.number()?;
    reader.expect('-')?;
    let day = reader.number()?;
    if !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
        return None;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if reader.rest.is_empty() {
        return Some(format!("{date}T00:00:00Z"));
    }
    let zoned = reader.rest.starts_with(['T', 't']);
    reader.rest = if zoned { &reader.rest[1..] } else { reader.spaces()? };
    let hour = reader.number()?;
    reader.expect(':')?;
    let minute = reader.number()?;
    reader.expect(':')?;
    let second = reader.number()?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let fraction = reader.fraction();
    let zone = if zoned { reader.zone()? } else { "Z".to_owned() };
    reader.rest.is_empty().then(|| format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What is left of a date or time.
struct Digits<'a> {
    rest: &'a str,
}

impl<'a> Digits<'a> {
    /// One or two digits.
    fn number(&mut self) -> Option<u32> {
        let length = self.rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(length);
        self.rest = rest;
        digits.parse().ok()
    }

    fn expect(&mut self, wanted: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// What follows at least one space.
    fn spaces(&self) -> Option<&'a str> {
        self.rest.starts_with(' ').then(|| self.rest.trim_start_matches(' '))
    }

    /// A fraction of a second to nine places with its point, without trailing zeros; empty if there is none.
    fn fraction(&mut self) -> String {
        let Some(digits) = self.rest.strip_prefix(['.', ',']) else { return String::new() };
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 {
            return String::new();
        }
        self.rest = &digits[length..];
        let kept = digits[..length.min(9)].trim_end_matches('0');
        if kept.is_empty() { String::new() } else { format!(".{kept}") }
    }

    /// `Z` or `+hh:mm`.
    fn zone(&mut self) -> Option<String> {
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Some("Z".to_owned());
        }
        let (zone, rest) = self.rest.split_at_checked(6)?;
        let bytes = zone.as_bytes();
        let digits = [1, 2, 4, 5].iter().all(|at| bytes[*at].is_ascii_digit());
        if !matches!(bytes[0], b'+' | b'-') || bytes[3] != b':' || !digits {
            return None;
        }
        if &zone[1..3] > "24" || &zone[4..6] > "60" {
            return None;
        }
        self.rest = rest;
        Some(if &zone[1..] == "00:00" { "Z".to_owned() } else { zone.to_owned() })
    }
}

/// Base64 with line breaks anywhere; bytes that are not UTF-8 become replacement characters.
fn binary(text: &str) -> Option<String> {
    let joined: String = text.chars().filter(|character| !matches!(character, '\n' | '\r')).collect();
    let bytes = STANDARD.decode(joined).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> Scalar {
        Scalar::Value(Value::String(text.to_owned()))
    }

    fn time(text: &str) -> Scalar {
        Scalar::Value(Value::Time(text.to_owned()))
    }

    #[test]
    fn integers_take_prefixes_signs_and_underscores() {
        for (text, value) in [
            ("017", 15),
            ("0o17", 15),
            ("0O7", 7),
            ("0b11", 3),
            ("-0b11", -3),
            ("+0B11", 3),
            ("0x1F", 31),
            ("0X1f", 31),
            ("-0x1F", -31),
            ("0x_1", 1),
            ("1_000_", 1000),
            ("0__x1", 1),
            ("0_7", 7),
            ("-_1", -1),
            ("00", 0),
            ("-00", 0),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
            ("-0x8000000000000000", i64::MIN),
        ] {
            assert_eq!(resolve(text), Scalar::Value(Value::Int(value)), "{text}");
        }
        assert_eq!(resolve("0xFFFFFFFFFFFFFFFF"), Scalar::Value(Value::Uint(u64::MAX)));
        assert_eq!(resolve("9223372036854775808"), Scalar::Value(Value::Uint(1 << 63)));
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for text in [
            "0o8",
            "_1",
            "1e",
            "1:20",
            "=",
            "0b12",
            "0x",
            "0xg",
            "0b",
            "1.5e+",
            "0x1p4",
            "--1",
            "+-1",
            "0x-1",
            "1.1.1",
            "1..1",
            ".",
            "..",
            "._5",
            ".e1",
            "-.",
            "1,000",
            "1e400",
            "0x10000000000000000",
            "-0x8000000000000001",
            "inf",
            "NaN",
            "+inf",
            "_",
            "yes",
            "No",
            "on",
            "y",
            "tRue",
            "nULL",
            "0x1.8p3",
        ] {
            assert_eq!(resolve(text), string(text), "{text}");
        }
    }

    #[test]
    fn numbers_that_are_not_whole_or_do_not_fit_are_floats() {
        for (text, value) in [
            ("08", 8.0),
            ("1_0.5", 10.5),
            ("1e3", 1000.0),
            ("1.e3", 1000.0),
            ("5.", 5.0),
            ("-.5e3", -500.0),
            (".5e-3", 0.0005),
            ("1._0", 1.0),
            ("07.5", 7.5),
            ("1e-400", 0.0),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
        ] {
            assert_eq!(resolve(text), Scalar::Value(Value::Float(value)), "{text}");
        }
        let Scalar::Value(Value::Float(zero)) = resolve("-0") else { panic!("a minus zero is a float") };
        assert!(zero.is_sign_negative());
    }

    #[test]
    fn dates_and_times_have_four_layouts() {
        for (text, value) in [
            ("2024-1-1", "2024-01-01T00:00:00Z"),
            ("2024-01-01t10:00:00Z", "2024-01-01T10:00:00Z"),
            ("2024-01-01T10:00:00+02:00", "2024-01-01T10:00:00+02:00"),
            ("2024-01-01T10:00:00.123456789123Z", "2024-01-01T10:00:00.123456789Z"),
            ("2024-01-01T10:00:00,5Z", "2024-01-01T10:00:00.5Z"),
            ("2024-01-01  10:00:00", "2024-01-01T10:00:00Z"),
            ("2001-12-15 2:59:43.10", "2001-12-15T02:59:43.1Z"),
            ("2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.1-05:00"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
        ] {
            assert_eq!(resolve(text), time(value), "{text}");
        }
        for text in [
            "2024-13-01",
            "2024-02-30",
            "2023-02-29",
            "2024-01-01T10:00:00",
            "2024-01-01 10:00",
            "2024-01-01 10:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T10:00:00+02",
            "2024-01-01T10:00:00-0500",
            "2024-01-01x",
            "24-01-01",
            "10000-01-01",
            "2024-01-01T10:00:00.Z",
            "2024-01-01ü",
        ] {
            assert_eq!(resolve(text), string(text), "{text}");
        }
    }

    #[test]
    fn a_tag_of_the_yaml_namespace_decides_or_refuses() {
        assert_eq!(tagged("int", "0x10"), Ok(Scalar::Value(Value::Int(16))));
        assert_eq!(tagged("int", "3.0"), Err(Mismatch { expected: "a whole number" }));
        assert_eq!(tagged("str", "3"), Ok(string("3")));
        assert_eq!(tagged("bool", "TRUE"), Ok(Scalar::Value(Value::Bool(true))));
        assert_eq!(tagged("bool", "yes"), Err(Mismatch { expected: "`true` or `false`" }));
        assert_eq!(tagged("null", ""), Ok(Scalar::Value(Value::Null)));
        assert_eq!(tagged("binary", "aG\nk="), Ok(string("hi")));
        assert_eq!(tagged("binary", "aGk"), Err(Mismatch { expected: "base64" }));
        assert_eq!(tagged("timestamp", "2001-01-01"), Ok(time("2001-01-01T00:00:00Z")));
        assert_eq!(tagged("unheard-of", "3"), Ok(string("3")));
    }
}
