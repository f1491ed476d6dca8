//! Files of variables: `.env` and what services name as `env_file`.

use std::collections::HashMap;
use std::ops::Range;

use thiserror::Error;

use super::template::{TemplateError, TemplateFault, TemplateUse, expand};

/// What a file of variables says, and what is wrong in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dotenv {
    /// The variables in order; a later one of the same name wins.
    pub assignments: Vec<Assignment>,
    /// Every fault; what follows one is read on from the next line.
    pub faults: Vec<DotenvError>,
}

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Its name.
    pub name: String,
    /// Its value; `None` for one that is only named, and not set where the lookup looks.
    pub value: Option<String>,
    /// The bytes from the name to the end of the value.
    pub at: Range<usize>,
    /// Variables that went into the value, with their bytes.
    pub uses: Vec<TemplateUse>,
}

/// Something in a file of variables that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct DotenvError {
    /// The bytes at fault.
    pub at: Range<usize>,
    /// What is wrong.
    pub fault: DotenvFault,
}

/// What is wrong in a file of variables.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DotenvFault {
    /// A character that no name has.
    #[error("unexpected character {0:?} in variable name")]
    Character(char),
    /// A blank inside a name.
    #[error("key cannot contain a space")]
    Blank,
    /// `export` and nothing after it.
    #[error("nothing follows `export`")]
    Nothing,
    /// A quote that is never closed.
    #[error("unterminated quoted value")]
    Unterminated,
    /// A value whose variables cannot be filled in.
    #[error(transparent)]
    Template(#[from] TemplateFault),
}

type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads a file. A variable in a value is what `lookup` knows, else what the file said before.
#[must_use]
pub fn dotenv(text: &str, lookup: Lookup<'_>) -> Dotenv {
    let mut reader = Reader { text, at: 0, lookup, known: HashMap::new(), read: Dotenv::default() };
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    while reader.statement() {}
    reader.read
}

/// Reads a file without quotes and variables (`format: raw`): `NAME=value` a line, as it stands.
#[must_use]
pub fn dotenv_raw(text: &str, lookup: Lookup<'_>) -> Dotenv {
    let mut read = Dotenv::default();
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let trimmed = line.trim_start();
        let from = start + (line.len() - trimmed.len());
        let at = from..start + line.len();
        start += whole.len();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let (name, value) = match trimmed.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (trimmed, lookup(trimmed)),
        };
        if name.contains(char::is_whitespace) {
            read.faults.push(DotenvError { at: at.start..at.start + name.len(), fault: DotenvFault::Blank });
            continue;
        }
        read.assignments.push(Assignment { name: name.to_owned(), value, at, uses: Vec::new() });
    }
    read
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    lookup: Lookup<'a>,
    known: HashMap<String, String>,
    read: Dotenv,
}

/// A name, and whether a value follows.
struct Key<'a> {
    name: &'a str,
    start: usize,
    has_value: bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Reads up to the end of the next variable; false at the end of the text.
    fn statement(&mut self) -> bool {
        if !self.skip_to_statement() {
            return false;
        }
        match self.key() {
            Ok(key) if key.has_value => {
                if let Err(error) = self.assign(&key) {
                    self.read.faults.push(error);
                }
            }
            Ok(key) => {
                let value = self.value_of(key.name);
                let at = key.start..key.start + key.name.len();
                self.keep(Assignment { name: key.name.to_owned(), value, at, uses: Vec::new() });
            }
            Err(error) => {
                self.read.faults.push(error);
                self.skip_line();
            }
        }
        true
    }

    fn value_of(&self, name: &str) -> Option<String> {
        (self.lookup)(name).or_else(|| self.known.get(name).cloned())
    }

    fn keep(&mut self, assignment: Assignment) {
        if let Some(value) = &assignment.value {
            self.known.insert(assignment.name.clone(), value.clone());
        }
        self.read.assignments.push(assignment);
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find('\n').map_or(self.rest().len(), |end| end + 1);
    }

    /// Past blank lines and comments.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            self.skip_blanks();
            if !self.rest().starts_with('#') {
                return !self.rest().is_empty();
            }
            self.skip_line();
        }
    }

    fn key(&mut self) -> Result<Key<'a>, DotenvError> {
        if let Some(after) = self.rest().strip_prefix("export")
            && after.starts_with(char::is_whitespace)
        {
            let at = self.at..self.at + "export".len();
            self.at = at.end;
            self.skip_blanks();
            if self.rest().is_empty() {
                return Err(DotenvError { at, fault: DotenvFault::Nothing });
            }
        }
        let (rest, start) = (self.rest(), self.at);
        let mut end = (rest.len(), false);
        for (at, character) in rest.char_indices() {
            match character {
                '=' | ':' => {
                    end = (at, true);
                    break;
                }
                '\n' => {
                    end = (at, false);
                    break;
                }
                '_' | '.' | '-' | '[' | ']' => {}
                _ if character.is_alphanumeric() || character.is_whitespace() => {}
                _ => {
                    let at = start + at..start + at + character.len_utf8();
                    return Err(DotenvError { at, fault: DotenvFault::Character(character) });
                }
            }
        }
        let (length, has_value) = end;
        let name = rest[..length].trim_end();
        if name.contains(' ') {
            return Err(DotenvError { at: start..start + name.len(), fault: DotenvFault::Blank });
        }
        self.at = start + length + usize::from(has_value);
        Ok(Key { name, start, has_value })
    }

    fn assign(&mut self, key: &Key<'_>) -> Result<(), DotenvError> {
        let (name, first) = (key.name.to_owned(), key.start);
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\n').len();
        let start = self.at;
        let (value, uses) = match self.rest().as_bytes().first() {
            Some(b'\'') => (self.quoted('\'')?.replace("\r\n", "\n"), Vec::new()),
            Some(b'"') => {
                let raw = self.quoted('"')?;
                let escaped = escapes(&raw.replace("\r\n", "\n"));
                let verbatim = self.text[start + 1..self.at - 1] == escaped;
                let (text, mut uses) = self.fill(&escaped, start + 1).map_err(|error| {
                    if verbatim { error } else { DotenvError { at: start..self.at, ..error } }
                })?;
                if !verbatim {
                    for used in &mut uses {
                        used.at = start..self.at;
                    }
                }
                (text, uses)
            }
            _ => {
                let line = self.rest().split('\n').next().unwrap_or_default();
                let value = line.split(" #").next().unwrap_or_default().trim_end();
                self.at = start + value.len();
                let filled = self.fill(value, start);
                let end = self.at;
                self.skip_line();
                let (text, uses) = filled?;
                self.keep(Assignment { name, value: Some(text), at: first..end, uses });
                return Ok(());
            }
        };
        self.keep(Assignment { name, value: Some(value), at: first..self.at, uses });
        Ok(())
    }

    /// What stands between two quotes, `\` before the quote taken away.
    fn quoted(&mut self, quote: char) -> Result<String, DotenvError> {
        let (rest, start) = (self.rest(), self.at);
        let mut text = String::new();
        let mut characters = rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            if character == quote {
                self.at = start + at + 1;
                return Ok(text);
            }
            if character != '\\' {
                text.push(character);
                continue;
            }
            match characters.next() {
                Some((_, next)) if next == quote => text.push(next),
                Some((_, next)) => text.extend(['\\', next]),
                None => text.push('\\'),
            }
        }
        self.at = self.text.len();
        let line = rest.find('\n').unwrap_or(rest.len());
        Err(DotenvError { at: start..start + line, fault: DotenvFault::Unterminated })
    }

    fn fill(&self, template: &str, start: usize) -> Result<(String, Vec<TemplateUse>), DotenvError> {
        let shift = |at: Range<usize>| start + at.start..start + at.end;
        match expand(template, &|name| self.value_of(name)) {
            Ok(expansion) => {
                let moved = |used: TemplateUse| TemplateUse { at: shift(used.at), ..used };
                Ok((expansion.text, expansion.uses.into_iter().map(moved).collect()))
            }
            Err(TemplateError { at, fault }) => Err(DotenvError { at: shift(at), fault: fault.into() }),
        }
    }
}

/// The escapes of double quotes: those of C, `\$` for a dollar that begins no variable, `\0` and three octal digits.
fn escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(next) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        rest = &rest[next.len_utf8()..];
        match next {
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'v' => out.push('\u{b}'),
            '\\' => out.push('\\'),
            '$' => out.push_str("$$"),
            '0' => {
                let digits = &rest[..rest.bytes().take(3).take_while(u8::is_ascii_digit).count()];
                rest = &rest[digits.len()..];
                match u8::from_str_radix(digits, 8) {
                    Ok(code) if digits.len() == 3 => out.push(char::from(code)),
                    _ => out.extend(["\\", digits]),
                }
            }
            other => out.extend(['\\', other]),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        (name == "SH").then(|| "shell".to_owned())
    }

    fn pairs(text: &str) -> Vec<(String, Option<String>)> {
        let read = dotenv(text, &lookup);
        assert_eq!(read.faults, [], "{text:?}");
        read.assignments.into_iter().map(|line| (line.name, line.value)).collect()
    }

    fn check(text: &str, wanted: &[(&str, &str)]) {
        let wanted: Vec<(String, Option<String>)> =
            wanted.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect();
        assert_eq!(pairs(text), wanted, "{text:?}");
    }

    #[test]
    fn a_name_ends_at_an_equals_sign_or_a_colon() {
        check("A = 1 ", &[("A", "1")]);
        check("A: 1", &[("A", "1")]);
        check("export A=1\nexport\tB=2", &[("A", "1"), ("B", "2")]);
        check("export=1\nexportA=2", &[("export", "1"), ("exportA", "2")]);
        check("A-B.c[0]=1\n1A=2\né=3\n=4", &[("A-B.c[0]", "1"), ("1A", "2"), ("é", "3"), ("", "4")]);
        check("\u{feff}A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]);
        check("A==x\nB=x:y=z", &[("A", "=x"), ("B", "x:y=z")]);
    }

    #[test]
    fn a_bare_value_ends_at_a_blank_and_a_hash() {
        check("A=x # c\nB=x#c\nC= #c\nD=x\t#c", &[("A", "x"), ("B", "x#c"), ("C", "#c"), ("D", "x\t#c")]);
        check("A=a\\nb\nB=  x  y  \nC=x'y'", &[("A", "a\\nb"), ("B", "x  y"), ("C", "x'y'")]);
        check("A=\nB=`x`\nC=$(x)", &[("A", ""), ("B", "`x`"), ("C", "$(x)")]);
        check("# c\n\n  # d\n  A=1", &[("A", "1")]);
    }

    #[test]
    fn single_quotes_keep_and_double_quotes_fill_in() {
        check("A='$SH'\nB=\"$SH\"\nC=$SH", &[("A", "$SH"), ("B", "shell"), ("C", "shell")]);
        check("A='it\\'s \\n'\nB=\"q\\\"q\"", &[("A", "it's \\n"), ("B", "q\"q")]);
        check("A=\"a\\nb\\t\\\\\\z\"", &[("A", "a\nb\t\\\\z")]);
        check("A=\"\\$SH\"\nB=\"$$SH\"\nC=\\$SH", &[("A", "$SH"), ("B", "$SH"), ("C", "\\shell")]);
        check("A=\"\\065\\0101\"", &[("A", "\\65A")]);
        check("A=\"x\r\ny\" # c\nB='x\ny'\n", &[("A", "x\ny"), ("B", "x\ny")]);
    }

    #[test]
    fn the_lookup_wins_over_the_file_and_earlier_lines_are_seen() {
        check("SH=file\nW=${SH}\nX=1\nY=${X}2", &[("SH", "file"), ("W", "shell"), ("X", "1"), ("Y", "12")]);
        assert_eq!(pairs("SH\nU\n"), [("SH".to_owned(), Some("shell".to_owned())), ("U".to_owned(), None)]);
        assert_eq!(pairs("A='x' U")[1], ("U".to_owned(), None));
    }

    #[test]
    fn faults_point_at_their_bytes_and_the_next_line_is_read() {
        let read = dotenv("A@=1\nB C=2\nD=${\nE=5\nF='x\n", &lookup);
        let seen: Vec<(Range<usize>, String)> =
            read.faults.iter().map(|error| (error.at.clone(), error.to_string())).collect();
        assert_eq!(seen[0], (1..2, "unexpected character '@' in variable name".to_owned()));
        assert_eq!(seen[1], (5..8, "key cannot contain a space".to_owned()));
        assert_eq!(seen[2].0, 13..15);
        assert_eq!(seen[3], (22..24, "unterminated quoted value".to_owned()));
        assert_eq!(read.assignments.len(), 1);
    }

    #[test]
    fn a_use_in_a_value_points_into_the_file() {
        let read = dotenv("A=1\nB=x$U\nC=\"\\t$U\"", &lookup);
        assert_eq!(read.assignments[1].uses[0].at, 7..9);
        assert!(read.assignments[1].uses[0].blank);
        assert_eq!(read.assignments[2].uses[0].at, 12..18);
        assert_eq!(read.assignments[1].at, 4..9);
    }

    #[test]
    fn a_raw_file_is_taken_as_it_stands() {
        let read = dotenv_raw("# c\nA='x' # y\n  B=$SH\nSH\nU\r\nC D=1\n", &lookup);
        let pairs: Vec<(&str, Option<&str>)> =
            read.assignments.iter().map(|line| (line.name.as_str(), line.value.as_deref())).collect();
        assert_eq!(pairs, [("A", Some("'x' # y")), ("B", Some("$SH")), ("SH", Some("shell")), ("U", None)]);
        assert_eq!(read.faults[0].fault, DotenvFault::Blank);
    }
}
