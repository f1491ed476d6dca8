//! The macros that turn a struct with the attributes of a concept into something that reads and writes itself.
//!
//! The order of the fields is the order of writing. After a field's name may stand, in parentheses, how it differs
//! from the rule that an attribute is called like its field and is left out when blank:
//!
//! - `("key")`: it is called so (`type` is no name for a field);
//! - `(always)`: it is never left out; `(json)`: it is never left out in JSON;
//! - `(only "Key")`: it is never left out and called so in JSON;
//! - `(flat)`: its own attributes stand in its place;
//! - `(yaml)`: it is always written in YAML and never in JSON;
//! - `(skip)`: it is no attribute.
//!
//! After the type may stand `= default`; a field that has its default is blank.

use serde::de::MapAccess;
use serde::ser::SerializeMap;

use super::Style;

/// The attributes of a struct, one by one.
pub(super) trait Fields: Default {
    /// Reads the value of `key` if it is an attribute of this.
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, access: &mut A) -> Result<bool, A::Error>;

    /// Writes the attributes that are not blank.
    fn put<M: SerializeMap>(&self, map: &mut M, style: Style) -> Result<(), M::Error>;

    /// True if no attribute would be written in YAML.
    fn all_blank(&self) -> bool;
}

/// A struct of attributes that is part of others: it has no extensions of its own.
macro_rules! fields {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $(
            $(#[$field_meta:meta])*
            pub $field:ident $(($($mark:tt)*))? : $type:ty $(= $default:expr)?
        ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $( $(#[$field_meta])* pub $field: $type, )* }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $crate::model::concept::value!(default $($default)?), )* }
            }
        }

        $crate::model::concept::listed! { $name { $( $field [$($($mark)*)?] [$($default)?] )* } }
    };
}

/// A struct of attributes that stands on its own, with its `x-*`.
macro_rules! concept {
    (
        $(#[$meta:meta])*
        pub struct $name:ident { $(
            $(#[$field_meta:meta])*
            pub $field:ident $(($($mark:tt)*))? : $type:ty $(= $default:expr)?
        ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $type, )*
            /// The `x-*` attributes.
            pub extensions: $crate::model::Extensions,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $( $field: $crate::model::concept::value!(default $($default)?), )*
                    extensions: $crate::model::Extensions::default(),
                }
            }
        }

        $crate::model::concept::listed! { $name { $( $field [$($($mark)*)?] [$($default)?] )* } }
        $crate::model::concept::standing! { $name }
    };
}

/// The [`Fields`] of a struct.
macro_rules! listed {
    ($name:ident { $( $field:ident [$($mark:tt)*] [$($default:expr)?] )* }) => {
        impl $crate::model::concept::Fields for $name {
            fn take<'de, A: ::serde::de::MapAccess<'de>>(
                &mut self,
                key: &str,
                access: &mut A,
            ) -> Result<bool, A::Error> {
                $( $crate::model::concept::take!(self.$field, key, access, [$($mark)*]); )*
                Ok(false)
            }

            fn put<M: ::serde::ser::SerializeMap>(
                &self,
                map: &mut M,
                style: $crate::model::Style,
            ) -> Result<(), M::Error> {
                $( $crate::model::concept::put!(self.$field, map, style, [$($mark)*] [$($default)?]); )*
                Ok(())
            }

            fn all_blank(&self) -> bool {
                true $( && $crate::model::concept::idle!(self.$field, [$($mark)*] [$($default)?]) )*
            }
        }
    };
}

/// [`super::Attribute`] and serde's traits for a struct with extensions.
macro_rules! standing {
    ($name:ident) => {
        impl $crate::model::Attribute for $name {
            fn read<'de, D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::extensions::read_fields(deserializer, |this: &mut Self| &mut this.extensions)
            }

            fn write<S: ::serde::Serializer>(
                &self,
                serializer: S,
                style: $crate::model::Style,
            ) -> Result<S::Ok, S::Error> {
                $crate::model::extensions::write_fields(serializer, self, &self.extensions, style)
            }

            fn is_blank(&self, style: $crate::model::Style) -> bool {
                use $crate::model::concept::Fields;
                style == $crate::model::Style::Yaml && self.all_blank() && self.extensions.is_empty()
            }
        }

        $crate::model::concept::through_attribute!($name);
    };
}

/// serde's traits by way of [`super::Attribute`]; written plainly, a value is written as YAML.
macro_rules! through_attribute {
    ($name:ident) => {
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::model::Attribute::write(self, serializer, $crate::model::Style::Yaml)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::Attribute::read(deserializer)
            }
        }
    };
}

macro_rules! value {
    (default) => {
        Default::default()
    };
    (default $default:expr) => {
        $default
    };
    (blank $value:expr, $style:expr,) => {
        $crate::model::Attribute::is_blank(&$value, $style)
    };
    (blank $value:expr, $style:expr, $default:expr) => {
        $value == $default
    };
}

macro_rules! take {
    ($self:ident . $field:ident, $key:ident, $access:ident, [skip]) => {};
    ($self:ident . $field:ident, $key:ident, $access:ident, [flat]) => {
        if $crate::model::concept::Fields::take(&mut $self.$field, $key, $access)? {
            return Ok(true);
        }
    };
    ($self:ident . $field:ident, $key:ident, $access:ident, [$name:literal]) => {
        if $key == $name {
            $self.$field = $access.next_value_seed($crate::model::attribute::Reader::new())?;
            return Ok(true);
        }
    };
    ($self:ident . $field:ident, $key:ident, $access:ident, [$($mark:tt)*]) => {
        if $key == stringify!($field) {
            $self.$field = $access.next_value_seed($crate::model::attribute::Reader::new())?;
            return Ok(true);
        }
    };
}

macro_rules! put {
    ($self:ident . $field:ident, $map:ident, $style:ident, [skip] [$($default:expr)?]) => {};
    ($self:ident . $field:ident, $map:ident, $style:ident, [flat] [$($default:expr)?]) => {
        $crate::model::concept::Fields::put(&$self.$field, $map, $style)?;
    };
    ($self:ident . $field:ident, $map:ident, $style:ident, [yaml] [$($default:expr)?]) => {
        if $style == $crate::model::Style::Yaml {
            $map.serialize_entry(stringify!($field), &$crate::model::Styled(&$self.$field, $style))?;
        }
    };
    ($self:ident . $field:ident, $map:ident, $style:ident, [always] [$($default:expr)?]) => {
        $map.serialize_entry(stringify!($field), &$crate::model::Styled(&$self.$field, $style))?;
    };
    ($self:ident . $field:ident, $map:ident, $style:ident, [only $json:literal] [$($default:expr)?]) => {
        let key = if $style == $crate::model::Style::Json { $json } else { stringify!($field) };
        $map.serialize_entry(key, &$crate::model::Styled(&$self.$field, $style))?;
    };
    ($self:ident . $field:ident, $map:ident, $style:ident, [json] [$($default:expr)?]) => {
        if $style == $crate::model::Style::Json
            || !$crate::model::concept::value!(blank $self.$field, $style, $($default)?)
        {
            $map.serialize_entry(stringify!($field), &$crate::model::Styled(&$self.$field, $style))?;
        }
    };
    ($self:ident . $field:ident, $map:ident, $style:ident, [$name:literal] [$($default:expr)?]) => {
        if !$crate::model::concept::value!(blank $self.$field, $style, $($default)?) {
            $map.serialize_entry($name, &$crate::model::Styled(&$self.$field, $style))?;
        }
    };
    ($self:ident . $field:ident, $map:ident, $style:ident, [] [$($default:expr)?]) => {
        if !$crate::model::concept::value!(blank $self.$field, $style, $($default)?) {
            $map.serialize_entry(stringify!($field), &$crate::model::Styled(&$self.$field, $style))?;
        }
    };
}

macro_rules! idle {
    ($self:ident . $field:ident, [skip] [$($default:expr)?]) => { true };
    ($self:ident . $field:ident, [flat] [$($default:expr)?]) => {
        $crate::model::concept::Fields::all_blank(&$self.$field)
    };
    ($self:ident . $field:ident, [$($mark:tt)*] [$($default:expr)?]) => {
        $crate::model::concept::value!(blank $self.$field, $crate::model::Style::Yaml, $($default)?)
    };
}

pub(super) use {concept, fields, idle, listed, put, standing, take, through_attribute, value};
