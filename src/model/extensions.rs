//! `x-*` attributes, and the structs that have them.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_yaml::Value;

use super::attribute::Reader;
use super::concept::Fields;
use super::{Attribute, Style, Styled};
use crate::yaml;

/// The `x-*` attributes of an object, by their whole names.
pub type Extensions = BTreeMap<String, Value>;

/// Reads a struct of attributes; what is neither an attribute nor an extension is an error.
pub(super) fn read_fields<'de, T: Fields, D: Deserializer<'de>>(
    deserializer: D,
    extensions: fn(&mut T) -> &mut Extensions,
) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>, fn(&mut T) -> &mut Extensions);

    impl<'de, T: Fields> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a mapping")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<T, A::Error> {
            let mut object = T::default();
            while let Some(key) = access.next_key::<String>()? {
                if object.take(&key, &mut access)? {
                    continue;
                }
                if !key.starts_with("x-") {
                    return Err(A::Error::custom(format_args!("unknown attribute `{key}`")));
                }
                let value = access.next_value_seed(Reader::<Value>::new())?;
                (self.1)(&mut object).insert(key, value);
            }
            Ok(object)
        }

        fn visit_unit<E: Error>(self) -> Result<T, E> {
            Ok(T::default())
        }
    }

    deserializer.deserialize_any(Object(PhantomData, extensions))
}

/// Writes a struct of attributes; its extensions come last, and only in YAML.
pub(super) fn write_fields<T: Fields, S: Serializer>(
    serializer: S,
    object: &T,
    extensions: &Extensions,
    style: Style,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    object.put(&mut map, style)?;
    if style == Style::Yaml {
        put_extensions(&mut map, extensions, style)?;
    }
    map.end()
}

/// Writes extensions as entries of the mapping that has them.
pub(super) fn put_extensions<M: SerializeMap>(
    map: &mut M,
    extensions: &Extensions,
    style: Style,
) -> Result<(), M::Error> {
    let mut entries: Vec<_> = extensions.iter().collect();
    if style == Style::Yaml {
        entries.sort_by(|(one, _), (other, _)| yaml::key_order(one, other));
    }
    for (key, value) in entries {
        map.serialize_entry(key, &Styled(value, style))?;
    }
    Ok(())
}

impl Attribute for Value {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Anything;

        impl<'de> Visitor<'de> for Anything {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
                Value::deserialize(deserializer)
            }
        }

        deserializer.deserialize_newtype_struct(yaml::ANY_VALUE, Anything)
    }

    fn write<S: Serializer>(&self, serializer: S, style: Style) -> Result<S::Ok, S::Error> {
        match self {
            Self::Mapping(mapping) => {
                let mut entries: Vec<(String, &Self)> =
                    mapping.iter().map(|(key, value)| (key_text(key), value)).collect();
                entries.sort_by(|(one, _), (other, _)| match style {
                    Style::Yaml => yaml::key_order(one, other),
                    Style::Json => one.cmp(other),
                });
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(&key, &Styled(value, style))?;
                }
                map.end()
            }
            Self::Sequence(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(&Styled(item, style))?;
                }
                seq.end()
            }
            Self::Tagged(tagged) if style == Style::Yaml && tagged.tag == yaml::TIME_TAG => {
                serializer.serialize_newtype_variant("Value", 0, yaml::TIME_TAG, &tagged.value)
            }
            Self::Tagged(tagged) => tagged.value.write(serializer, style),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => self.serialize(serializer),
        }
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.is_null()
    }
}

/// A key as text. Compose files have no other keys than text; a value that an embedder made may.
fn key_text(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null => "null".to_owned(),
        Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => format!("{key:?}"),
    }
}
