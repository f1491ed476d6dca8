//! How serde walks into sequences, mappings and variants.

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer as _, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::super::{Entry, Map, Node, Segment};
use super::deserializer::Decoder;
use super::fault::Site;
use super::{Fault, TIME_TAG};

/// The items of a sequence.
pub(super) struct Items<'n, 's> {
    of: Decoder<'n, 's>,
    rest: std::iter::Enumerate<std::slice::Iter<'n, Node>>,
}

impl<'n, 's> Items<'n, 's> {
    pub(super) fn new(of: Decoder<'n, 's>, items: &'n [Node]) -> Self {
        Self { of, rest: items.iter().enumerate() }
    }
}

impl<'n> SeqAccess<'n> for Items<'n, '_> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'n>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let skips = self.of.skips;
        let Some((index, item)) =
            self.rest.find(|(_, item)| skips.is_empty() || !skips.contains(&Site::of(item)))
        else {
            return Ok(None);
        };
        seed.deserialize(self.of.child(item))
            .map(Some)
            .map_err(|fault| fault.within(item).below(Segment::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The entries of a mapping.
pub(super) struct Pairs<'n, 's> {
    of: Decoder<'n, 's>,
    rest: Box<dyn Iterator<Item = (&'n str, &'n Entry)> + 'n>,
    length: usize,
    value: Option<(&'n str, &'n Entry)>,
}

impl<'n, 's> Pairs<'n, 's> {
    pub(super) fn new(of: Decoder<'n, 's>, map: &'n Map) -> Self {
        Self { of, rest: Box::new(map.iter()), length: map.len(), value: None }
    }
}

impl<'n> MapAccess<'n> for Pairs<'n, '_> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'n>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let skips = self.of.skips;
        let next = self.rest.find(|(_, entry)| skips.is_empty() || !skips.contains(&Site::of(&entry.node)));
        self.value = next;
        let Some((key, entry)) = next else { return Ok(None) };
        let name: BorrowedStrDeserializer<'n, Fault> = BorrowedStrDeserializer::new(key);
        seed.deserialize(name).map(Some).map_err(|fault| fault.at_key(key, entry))
    }

    fn next_value_seed<S: DeserializeSeed<'n>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let Some((key, entry)) = self.value.take() else {
            return Err(Fault::custom("a value without a key"));
        };
        seed.deserialize(self.of.child(&entry.node))
            .map_err(|fault| fault.within(&entry.node).below(Segment::Key(key.to_owned())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.length)
    }
}

/// A name, or a mapping of one key, as a variant.
pub(super) struct Variant<'n, 's> {
    pub(super) name: &'n str,
    pub(super) value: Option<Decoder<'n, 's>>,
    pub(super) of: Decoder<'n, 's>,
}

impl<'n> EnumAccess<'n> for Variant<'n, '_> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'n>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        let name: StrDeserializer<'n, Fault> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'n> VariantAccess<'n> for Variant<'n, '_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.value {
            None => Ok(()),
            Some(value) if value.node.is_null() => Ok(()),
            Some(value) => {
                Err(Fault::custom(format_args!("`{}` takes no value", self.name)).within(value.node))
            }
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'n>>(self, seed: S) -> Result<S::Value, Fault> {
        let value = self.needed()?;
        seed.deserialize(value)
            .map_err(|fault| fault.within(value.node).below(Segment::Key(self.name.to_owned())))
    }

    fn tuple_variant<V: Visitor<'n>>(self, _length: usize, visitor: V) -> Result<V::Value, Fault> {
        self.needed()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.needed()?.deserialize_any(visitor)
    }
}

impl<'n, 's> Variant<'n, 's> {
    fn needed(&self) -> Result<Decoder<'n, 's>, Fault> {
        self.value
            .ok_or_else(|| Fault::custom(format_args!("`{}` needs a value", self.name)).within(self.of.node))
    }
}

/// A time, as the text under [`TIME_TAG`].
pub(super) struct Tagged<'n>(pub(super) &'n str);

impl<'n> EnumAccess<'n> for Tagged<'n> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'n>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        let name: StrDeserializer<'static, Fault> = TIME_TAG.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'n> VariantAccess<'n> for Tagged<'n> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Err(Fault::custom("a time has a value"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'n>>(self, seed: S) -> Result<S::Value, Fault> {
        let text: StrDeserializer<'n, Fault> = self.0.into_deserializer();
        seed.deserialize(text)
    }

    fn tuple_variant<V: Visitor<'n>>(self, _length: usize, _visitor: V) -> Result<V::Value, Fault> {
        Err(Fault::custom("expected a sequence, found a time"))
    }

    fn struct_variant<V: Visitor<'n>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Fault> {
        Err(Fault::custom("expected a mapping, found a time"))
    }
}
