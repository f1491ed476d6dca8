//! A serde serializer that writes YAML as it goes.

use std::fmt;

use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::super::{TIME_TAG, Value};
use super::key::KeyText;
use super::printer::Printer;
use super::style::style;

/// How far each level stands to the right of the one around it.
const INDENT: usize = 2;

/// A key that is longer, in bytes, gets a line of its own behind a `?`.
const LONGEST_KEY: usize = 128;

/// A value that cannot be written as YAML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EmitError(String);

impl serde::ser::Error for EmitError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// A value as YAML, with a final newline.
pub fn to_yaml<T: Serialize + ?Sized>(value: &T) -> Result<String, EmitError> {
    let mut printer = Printer::default();
    value.serialize(Emitter { printer: &mut printer, place: Place::Inline, indent: 0 })?;
    Ok(printer.into_text())
}

/// Where a value begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Behind a key: a scalar follows after a space, a collection on the next line.
    Key,
    /// At the start of the text or behind `- `, `: `: everything begins here.
    Inline,
}

/// One value to be written.
struct Emitter<'p> {
    printer: &'p mut Printer,
    place: Place,
    /// Where the value stands if it begins a line.
    indent: usize,
}

/// A collection that is being written.
pub(super) struct Block<'p> {
    printer: &'p mut Printer,
    place: Place,
    indent: usize,
    empty: bool,
    /// What is written for it when it stays empty.
    brackets: &'static str,
    /// True if the key before the next value is on the line of that value.
    simple_key: bool,
}

impl<'p> Emitter<'p> {
    fn scalar(self, text: &str) {
        if self.place == Place::Key {
            self.printer.push(" ");
        }
        self.printer.push(text);
    }

    fn block(self, brackets: &'static str) -> Block<'p> {
        let Self { printer, place, indent } = self;
        Block { printer, place, indent, empty: true, brackets, simple_key: true }
    }

    /// A mapping of one entry, whose value is to be written.
    fn single_entry(self, key: &str) -> Emitter<'p> {
        let mut block = self.block("{}");
        block.key(key);
        let indent = block.indent + INDENT;
        let place = block.value_place();
        Emitter { printer: block.printer, place, indent }
    }
}

impl Block<'_> {
    /// Goes to where the next key or dash stands.
    fn next(&mut self) {
        if !self.empty || self.place == Place::Key {
            self.printer.new_line(self.indent);
        }
        self.empty = false;
    }

    fn key(&mut self, text: &str) {
        self.next();
        self.simple_key = text.len() <= LONGEST_KEY && !text.contains('\n');
        if self.simple_key {
            self.printer.styled(text, style(text, true), None);
            self.printer.push(":");
        } else {
            self.printer.push("? ");
            self.printer.text(text, self.indent + INDENT);
            self.printer.new_line(self.indent);
            self.printer.push(": ");
        }
    }

    fn value_place(&self) -> Place {
        if self.simple_key { Place::Key } else { Place::Inline }
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EmitError> {
        let place = self.value_place();
        value.serialize(Emitter { printer: self.printer, place, indent: self.indent + INDENT })
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EmitError> {
        self.next();
        self.printer.push("- ");
        value.serialize(Emitter { printer: self.printer, place: Place::Inline, indent: self.indent + INDENT })
    }

    fn finish(self) {
        if self.empty {
            Emitter { printer: self.printer, place: self.place, indent: self.indent }.scalar(self.brackets);
        }
    }
}

macro_rules! displayed {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, value: $type) -> Result<(), EmitError> {
            self.scalar(&value.to_string());
            Ok(())
        })*
    };
}

impl<'p> Serializer for Emitter<'p> {
    type Ok = ();
    type Error = EmitError;
    type SerializeSeq = Block<'p>;
    type SerializeTuple = Block<'p>;
    type SerializeTupleStruct = Block<'p>;
    type SerializeTupleVariant = Block<'p>;
    type SerializeMap = Block<'p>;
    type SerializeStruct = Block<'p>;
    type SerializeStructVariant = Block<'p>;

    displayed!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);

    fn serialize_f32(self, value: f32) -> Result<(), EmitError> {
        // By way of its digits: the nearest double of 0.1 has many.
        self.serialize_f64(value.to_string().parse().unwrap_or(f64::from(value)))
    }

    fn serialize_f64(self, value: f64) -> Result<(), EmitError> {
        if !value.is_finite() {
            return Err(EmitError::custom(format_args!("`{value}` is not a number that can be written")));
        }
        self.scalar(&Value::Float(value).text().unwrap_or_default());
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), EmitError> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<(), EmitError> {
        if self.place == Place::Key {
            self.printer.push(" ");
        }
        self.printer.text(text, self.indent);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), EmitError> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<(), EmitError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), EmitError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), EmitError> {
        self.scalar("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), EmitError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), EmitError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), EmitError> {
        value.serialize(self)
    }

    /// A time (see [`TIME_TAG`]) needs no quotes, though as text it would.
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), EmitError> {
        if variant == TIME_TAG {
            self.scalar(&value.serialize(KeyText)?);
            return Ok(());
        }
        value.serialize(self.single_entry(variant))
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Block<'p>, EmitError> {
        Ok(self.block("[]"))
    }

    fn serialize_tuple(self, _length: usize) -> Result<Block<'p>, EmitError> {
        Ok(self.block("[]"))
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Block<'p>, EmitError> {
        Ok(self.block("[]"))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Block<'p>, EmitError> {
        Ok(self.single_entry(variant).block("[]"))
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Block<'p>, EmitError> {
        Ok(self.block("{}"))
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Block<'p>, EmitError> {
        Ok(self.block("{}"))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Block<'p>, EmitError> {
        Ok(self.single_entry(variant).block("{}"))
    }
}

macro_rules! items {
    ($($access:ident::$method:ident),*) => {
        $(impl $access for Block<'_> {
            type Ok = ();
            type Error = EmitError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EmitError> {
                self.item(value)
            }

            fn end(self) -> Result<(), EmitError> {
                self.finish();
                Ok(())
            }
        })*
    };
}

macro_rules! fields {
    ($($access:ident),*) => {
        $(impl $access for Block<'_> {
            type Ok = ();
            type Error = EmitError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), EmitError> {
                self.key(key);
                self.value(value)
            }

            fn end(self) -> Result<(), EmitError> {
                self.finish();
                Ok(())
            }
        })*
    };
}

items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);
fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Block<'_> {
    type Ok = ();
    type Error = EmitError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), EmitError> {
        self.key(&key.serialize(KeyText)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EmitError> {
        self.value(value)
    }

    fn end(self) -> Result<(), EmitError> {
        self.finish();
        Ok(())
    }
}
