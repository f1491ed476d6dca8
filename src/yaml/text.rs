//! Scalars as text, where text is wanted and something else stands.

use super::Value;

impl Value {
    /// A scalar as the peer writes it into a string (Go's `%v`): `1.50` is `1.5`, `1e8` is `1e+08`, a date is
    /// `2001-01-01 00:00:00 +0000 UTC`. `None` for null, sequences and mappings.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        Some(match self {
            Self::Null | Self::Seq(_) | Self::Map(_) => return None,
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Uint(value) => value.to_string(),
            Self::Float(value) => float_text(*value),
            Self::String(text) => text.clone(),
            Self::Time(time) => time_text(time),
        })
    }
}

/// A date and a time of day, the offset from UTC, and once more the offset where it has no name.
fn time_text(time: &str) -> String {
    let plain = time.replacen('T', " ", 1);
    if let Some(utc) = plain.strip_suffix('Z') {
        return format!("{utc} +0000 UTC");
    }
    let (clock, offset) = plain.split_at(plain.len().saturating_sub("+00:00".len()));
    let offset = offset.replace(':', "");
    format!("{clock} {offset} {offset}")
}

/// The shortest digits that read back as the same number, with an exponent below 1e-04 and from 1e+06 on.
fn float_text(value: f64) -> String {
    if value == 0.0 {
        return if value.is_sign_negative() { "-0".to_owned() } else { "0".to_owned() };
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_peer_writes_them() {
        let cases = [
            (1_000_000.0, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (123_456.0, "123456"),
            (1.5, "1.5"),
            (1e21, "1e+21"),
            (12_345_678_901_234_567_890.0, "1.2345678901234567e+19"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-0.0, "-0"),
        ];
        for (value, text) in cases {
            assert_eq!(Value::Float(value).text().as_deref(), Some(text));
        }
    }

    #[test]
    fn a_date_keeps_its_fraction_and_names_its_zone() {
        let text = |time: &str| Value::Time(time.to_owned()).text();
        assert_eq!(text("2001-01-01T00:00:00Z").as_deref(), Some("2001-01-01 00:00:00 +0000 UTC"));
        assert_eq!(text("2001-01-01T10:00:00.5Z").as_deref(), Some("2001-01-01 10:00:00.5 +0000 UTC"));
        assert_eq!(text("2001-01-01T10:00:00-05:30").as_deref(), Some("2001-01-01 10:00:00 -0530 -0530"));
    }
}
