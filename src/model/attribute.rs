//! How the value of an attribute is read and written.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::yaml;

/// The two ways in which a project is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// For people: attributes at their default are left out, keys of mappings come in natural order.
    Yaml,
    /// For programs, and for hashes: extensions are left out, but a nested object stays even when it is empty.
    Json,
}

/// A type that an attribute can have.
///
/// Reading is lenient where the peer is: text for a number, one value for a list, `KEY=VALUE` lists for mappings. What
/// must be refused on grounds of shape was refused before.
pub trait Attribute: Default {
    /// Reads the value.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// Writes the value.
    fn write<S: Serializer>(&self, serializer: S, style: Style) -> Result<S::Ok, S::Error>;

    /// True if the attribute is left out when written.
    fn is_blank(&self, style: Style) -> bool;

    /// What an item of a `KEY=VALUE` list stands for in a mapping of these; `None` if there is no such form.
    #[must_use]
    fn of_pair(_value: Option<&str>) -> Option<Self> {
        None
    }
}

/// Reads an [`Attribute`] where serde wants a seed.
pub(super) struct Reader<T>(pub(super) PhantomData<T>);

impl<T> Reader<T> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Attribute> DeserializeSeed<'de> for Reader<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

/// An [`Attribute`] in a [`Style`], for serde.
#[derive(Clone, Copy, Debug)]
pub struct Styled<'a, T>(pub &'a T, pub Style);

impl<T: Attribute> Serialize for Styled<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer, self.1)
    }
}

impl<T: Attribute> Attribute for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Optional<T>(PhantomData<T>);

        impl<'de, T: Attribute> Visitor<'de> for Optional<T> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or null")
            }

            fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                T::read(deserializer).map(Some)
            }
        }

        deserializer.deserialize_option(Optional(PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S, style: Style) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.write(serializer, style),
            None => serializer.serialize_unit(),
        }
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.is_none()
    }

    fn of_pair(value: Option<&str>) -> Option<Self> {
        match value {
            Some(text) => T::of_pair(Some(text)).map(Some),
            None => Some(None),
        }
    }
}

impl<T: Attribute> Attribute for Box<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self::new)
    }

    fn write<S: Serializer>(&self, serializer: S, style: Style) -> Result<S::Ok, S::Error> {
        T::write(self, serializer, style)
    }

    fn is_blank(&self, style: Style) -> bool {
        T::is_blank(self, style)
    }

    fn of_pair(value: Option<&str>) -> Option<Self> {
        T::of_pair(value).map(Self::new)
    }
}

impl<T: Attribute> Attribute for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);

        impl<T: Attribute> Items<T> {
            fn single<'de, D: Deserializer<'de>>(value: D) -> Result<Vec<T>, D::Error> {
                T::read(value).map(|item| vec![item])
            }
        }

        impl<'de, T: Attribute> Visitor<'de> for Items<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Vec<T>, A::Error> {
                let mut items = Vec::with_capacity(access.size_hint().unwrap_or(0));
                while let Some(item) = access.next_element_seed(Reader::new())? {
                    items.push(item);
                }
                Ok(items)
            }

            fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
                Ok(Vec::new())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
                Self::single(text.into_deserializer())
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Vec<T>, E> {
                Self::single(value.into_deserializer())
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Vec<T>, E> {
                Self::single(value.into_deserializer())
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Vec<T>, E> {
                Self::single(value.into_deserializer())
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Vec<T>, E> {
                Self::single(value.into_deserializer())
            }
        }

        deserializer.deserialize_any(Items(PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S, style: Style) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.len()))?;
        for item in self {
            seq.serialize_element(&Styled(item, style))?;
        }
        seq.end()
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.is_empty()
    }
}

impl<T: Attribute> Attribute for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<T>(PhantomData<T>);

        impl<'de, T: Attribute> Visitor<'de> for Pairs<T> {
            type Value = BTreeMap<String, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut map = BTreeMap::new();
                while let Some(key) = access.next_key::<String>()? {
                    map.insert(key, access.next_value_seed(Reader::new())?);
                }
                Ok(map)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut map = BTreeMap::new();
                while let Some(item) = access.next_element_seed(Reader::<String>::new())? {
                    let (key, value) = match item.split_once('=') {
                        Some((key, value)) => (key, Some(value)),
                        None => (item.as_str(), None),
                    };
                    let value = T::of_pair(value).ok_or_else(|| A::Error::custom("expected a mapping"))?;
                    map.insert(key.to_owned(), value);
                }
                Ok(map)
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(BTreeMap::new())
            }
        }

        deserializer.deserialize_any(Pairs(PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S, style: Style) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        let mut entries: Vec<(&String, &T)> = self.iter().collect();
        if style == Style::Yaml {
            entries.sort_by(|(one, _), (other, _)| yaml::key_order(one, other));
        }
        for (key, value) in entries {
            map.serialize_entry(key, &Styled(value, style))?;
        }
        map.end()
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.is_empty()
    }
}
