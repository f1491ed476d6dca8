//! `${VAR:-default}`: variables inside text.

use std::ops::Range;

use thiserror::Error;

/// What a template came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// The text with its variables filled in.
    pub text: String,
    /// The variables that were looked at, in order.
    pub uses: Vec<TemplateUse>,
}

/// A variable that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateUse {
    /// Its name.
    pub name: String,
    /// The bytes of the template that mention it.
    pub at: Range<usize>,
    /// True for a plain mention of a variable that is not set: it came out empty.
    pub blank: bool,
    /// What it gave.
    pub part: TemplatePart,
}

/// What a variable gave to a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// Its value.
    Value,
    /// Nothing; or only the knowledge that it is set, as in `${A:+b}`.
    Nothing,
    /// The default that the template has for it.
    Default,
}

/// A template that cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct TemplateError {
    /// The bytes of the template that are at fault.
    pub at: Range<usize>,
    /// What is wrong.
    pub fault: TemplateFault,
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TemplateFault {
    /// A `${` that begins no variable.
    #[error("invalid template: {0}")]
    Malformed(Malformation),
    /// A variable that must be set and is not.
    #[error("required variable {name} is missing a value{}{message}", if message.is_empty() { "" } else { ": " })]
    Missing {
        /// The variable.
        name: String,
        /// The words of the template for this case; may be empty.
        message: String,
    },
}

/// Why a `${` begins no variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformation {
    /// There is no closing brace.
    #[error("this `${{` is never closed by `}}`")]
    Unclosed,
    /// There is no name.
    #[error("`${{` is followed by no name")]
    NoName,
    /// A character can neither be in a name nor follow one.
    #[error("`{0}` cannot be in the name of a variable")]
    Character(char),
    /// A colon without an operator behind it.
    #[error("expected `:-`, `:+` or `:?` behind the name of a variable")]
    Colon,
    /// The closing brace is on another line.
    #[error("this `${{` is not closed on its line")]
    LineBreak,
    /// Variables inside defaults inside defaults, beyond reason.
    #[error("variables nest too deeply")]
    TooDeep,
}

/// How deep variables may nest: nobody writes ten levels, and a stack has an end.
const DEEPEST: usize = 100;

/// A variable as a template mentions it, filled in or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Its name.
    pub name: String,
    /// What stands in for it where it is not set.
    pub default: Option<String>,
    /// What stands instead of it where it is set.
    pub alternate: Option<String>,
    /// True if it must be set.
    pub required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// `-`: a default.
    Default,
    /// `+`: something instead of it.
    Alternate,
    /// `?`: it must be set.
    Required,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part<'t> {
    Text(&'t str),
    Variable(Variable<'t>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable<'t> {
    name: &'t str,
    at: Range<usize>,
    tail: Option<Tail<'t>>,
}

/// What follows the name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tail<'t> {
    operator: Operator,
    /// `:`: an empty value counts as none.
    or_empty: bool,
    text: &'t str,
    start: usize,
}

/// Fills the variables of a template in. Defaults are looked at only where they are needed.
pub fn expand(template: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<Expansion, TemplateError> {
    let mut expansion = Expansion::default();
    expansion.text = fill(Parts::of(template), lookup, &mut expansion.uses)?;
    Ok(expansion)
}

/// All variables of a template, those inside defaults too, whatever is set.
pub fn mentions(template: &str) -> Result<Vec<Mention>, TemplateError> {
    let mut found = Vec::new();
    collect(Parts::of(template), &mut found)?;
    Ok(found)
}

fn collect(parts: Parts<'_>, found: &mut Vec<Mention>) -> Result<(), TemplateError> {
    let depth = parts.depth;
    for part in parts {
        let Part::Variable(variable) = part? else { continue };
        let said = |wanted| {
            let tail = variable.tail.as_ref().filter(|tail| tail.operator == wanted);
            tail.map(|tail| tail.text.to_owned())
        };
        found.push(Mention {
            name: variable.name.to_owned(),
            default: said(Operator::Default),
            alternate: said(Operator::Alternate),
            required: said(Operator::Required).is_some(),
        });
        if let Some(tail) = &variable.tail {
            collect(tail.parts(depth)?, found)?;
        }
    }
    Ok(())
}

fn fill(
    parts: Parts<'_>,
    lookup: &dyn Fn(&str) -> Option<String>,
    uses: &mut Vec<TemplateUse>,
) -> Result<String, TemplateError> {
    let depth = parts.depth;
    let mut text = String::with_capacity(parts.template.len());
    for part in parts {
        match part? {
            Part::Text(plain) => text.push_str(plain),
            Part::Variable(variable) => text.push_str(&value(&variable, depth, lookup, uses)?),
        }
    }
    Ok(text)
}

fn value(
    variable: &Variable<'_>,
    depth: usize,
    lookup: &dyn Fn(&str) -> Option<String>,
    uses: &mut Vec<TemplateUse>,
) -> Result<String, TemplateError> {
    let value = lookup(variable.name);
    let blank = value.is_none() && variable.tail.is_none();
    let or_empty = variable.tail.as_ref().is_some_and(|tail| tail.or_empty);
    let value = value.filter(|value| !(or_empty && value.is_empty()));
    let part = match (variable.tail.as_ref().map(|tail| tail.operator), &value) {
        (Some(Operator::Alternate), _) | (None | Some(Operator::Required), None) => TemplatePart::Nothing,
        (Some(Operator::Default), None) => TemplatePart::Default,
        (_, Some(_)) => TemplatePart::Value,
    };
    uses.push(TemplateUse { name: variable.name.to_owned(), at: variable.at.clone(), blank, part });
    let Some(tail) = &variable.tail else { return Ok(value.unwrap_or_default()) };
    match (tail.operator, value) {
        (Operator::Default | Operator::Required, Some(value)) => Ok(value),
        (Operator::Default, None) | (Operator::Alternate, Some(_)) => fill(tail.parts(depth)?, lookup, uses),
        (Operator::Alternate, None) => Ok(String::new()),
        (Operator::Required, None) => {
            let message = fill(tail.parts(depth)?, lookup, uses)?;
            let fault = TemplateFault::Missing { name: variable.name.to_owned(), message };
            Err(TemplateError { at: variable.at.clone(), fault })
        }
    }
}

/// The parts of a template, in order.
struct Parts<'t> {
    template: &'t str,
    /// Where the template begins in the whole of which it is a part.
    start: usize,
    at: usize,
    depth: usize,
}

impl<'t> Parts<'t> {
    fn of(template: &'t str) -> Self {
        Self { template, start: 0, at: 0, depth: 0 }
    }

    fn fault(&self, reason: Malformation, at: Range<usize>) -> TemplateError {
        TemplateError {
            at: self.start + at.start..self.start + at.end,
            fault: TemplateFault::Malformed(reason),
        }
    }
}

impl<'t> Tail<'t> {
    /// The text as a template, of a variable that stands `depth` levels deep.
    fn parts(&self, depth: usize) -> Result<Parts<'t>, TemplateError> {
        if depth < DEEPEST {
            return Ok(Parts { template: self.text, start: self.start, at: 0, depth: depth + 1 });
        }
        let at = self.start..self.start + self.text.len();
        Err(TemplateError { at, fault: TemplateFault::Malformed(Malformation::TooDeep) })
    }
}

impl<'t> Iterator for Parts<'t> {
    type Item = Result<Part<'t>, TemplateError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.template[self.at..];
        let Some(after) = rest.strip_prefix('$') else {
            let end = rest.find('$').unwrap_or(rest.len());
            self.at += end;
            return (end > 0).then(|| Ok(Part::Text(&rest[..end])));
        };
        let begin = self.at;
        if after.starts_with('$') {
            self.at += 2;
            return Some(Ok(Part::Text("$")));
        }
        if let Some(body) = after.strip_prefix('{') {
            return Some(self.braced(body));
        }
        let name = &after[..name_length(after)];
        self.at += 1 + name.len();
        Some(Ok(if name.is_empty() {
            Part::Text("$")
        } else {
            let at = self.start + begin..self.start + self.at;
            Part::Variable(Variable { name, at, tail: None })
        }))
    }
}

impl<'t> Parts<'t> {
    /// `${...}`, of which the part after `${` is given.
    fn braced(&mut self, body: &'t str) -> Result<Part<'t>, TemplateError> {
        let begin = self.at;
        let inside_at = begin + "${".len();
        let result = self.inside(body, begin);
        let (inside, name, tail) = match result {
            Ok(found) => found,
            Err(error) => {
                self.at = self.template.len();
                return Err(error);
            }
        };
        self.at = inside_at + inside.len() + "}".len();
        let tail = tail.map(|(operator, or_empty, text)| Tail {
            operator,
            or_empty,
            text,
            start: self.start + inside_at + (inside.len() - text.len()),
        });
        let at = self.start + begin..self.start + self.at;
        Ok(Part::Variable(Variable { name, at, tail }))
    }

    /// What stands between the braces: all of it, the name, and what follows the name.
    fn inside(&self, body: &'t str, begin: usize) -> Result<Inside<'t>, TemplateError> {
        let inside_at = begin + "${".len();
        let line = body.find('\n').map_or(body, |end| &body[..end]);
        let name = &body[..name_length(body)];
        let behind = inside_at + name.len();
        let unclosed = || {
            let broken = body.len() > line.len() && body[line.len()..].contains('}');
            let reason = if broken { Malformation::LineBreak } else { Malformation::Unclosed };
            self.fault(reason, begin..inside_at + line.len())
        };
        let rest = &line[name.len().min(line.len())..];
        let Some(next) = rest.chars().next() else { return Err(unclosed()) };
        match next {
            '}' if name.is_empty() => Err(self.fault(Malformation::NoName, begin..behind + 1)),
            '}' => Ok((name, name, None)),
            _ if !name.is_empty() && matches!(next, ':' | '-' | '+' | '?') => {
                let or_empty = next == ':';
                let operator = match rest.as_bytes().get(usize::from(or_empty)) {
                    Some(b'-') => Operator::Default,
                    Some(b'+') => Operator::Alternate,
                    Some(b'?') => Operator::Required,
                    _ => return Err(self.fault(Malformation::Colon, behind..behind + 1)),
                };
                let last = line.rfind('}').ok_or_else(unclosed)?;
                let inside = &line[..balanced(&line[..=last]).unwrap_or(last)];
                Ok((
                    inside,
                    name,
                    Some((operator, or_empty, &inside[name.len() + usize::from(or_empty) + 1..])),
                ))
            }
            other => Err(self.fault(Malformation::Character(other), behind..behind + other.len_utf8())),
        }
    }
}

type Inside<'t> = (&'t str, &'t str, Option<(Operator, bool, &'t str)>);

/// Where the brace is closed that stands before `text`, if those inside are in balance.
///
/// Like the peer, this does not look at the character behind an opening brace: `{}` counts as one that is open.
fn balanced(text: &str) -> Option<usize> {
    let mut open = 1_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'{' => {
                open += 1;
                bytes.next();
            }
            b'}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// How many bytes of a text are the name of a variable.
fn name_length(text: &str) -> usize {
    let is_name = |(at, byte): (usize, u8)| {
        byte == b'_' || byte.is_ascii_alphabetic() || (at > 0 && byte.is_ascii_digit())
    };
    text.bytes().enumerate().take_while(|pair| is_name(*pair)).count()
}

#[cfg(test)]
mod tests {
    use super::Malformation::{Character, Colon, LineBreak, NoName, Unclosed};
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "V" => Some("val".to_owned()),
            "E" => Some(String::new()),
            "DOLLAR" => Some("$V".to_owned()),
            _ => None,
        }
    }

    fn filled(template: &str) -> String {
        match expand(template, &lookup) {
            Ok(expansion) => expansion.text,
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn every_operator_knows_set_empty_and_unset() {
        for (template, text) in [
            ("$V ${V} $E ${E} $U ${U}", "val val    "),
            ("${V-d} ${E-d} ${U-d}", "val  d"),
            ("${V:-d} ${E:-d} ${U:-d}", "val d d"),
            ("${V+p} ${E+p} ${U+p}", "p p "),
            ("${V:+p} ${E:+p} ${U:+p}", "p  "),
            ("${V?m} ${E?m}", "val "),
        ] {
            assert_eq!(filled(template), text, "{template}");
        }
        assert_eq!(filled("${U?m}"), "required variable U is missing a value: m");
        assert_eq!(filled("${E:?m $V}"), "required variable E is missing a value: m val");
        assert_eq!(filled("${E:?}"), "required variable E is missing a value");
    }

    #[test]
    fn a_dollar_that_begins_no_variable_is_a_dollar() {
        for (template, text) in [
            ("$$", "$"),
            ("$$V", "$V"),
            ("$$$V", "$val"),
            ("a$", "a$"),
            ("$1", "$1"),
            ("$(V)", "$(V)"),
            ("$é", "$é"),
        ] {
            assert_eq!(filled(template), text, "{template}");
        }
    }

    #[test]
    fn defaults_are_templates_and_their_braces_balance() {
        for (template, text) in [
            ("${U:-${V}}", "val"),
            ("${U:-a${V}b}c", "avalbc"),
            ("${U:-{}}", "{}"),
            ("${U:-{a}b}", "{a}b"),
            ("${U:-a}}", "a}"),
            ("${U:-{} x}", "{} x"),
            ("${U:-{}} and }", "{}} and "),
            ("${U:-{\"a\":{\"b\":1}}}", "{\"a\":{\"b\":1}}"),
            ("${U:-x{y}z}w}", "x{y}zw}"),
            ("${U:-a{b}", "a{b"),
            ("a ${U:-{ } b", "a {  b"),
            ("${U:-$${V}}", "${V}"),
            ("${U-a:-b}", "a:-b"),
            ("x\n${U:-a}\ny", "x\na\ny"),
            ("${U:-${U:-${V}}}", "val"),
            ("${DOLLAR}", "$V"),
        ] {
            assert_eq!(filled(template), text, "{template}");
        }
    }

    #[test]
    fn a_default_that_is_not_needed_is_not_looked_at() {
        assert_eq!(filled("${V:-${}}"), "val");
        assert_eq!(filled("${V:-${X:?no}}"), "val");
        assert_eq!(expand("${V:-$U}", &lookup).unwrap().uses.len(), 1);
    }

    #[test]
    fn what_is_no_variable_in_braces_is_refused_at_its_place() {
        for template in [
            "${V", "${}", "${V!x}", "${V!x-d}", "${1}", "${V:x}", "${ V}", "${U:-\n}", "${A.B}", "${U=x}",
            "${U${V}}",
        ] {
            let error = expand(&format!("ab{template}"), &lookup).unwrap_err();
            assert!(matches!(error.fault, TemplateFault::Malformed(_)), "{template}");
        }
        for (template, reason, at) in [
            ("a${", Unclosed, 1..3),
            ("${}", NoName, 0..3),
            ("${V", Unclosed, 0..3),
            ("${V!x}", Character('!'), 3..4),
            ("${1}", Character('1'), 2..3),
            ("${ V}", Character(' '), 2..3),
            ("${é}", Character('é'), 2..4),
            ("${V:}", Colon, 3..4),
            ("${V:=d}", Colon, 3..4),
            ("${V:-a", Unclosed, 0..6),
            ("${U:-a\nb}", LineBreak, 0..6),
            ("${V\n}", LineBreak, 0..3),
            ("${U:-x} ${V", Unclosed, 8..11),
            ("${U:-a ${V!}}", Character('!'), 10..11),
        ] {
            let want = TemplateError { at, fault: TemplateFault::Malformed(reason) };
            assert_eq!(expand(template, &lookup), Err(want), "{template}");
        }
    }

    #[test]
    fn nesting_beyond_reason_is_refused_and_not_followed() {
        let deep = "${U:-".repeat(100_000) + &"}".repeat(100_000);
        let too_deep = |error: TemplateError| error.fault == TemplateFault::Malformed(Malformation::TooDeep);
        assert!(expand(&deep, &lookup).is_err_and(too_deep));
        assert!(mentions(&deep).is_err_and(too_deep));
    }

    #[test]
    fn a_use_knows_its_bytes_and_whether_it_came_out_empty() {
        let uses = expand("a $U ${V} ${X:-$Y}", &lookup).unwrap().uses;
        let seen: Vec<(&str, Range<usize>, bool)> =
            uses.iter().map(|used| (used.name.as_str(), used.at.clone(), used.blank)).collect();
        assert_eq!(seen, [("U", 2..4, true), ("V", 5..9, false), ("X", 10..18, false), ("Y", 15..17, true)]);
    }

    #[test]
    fn mentions_tell_of_every_variable_whatever_is_set() {
        let found = mentions("${A:?must} ${B:-x${C}} ${D+p}").unwrap();
        let names: Vec<&str> = found.iter().map(|mention| mention.name.as_str()).collect();
        assert_eq!(names, ["A", "B", "C", "D"]);
        assert!(found[0].required);
        assert_eq!(found[1].default.as_deref(), Some("x${C}"));
        assert_eq!(found[3].alternate.as_deref(), Some("p"));
    }
}
