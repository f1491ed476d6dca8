//! A tree to a type, by way of serde. What goes wrong knows its place.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{Entry, Node, Path, Segment, Value};
use crate::diag::{Problem, Span};

/// A value that a type does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    message: String,
    span: Option<Span>,
    /// The steps from the value up to the root.
    steps: Vec<Segment>,
}

/// Turns a tree into a value.
///
/// # Errors
/// At the first value that the type does not take.
pub fn decode<T: DeserializeOwned>(node: &Node) -> Result<T, DecodeError> {
    T::deserialize(At(node)).map_err(|error| error.at(node.span))
}

impl DecodeError {
    /// The place of the value, if it is in a text.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// The address of the value.
    #[must_use]
    pub fn path(&self) -> Path {
        let mut path = Path::root();
        for step in self.steps.iter().rev() {
            match step {
                Segment::Key(key) => path.push_key(key),
                Segment::Index(index) => path.push_index(*index),
            }
        }
        path
    }

    fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    fn below(mut self, step: Segment, span: Span) -> Self {
        self.span.get_or_insert(span);
        self.steps.push(step);
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), span: None, steps: Vec::new() }
    }
}

impl From<DecodeError> for Problem {
    fn from(error: DecodeError) -> Self {
        let problem = Self::error("bad-value", format!("`{}` cannot be read", error.path()));
        match error.span {
            Some(span) => problem.at(span, error.message),
            None => problem.help(error.message),
        }
    }
}

/// A node as something to read from.
struct At<'de>(&'de Node);

impl<'de> Deserializer<'de> for At<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.0.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(value) => visitor.visit_i64(*value),
            Value::Uint(value) => visitor.visit_u64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::String(text) => visitor.visit_borrowed_str(text),
            time @ Value::Time(_) => visitor.visit_string(time.text().unwrap_or_default()),
            Value::Seq(items) => visitor.visit_seq(Items { items, next: 0 }),
            Value::Map(map) => visitor.visit_map(Entries { entries: map.iter(), value: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match self.0.value.text() {
            Some(text) => visitor.visit_enum(text.into_deserializer()),
            None => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Items<'de> {
    items: &'de [Node],
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let index = self.next;
        let Some(item) = self.items.get(index) else { return Ok(None) };
        self.next += 1;
        seed.deserialize(At(item)).map(Some).map_err(|error| error.below(Segment::Index(index), item.span))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() - self.next)
    }
}

struct Entries<'de, I> {
    entries: I,
    value: Option<(&'de str, &'de Entry)>,
}

impl<'de, I: Iterator<Item = (&'de str, &'de Entry)>> MapAccess<'de> for Entries<'de, I> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        self.value = self.entries.next();
        let Some((key, entry)) = self.value else { return Ok(None) };
        let key = Cow::Borrowed(key).into_deserializer();
        seed.deserialize(key).map(Some).map_err(|error: DecodeError| error.at(entry.key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let Some((key, entry)) = self.value else { return Err(de::Error::custom("a value without key")) };
        seed.deserialize(At(&entry.node))
            .map_err(|error| error.below(Segment::Key(key.to_owned()), entry.node.span))
    }

    fn size_hint(&self) -> Option<usize> {
        self.entries.size_hint().1
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::diag::{Problems, Sources};
    use crate::yaml::parse;

    fn tree(text: &str) -> Node {
        let mut problems = Problems::default();
        let mut sources = Sources::default();
        let id = sources.add("compose.yaml", text);
        parse(id, text, &mut problems).remove(0)
    }

    #[test]
    fn a_value_of_the_wrong_type_is_found_at_its_place() {
        let text = "a: [1, 2]\nb: [3, x]\n";
        let error = decode::<BTreeMap<String, Vec<u32>>>(&tree(text)).expect_err("`x` is no number");
        assert_eq!(error.path().to_string(), "b[1]");
        let span = error.span().expect("a place");
        assert_eq!(&text[span.start as usize..span.end as usize], "x");
    }

    #[test]
    fn null_is_nothing_where_nothing_is_an_answer() {
        let map: BTreeMap<String, Option<String>> = decode(&tree("a: ~\nb: text\n")).expect("a mapping");
        assert_eq!(map["a"], None);
        assert_eq!(map["b"].as_deref(), Some("text"));
    }

    #[test]
    fn extension_values_keep_their_types() {
        let value: serde_yaml::Value = decode(&tree("a: [1, 1.5, true, ~, text]\n")).expect("any value");
        let want: serde_yaml::Value = serde_yaml::from_str("a: [1, 1.5, true, ~, text]").expect("yaml");
        assert_eq!(value, want);
    }
}
