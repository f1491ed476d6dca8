//! JSON as the peer writes it: what goes into hashes must agree to the byte.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

/// A value as JSON on one line.
///
/// # Errors
/// When the value refuses to be written.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
    write(value, CompactFormatter)
}

/// A value as JSON with an item a line, indented by two, without a final newline.
///
/// # Errors
/// When the value refuses to be written.
pub fn to_json_pretty<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<String> {
    write(value, PrettyFormatter::new())
}

/// A value as JSON with an item a line, indented by `indent`, without a final newline.
///
/// # Errors
/// When the value refuses to be written.
pub fn to_json_indented<T: Serialize + ?Sized>(value: &T, indent: &str) -> serde_json::Result<String> {
    write(value, PrettyFormatter::with_indent(indent.as_bytes()))
}

fn write<T: Serialize + ?Sized>(value: &T, layout: impl Formatter) -> serde_json::Result<String> {
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, Peer { layout }))?;
    String::from_utf8(text).map_err(serde::ser::Error::custom)
}

/// A layout with strings and numbers in the forms of the peer.
struct Peer<F> {
    layout: F,
}

/// What the peer escapes beyond what JSON demands.
const ESCAPED: &[(char, &str)] =
    &[('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];

impl<F: Formatter> Formatter for Peer<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some(at) = rest.find(|c| ESCAPED.iter().any(|(special, _)| *special == c)) {
            let (plain, from) = rest.split_at(at);
            self.layout.write_string_fragment(writer, plain)?;
            for (special, escape) in ESCAPED {
                if let Some(after) = from.strip_prefix(*special) {
                    writer.write_all(escape.as_bytes())?;
                    rest = after;
                }
            }
        }
        self.layout.write_string_fragment(writer, rest)
    }

    /// Digits up to 1e21 and down to 1e-6, the shortest that name the number.
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        let size = value.abs();
        if size != 0.0 && !(1e-6..1e21).contains(&size) {
            let text = format!("{value:e}");
            let text = if size < 1.0 { text } else { text.replace('e', "e+") };
            return writer.write_all(text.as_bytes());
        }
        write!(writer, "{value}")
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.layout.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.layout.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angle_brackets_ampersands_and_line_separators_are_escaped() {
        assert_eq!(
            to_json("a<b>&\u{2028}é\u{8}\u{1}\n\"").expect("json"),
            r#""a\u003cb\u003e\u0026\u2028é\b\u0001\n\"""#
        );
    }

    #[test]
    fn numbers_have_the_shortest_form() {
        let numbers = [1.0, 0.1, 1e20, 1e21, 1e-6, 1e-7, 0.0, -2.5];
        assert_eq!(
            to_json(&numbers).expect("json"),
            "[1,0.1,100000000000000000000,1e+21,0.000001,1e-7,0,-2.5]"
        );
    }

    #[test]
    fn empty_objects_and_lists_stay_on_their_line() {
        let value = serde_json::json!({"a": {}, "b": [], "c": [1]});
        assert_eq!(
            to_json_pretty(&value).expect("json"),
            "{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    1\n  ]\n}"
        );
    }
}
