//! A serde deserializer over a located tree.

use std::collections::HashSet;

use serde::Deserializer;
use serde::de::{Error as _, Visitor};
use serde::forward_to_deserialize_any;

use super::super::{Node, Value};
use super::access::{Items, Pairs, Tagged, Variant};
use super::fault::Site;
use super::{ANY_VALUE, Fault};

/// Values that are read as if they were not there.
pub(super) type Skips = HashSet<Site>;

/// One value of a tree, to be read.
#[derive(Clone, Copy)]
pub(super) struct Decoder<'n, 's> {
    pub(super) node: &'n Node,
    pub(super) skips: &'s Skips,
    /// True where any value is wanted, and a time can stay one.
    any: bool,
}

impl<'n, 's> Decoder<'n, 's> {
    pub(super) fn new(node: &'n Node, skips: &'s Skips) -> Self {
        Self { node, skips, any: false }
    }

    /// A value below this one.
    pub(super) fn child(&self, node: &'n Node) -> Self {
        Self { node, ..*self }
    }

    fn faults<T>(self, result: Result<T, Fault>) -> Result<T, Fault> {
        result.map_err(|fault| fault.within(self.node))
    }

    /// A scalar as text, where text is wanted.
    fn as_text<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::String(text) => self.faults(visitor.visit_borrowed_str(text)),
            other => match other.text() {
                Some(text) => self.faults(visitor.visit_string(text)),
                None => self.deserialize_any(visitor),
            },
        }
    }

    /// Text as the value that it spells, where such a value is wanted.
    fn as_spelt<V: Visitor<'n>>(
        self,
        visitor: V,
        spell: fn(&str) -> Option<Value>,
    ) -> Result<V::Value, Fault> {
        match self.node.as_str().and_then(spell) {
            Some(Value::Bool(value)) => self.faults(visitor.visit_bool(value)),
            Some(Value::Int(value)) => self.faults(visitor.visit_i64(value)),
            Some(Value::Uint(value)) => self.faults(visitor.visit_u64(value)),
            Some(Value::Float(value)) => self.faults(visitor.visit_f64(value)),
            _ => self.deserialize_any(visitor),
        }
    }
}

fn spelt_bool(text: &str) -> Option<Value> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "y" | "yes" | "on" => Some(Value::Bool(true)),
        "false" | "n" | "no" | "off" => Some(Value::Bool(false)),
        _ => None,
    }
}

fn spelt_integer(text: &str) -> Option<Value> {
    text.parse().map(Value::Int).or_else(|_| text.parse().map(Value::Uint)).ok()
}

fn spelt_float(text: &str) -> Option<Value> {
    text.parse().ok().filter(|value: &f64| value.is_finite()).map(Value::Float)
}

macro_rules! spelt {
    ([$($method:ident)*] by $spell:ident) => {
        $(fn $method<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.as_spelt(visitor, $spell)
        })*
    };
}

impl<'n> Deserializer<'n> for Decoder<'n, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        let result = match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Uint(value) => visitor.visit_u64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Time(text) if self.any => visitor.visit_enum(Tagged(text)),
            time @ Value::Time(_) => visitor.visit_string(time.text().unwrap_or_default()),
            Value::Seq(items) => visitor.visit_seq(Items::new(self, items)),
            Value::Map(map) => visitor.visit_map(Pairs::new(self, map)),
        };
        self.faults(result)
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(Self { any: self.any || name == ANY_VALUE, ..self })
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let result = match &self.node.value {
            Value::String(name) => visitor.visit_enum(Variant { name, value: None, of: self }),
            Value::Map(map) if map.len() == 1 => match map.iter().next() {
                Some((name, entry)) => {
                    visitor.visit_enum(Variant { name, value: Some(self.child(&entry.node)), of: self })
                }
                None => Err(Fault::custom("expected one key, found none")),
            },
            other => Err(Fault::custom(format_args!(
                "expected a name or a mapping of one key, found {}",
                other.kind()
            ))),
        };
        self.faults(result)
    }

    fn deserialize_str<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.as_text(visitor)
    }

    fn deserialize_string<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.as_text(visitor)
    }

    fn deserialize_char<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.as_text(visitor)
    }

    spelt!([deserialize_bool] by spelt_bool);
    spelt!([deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128] by spelt_integer);
    spelt!([deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128] by spelt_integer);
    spelt!([deserialize_f32 deserialize_f64] by spelt_float);

    fn deserialize_unit_struct<V: Visitor<'n>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_any(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'n>>
        bytes byte_buf unit seq tuple tuple_struct map struct identifier
    }
}
