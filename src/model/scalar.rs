//! Plain values: text, truth, numbers.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;

use super::{Attribute, Style};
use crate::yaml;

impl Attribute for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = String;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
                Ok(text.to_owned())
            }

            fn visit_string<E: Error>(self, text: String) -> Result<String, E> {
                Ok(text)
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<String, E> {
                Ok(value.to_string())
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<String, E> {
                Ok(value.to_string())
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<String, E> {
                Ok(value.to_string())
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<String, E> {
                Ok(yaml::Value::Float(value).text().unwrap_or_default())
            }

            fn visit_unit<E: Error>(self) -> Result<String, E> {
                Ok(String::new())
            }
        }

        deserializer.deserialize_any(Text)
    }

    fn write<S: Serializer>(&self, serializer: S, _style: Style) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.is_empty()
    }

    fn of_pair(value: Option<&str>) -> Option<Self> {
        Some(value.unwrap_or_default().to_owned())
    }
}

impl Attribute for bool {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Truth;

        impl Visitor<'_> for Truth {
            type Value = bool;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
                Ok(value)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
                match text.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "y" | "on" => Ok(true),
                    "false" | "no" | "n" | "off" => Ok(false),
                    _ => Err(E::custom(format_args!("invalid boolean `{text}`"))),
                }
            }

            fn visit_unit<E: Error>(self) -> Result<bool, E> {
                Ok(false)
            }
        }

        deserializer.deserialize_any(Truth)
    }

    fn write<S: Serializer>(&self, serializer: S, _style: Style) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*self)
    }

    fn is_blank(&self, _style: Style) -> bool {
        !*self
    }
}

/// Reads a number, also out of text.
struct Number<T>(PhantomData<T>);

impl<T: FromStr + TryFrom<i64>> Visitor<'_> for Number<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        T::try_from(value).map_err(|_| E::custom(format_args!("`{value}` is out of range")))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.visit_str(&value.to_string()),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the fraction is dropped, as the peer does")]
    #[expect(clippy::cast_precision_loss, reason = "the limit is a power of two")]
    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        if value.abs() >= i64::MAX as f64 {
            return Err(E::custom(format_args!("`{value}` is out of range")));
        }
        self.visit_i64(value as i64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|_| E::custom(format_args!("invalid integer `{text}`")))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        self.visit_i64(0)
    }
}

macro_rules! integer {
    ($($type:ty => $serialize:ident),*) => { $(
        impl Attribute for $type {
            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Number(PhantomData))
            }

            fn write<S: Serializer>(&self, serializer: S, _style: Style) -> Result<S::Ok, S::Error> {
                serializer.$serialize(*self)
            }

            fn is_blank(&self, _style: Style) -> bool {
                *self == 0
            }
        }
    )* };
}

integer!(i64 => serialize_i64, u64 => serialize_u64, i32 => serialize_i32, u32 => serialize_u32, u16 => serialize_u16);

/// Reads a number with a fraction, also out of text.
struct Real;

impl Visitor<'_> for Real {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    #[expect(clippy::cast_precision_loss, reason = "shares of a processor are small numbers")]
    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "shares of a processor are small numbers")]
    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(E::custom(format_args!("invalid number `{text}`"))),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<f64, E> {
        Ok(0.0)
    }
}

impl Attribute for f32 {
    #[expect(clippy::cast_possible_truncation, reason = "the specification's numbers have single precision")]
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Real).map(|value| value as Self)
    }

    /// Written with the digits of the short type: `0.1`, not `0.10000000149011612`; a whole one without fraction.
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of this size fits")]
    fn write<S: Serializer>(&self, serializer: S, _style: Style) -> Result<S::Ok, S::Error> {
        if self.fract() == 0.0 && self.abs() < 1e15 {
            return serializer.serialize_i64(*self as i64);
        }
        serializer.serialize_f64(self.to_string().parse().unwrap_or(f64::from(*self)))
    }

    fn is_blank(&self, _style: Style) -> bool {
        *self == 0.0
    }
}
