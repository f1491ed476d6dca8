//! Limits of processes.

use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};

use super::attribute::Reader;
use super::concept::through_attribute;
use super::{Attribute, Style};

/// A limit of processes; -1 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ulimit {
    /// One number for both.
    Single(i64),
    /// What is warned about, and what is forbidden.
    Pair {
        /// May be raised by the process up to `hard`.
        soft: i64,
        /// Cannot be raised.
        hard: i64,
    },
}

impl Ulimit {
    /// What the process starts with.
    #[must_use]
    pub fn soft(self) -> i64 {
        match self {
            Self::Single(limit) | Self::Pair { soft: limit, .. } => limit,
        }
    }

    /// What it cannot go beyond.
    #[must_use]
    pub fn hard(self) -> i64 {
        match self {
            Self::Single(limit) | Self::Pair { hard: limit, .. } => limit,
        }
    }

    /// One number; zero is a pair, as it is written.
    fn single(limit: i64) -> Self {
        if limit == 0 { Self::default() } else { Self::Single(limit) }
    }
}

impl Default for Ulimit {
    fn default() -> Self {
        Self::Pair { soft: 0, hard: 0 }
    }
}

impl Attribute for Ulimit {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Limit;

        impl<'de> Visitor<'de> for Limit {
            type Value = Ulimit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a limit")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Ulimit, E> {
                Ok(Ulimit::single(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Ulimit, E> {
                self.visit_str(&value.to_string())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Ulimit, E> {
                text.parse()
                    .map(Ulimit::single)
                    .map_err(|_| E::custom(format_args!("invalid limit `{text}`")))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Ulimit, A::Error> {
                let (mut single, mut soft, mut hard) = (0, 0, 0);
                while let Some(key) = access.next_key::<String>()? {
                    let place = match key.as_str() {
                        "single" => &mut single,
                        "soft" => &mut soft,
                        "hard" => &mut hard,
                        extension if extension.starts_with("x-") => {
                            access.next_value::<IgnoredAny>()?;
                            continue;
                        }
                        _ => return Err(A::Error::custom(format_args!("unknown attribute `{key}`"))),
                    };
                    *place = access.next_value_seed(Reader::<i64>::new())?;
                }
                Ok(if single == 0 { Ulimit::Pair { soft, hard } } else { Ulimit::Single(single) })
            }
        }

        deserializer.deserialize_any(Limit)
    }

    fn write<S: Serializer>(&self, serializer: S, style: Style) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Single(limit) => serializer.serialize_i64(limit),
            Self::Pair { soft, hard } => {
                let mut map = serializer.serialize_map(None)?;
                for (key, limit) in [("soft", soft), ("hard", hard)] {
                    if style == Style::Yaml || limit != 0 {
                        map.serialize_entry(key, &limit)?;
                    }
                }
                map.end()
            }
        }
    }

    fn is_blank(&self, _style: Style) -> bool {
        false
    }
}

through_attribute!(Ulimit);
