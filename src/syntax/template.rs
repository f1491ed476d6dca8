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
    /// `${` without its end, or with something else than a name in it.
    #[error("invalid template: {0:?}")]
    Malformed(String),
    /// A variable that must be set and is not.
    #[error("required variable {name} is missing a value{}{message}", if message.is_empty() { "" } else { ": " })]
    Missing {
        /// The variable.
        name: String,
        /// The words of the template for this case; may be empty.
        message: String,
    },
}

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
    expansion.text = fill(template, 0, lookup, &mut expansion.uses)?;
    Ok(expansion)
}

/// All variables of a template, those inside defaults too, whatever is set.
pub fn mentions(template: &str) -> Result<Vec<Mention>, TemplateError> {
    let mut found = Vec::new();
    collect(template, 0, &mut found)?;
    Ok(found)
}

fn collect(template: &str, start: usize, found: &mut Vec<Mention>) -> Result<(), TemplateError> {
    for part in (Parts { template, start, at: 0 }) {
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
            collect(tail.text, tail.start, found)?;
        }
    }
    Ok(())
}

fn fill(
    template: &str,
    start: usize,
    lookup: &dyn Fn(&str) -> Option<String>,
    uses: &mut Vec<TemplateUse>,
) -> Result<String, TemplateError> {
    let mut text = String::with_capacity(template.len());
    for part in (Parts { template, start, at: 0 }) {
        match part? {
            Part::Text(plain) => text.push_str(plain),
            Part::Variable(variable) => text.push_str(&value(&variable, lookup, uses)?),
        }
    }
    Ok(text)
}

fn value(
    variable: &Variable<'_>,
    lookup: &dyn Fn(&str) -> Option<String>,
    uses: &mut Vec<TemplateUse>,
) -> Result<String, TemplateError> {
    let value = lookup(variable.name);
    let blank = value.is_none() && variable.tail.is_none();
    uses.push(TemplateUse { name: variable.name.to_owned(), at: variable.at.clone(), blank });
    let Some(tail) = &variable.tail else { return Ok(value.unwrap_or_default()) };
    let value = value.filter(|value| !(tail.or_empty && value.is_empty()));
    match (tail.operator, value) {
        (Operator::Default | Operator::Required, Some(value)) => Ok(value),
        (Operator::Default, None) | (Operator::Alternate, Some(_)) => {
            fill(tail.text, tail.start, lookup, uses)
        }
        (Operator::Alternate, None) => Ok(String::new()),
        (Operator::Required, None) => {
            let message = fill(tail.text, tail.start, lookup, uses)?;
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
        let line = body.find('\n').map_or(body, |end| &body[..end]);
        let found = line.rfind('}').and_then(|last| {
            let inside = &line[..balanced(&line[..=last]).unwrap_or(last)];
            Some((inside, split(inside)?))
        });
        let Some((inside, (name, tail))) = found else {
            let at = self.start + begin..self.start + self.template.len();
            self.at = self.template.len();
            let fault = TemplateFault::Malformed(self.template.to_owned());
            return Err(TemplateError { at, fault });
        };
        self.at += "${}".len() + inside.len();
        let tail = tail.map(|(operator, or_empty, text)| Tail {
            operator,
            or_empty,
            text,
            start: self.start + begin + "${".len() + (inside.len() - text.len()),
        });
        let at = self.start + begin..self.start + self.at;
        Ok(Part::Variable(Variable { name, at, tail }))
    }
}

/// Where the brace is closed that stands before `text`, if those inside are in balance.
fn balanced(text: &str) -> Option<usize> {
    let mut open = 1_usize;
    text.bytes().position(|byte| {
        match byte {
            b'{' => open += 1,
            b'}' => open -= 1,
            _ => {}
        }
        open == 0
    })
}

type Split<'t> = (&'t str, Option<(Operator, bool, &'t str)>);

/// A name, and what follows it.
fn split(inside: &str) -> Option<Split<'_>> {
    let (name, rest) = inside.split_at(name_length(inside));
    if name.is_empty() {
        return None;
    }
    if rest.is_empty() {
        return Some((name, None));
    }
    let (or_empty, rest) = match rest.strip_prefix(':') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let operator = match rest.bytes().next()? {
        b'-' => Operator::Default,
        b'+' => Operator::Alternate,
        b'?' => Operator::Required,
        _ => return None,
    };
    Some((name, Some((operator, or_empty, &rest[1..]))))
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
            assert_eq!(error.at.start, 2);
        }
        assert_eq!(expand("${U:-a ${V!}}", &lookup).unwrap_err().at.start, 7);
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
