//! Commands.

use std::fmt;

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serializer;

use super::attribute::Reader;
use super::concept::through_attribute;
use super::{Attribute, Style};
use crate::syntax;

/// A command and its arguments; read from a list, or from a line that is cut into words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command(pub Vec<String>);

impl Attribute for Command {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;

        impl<'de> Visitor<'de> for Words {
            type Value = Command;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a command")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Command, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = access.next_element_seed(Reader::new())? {
                    words.push(word);
                }
                Ok(Command(words))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Command, E> {
                syntax::split(text).map(|words| Command(words.list)).map_err(E::custom)
            }

            fn visit_unit<E: Error>(self) -> Result<Command, E> {
                Ok(Command::default())
            }
        }

        deserializer.deserialize_any(Words)
    }

    fn write<S: Serializer>(&self, serializer: S, style: Style) -> Result<S::Ok, S::Error> {
        self.0.write(serializer, style)
    }

    fn is_blank(&self, _style: Style) -> bool {
        false
    }
}

through_attribute!(Command);
