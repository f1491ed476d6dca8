//! Values to text, in the form in which the peer prints them.
//!
//! In: anything that serde can write. Out: YAML with an indent of two, block style, and quotes only where needed.
//! The rules are those of the peer's YAML library, measured; where its output does not read back as what went in,
//! ours does (see [`style`]).

mod key;
mod printer;
mod serializer;
mod style;

pub use serializer::{EmitError, to_yaml};

#[cfg(test)]
mod tests;
