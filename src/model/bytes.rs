//! Amounts of memory.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;

use super::concept::through_attribute;
use super::{Attribute, Style};

/// A number of bytes, read like `1.5gb` and written as its digits in quotes. Some attributes know `-1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub i64);

/// A text that is no amount of memory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid size `{0}`")]
pub struct InvalidBytes(String);

impl FromStr for Bytes {
    type Err = InvalidBytes;

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "an amount that is written with a unit is far from what a double cannot hold"
    )]
    fn from_str(text: &str) -> Result<Self, InvalidBytes> {
        let invalid = || InvalidBytes(text.to_owned());
        if let Ok(bytes) = text.parse() {
            return Ok(Self(bytes));
        }
        let letters = text.rfind(|c: char| c.is_ascii_digit() || c == '.').ok_or_else(invalid)? + 1;
        let (number, unit) = text.split_at(letters);
        let number: f64 = number.parse().map_err(|_| invalid())?;
        let unit = unit.strip_prefix(' ').unwrap_or(unit).to_ascii_lowercase();
        let exponent = match unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(&unit) {
            "" if !unit.starts_with('i') => 0,
            "k" => 1,
            "m" => 2,
            "g" => 3,
            "t" => 4,
            "p" => 5,
            _ => return Err(invalid()),
        };
        if number < 0.0 || !number.is_finite() {
            return Err(invalid());
        }
        Ok(Self((number * (1_i64 << (10 * exponent)) as f64) as i64))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Attribute for Bytes {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Amount;

        impl Visitor<'_> for Amount {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount of memory")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Bytes, E> {
                Ok(Bytes(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Bytes, E> {
                i64::try_from(value)
                    .map(Bytes)
                    .map_err(|_| E::custom(format_args!("`{value}` is out of range")))
            }

            /// The peer ignores a number with a fraction.
            fn visit_f64<E: Error>(self, _value: f64) -> Result<Bytes, E> {
                Ok(Bytes(0))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_unit<E: Error>(self) -> Result<Bytes, E> {
                Ok(Bytes(0))
            }
        }

        deserializer.deserialize_any(Amount)
    }

    fn write<S: Serializer>(&self, serializer: S, _style: Style) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.0 == 0
    }
}

through_attribute!(Bytes);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_counts_in_powers_of_1024() {
        let cases = [
            ("50m", 52_428_800),
            ("10MB", 10_485_760),
            ("1.5gb", 1_610_612_736),
            ("1KiB", 1024),
            ("64", 64),
            ("64b", 64),
            ("-1", -1),
            ("1 k", 1024),
        ];
        for (text, want) in cases {
            assert_eq!(text.parse::<Bytes>(), Ok(Bytes(want)), "{text}");
        }
    }

    #[test]
    fn a_text_without_number_or_with_another_unit_is_no_amount() {
        for text in ["", "foo", "m", "1x", "1 kk", "-1k", "1..5g"] {
            assert!(text.parse::<Bytes>().is_err(), "{text}");
        }
    }
}
