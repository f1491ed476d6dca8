//! A template's text cut into words.

use super::Fault;

/// Text outside of `{{` and `}}`, or the tokens between them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// Printed as it is.
    Text(String),
    /// To be done.
    Action(Vec<Token>),
}

/// A token of an action.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A keyword or a function's name.
    Word(String),
    /// `.`, `.Name`, `.Name.Other`: the names; true if it follows the token before it without a blank.
    Fields(Vec<String>, bool),
    /// `$name`, with the fields behind it.
    Variable(String, Vec<String>),
    /// A quoted text.
    Text(String),
    /// A number.
    Number(f64),
    /// `|`, `(`, `)`, `,`.
    Mark(char),
    /// `:=` (true) or `=`.
    Assign(bool),
}

/// Cuts a whole template.
pub(super) fn pieces(template: &str) -> Result<Vec<Piece>, Fault> {
    let mut pieces = Vec::new();
    let mut rest = template;
    let mut trim = false;
    while let Some(open) = rest.find("{{") {
        let (text, inside) = (&rest[..open], &rest[open + 2..]);
        let text = if trim { text.trim_start() } else { text };
        let (trim_left, inside) = match inside.strip_prefix('-') {
            Some(after) if after.starts_with(char::is_whitespace) => (true, after),
            _ => (false, inside),
        };
        push_text(&mut pieces, if trim_left { text.trim_end() } else { text });
        if let Some(comment) = inside.trim_start().strip_prefix("/*") {
            let (_, after) = comment.split_once("*/").ok_or_else(|| Fault::new("unclosed comment"))?;
            (trim, rest) =
                closed(after).ok_or_else(|| Fault::new("comment ends before closing delimiter"))?;
            continue;
        }
        let (tokens, after) = action(inside)?;
        (trim, rest) = after;
        pieces.push(Piece::Action(tokens));
    }
    push_text(&mut pieces, if trim { rest.trim_start() } else { rest });
    Ok(pieces)
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text.to_owned()));
    }
}

/// The end of an action at the start of `text`: whether it trims what follows, and what follows.
fn closed(text: &str) -> Option<(bool, &str)> {
    let start = text.trim_start();
    if let Some(after) = start.strip_prefix("-}}").filter(|_| start.len() < text.len()) {
        return Some((true, after));
    }
    start.strip_prefix("}}").map(|after| (false, after))
}

/// The tokens up to `}}`.
fn action(text: &str) -> Result<(Vec<Token>, (bool, &str)), Fault> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        if let Some(after) = closed(rest) {
            return Ok((tokens, after));
        }
        let start = rest.trim_start();
        let glued = start.len() == rest.len() && !tokens.is_empty();
        let Some(first) = start.chars().next() else { return Err(Fault::new("unclosed action")) };
        let (token, after) = match first {
            '|' | '(' | ')' | ',' => (Token::Mark(first), &start[1..]),
            ':' if start.starts_with(":=") => (Token::Assign(true), &start[2..]),
            '=' => (Token::Assign(false), &start[1..]),
            '.' if !starts_number(&start[1..]) => {
                let (names, after) = fields(start);
                (Token::Fields(names, glued), after)
            }
            '$' => {
                let (name, after) = word(&start[1..]);
                let (names, after) = if after.starts_with('.') { fields(after) } else { (vec![], after) };
                (Token::Variable(name.to_owned(), names), after)
            }
            '"' => quoted(start)?,
            '`' => {
                let (text, after) =
                    start[1..].split_once('`').ok_or_else(|| Fault::new("unterminated raw quoted string"))?;
                (Token::Text(text.to_owned()), after)
            }
            _ if starts_number(start.trim_start_matches(['-', '+', '.'])) => number(start)?,
            _ if first.is_alphabetic() || first == '_' => {
                let (name, after) = word(start);
                (Token::Word(name.to_owned()), after)
            }
            _ => return Err(Fault::new(format!("unexpected {first:?} in command"))),
        };
        tokens.push(token);
        rest = after;
    }
}

fn starts_number(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_digit())
}

fn word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(text.len()))
}

/// `.Name.Other`, or `.` alone.
fn fields(text: &str) -> (Vec<String>, &str) {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(after) = rest.strip_prefix('.') {
        let (name, behind) = word(after);
        if name.is_empty() {
            return (names, if rest.len() == text.len() { after } else { rest });
        }
        names.push(name.to_owned());
        rest = behind;
    }
    (names, rest)
}

fn number(text: &str) -> Result<(Token, &str), Fault> {
    let end = text
        .find(|char: char| !char.is_ascii_alphanumeric() && !matches!(char, '.' | '-' | '+'))
        .unwrap_or(text.len());
    let (digits, after) = text.split_at(end);
    let number = digits.parse().map_err(|_| Fault::new(format!("bad number syntax: {digits:?}")))?;
    Ok((Token::Number(number), after))
}

/// A text in double quotes.
fn quoted(text: &str) -> Result<(Token, &str), Fault> {
    let mut out = String::new();
    let mut chars = text[1..].char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Ok((Token::Text(out), &text[at + 2..])),
            '\\' => match chars.next().map(|(_, char)| char) {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some(char @ ('\\' | '"' | '\'')) => out.push(char),
                _ => return Err(Fault::new("bad escape in quoted string")),
            },
            _ => out.push(char),
        }
    }
    Err(Fault::new("unterminated quoted string"))
}
