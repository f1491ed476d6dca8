//! Keys: scalars that serde hands over one at a time.

use std::fmt;

use serde::ser::{Error as _, Impossible, Serialize, Serializer};

use super::EmitError;

/// Turns a key into its text.
pub(super) struct KeyText;

type Never = Impossible<String, EmitError>;

macro_rules! displayed {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Result<String, EmitError> {
            Ok(value.to_string())
        })*
    };
}

fn refuse<T>() -> Result<T, EmitError> {
    Err(EmitError::custom("a key must be text"))
}

impl Serializer for KeyText {
    type Ok = String;
    type Error = EmitError;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Never;

    displayed!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_char: char,
        serialize_str: &str);

    fn serialize_f32(self, _value: f32) -> Result<String, EmitError> {
        refuse()
    }

    fn serialize_f64(self, _value: f64) -> Result<String, EmitError> {
        refuse()
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<String, EmitError> {
        refuse()
    }

    fn serialize_none(self) -> Result<String, EmitError> {
        refuse()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<String, EmitError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<String, EmitError> {
        refuse()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<String, EmitError> {
        refuse()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<String, EmitError> {
        Ok(variant.to_owned())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<String, EmitError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<String, EmitError> {
        refuse()
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Never, EmitError> {
        refuse()
    }

    fn serialize_tuple(self, _length: usize) -> Result<Never, EmitError> {
        refuse()
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Never, EmitError> {
        refuse()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Never, EmitError> {
        refuse()
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Never, EmitError> {
        refuse()
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Never, EmitError> {
        refuse()
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Never, EmitError> {
        refuse()
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<String, EmitError> {
        Ok(value.to_string())
    }
}
