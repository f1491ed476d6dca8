//! Scalars on their way into the text, folded where lines grow too long.

use std::fmt::Write as _;

use super::style::{Style, is_printable, style};

/// A line that is longer is folded at its next space.
const WIDTH: usize = 80;

/// The text so far.
#[derive(Debug, Default)]
pub(super) struct Printer {
    out: String,
    line: usize,
}

impl Printer {
    pub(super) fn into_text(mut self) -> String {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out
    }

    /// Writes what holds no line break.
    pub(super) fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Ends the line, unless nothing is on it, and begins another.
    pub(super) fn new_line(&mut self, indent: usize) {
        if self.out.len() > self.line {
            self.out.push('\n');
        }
        self.line = self.out.len();
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn column(&self) -> usize {
        self.out[self.line..].chars().count()
    }

    /// Writes a text in the style that it needs; further lines of it stand at `indent`.
    pub(super) fn text(&mut self, text: &str, indent: usize) {
        self.styled(text, style(text, false), Some(indent));
    }

    /// Writes a text in a style. Without an indent it stays on one line.
    pub(super) fn styled(&mut self, text: &str, style: Style, indent: Option<usize>) {
        match style {
            Style::Plain => self.flow(text, indent),
            Style::Single => self.single(text, indent),
            Style::Double => self.double(text, indent),
            Style::Literal => self.literal(text, indent.unwrap_or_default()),
        }
    }

    /// Words, folded at a space that stands alone.
    fn flow(&mut self, text: &str, indent: Option<usize>) {
        let Some(indent) = indent.filter(|_| self.may_fold(text)) else {
            self.out.push_str(text);
            return;
        };
        let mut column = self.column();
        let mut after_space = false;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let alone = !after_space && characters.peek().is_some_and(|next| *next != ' ');
            if character == ' ' && alone && column > WIDTH {
                self.new_line(indent);
                column = indent;
            } else {
                self.out.push(character);
                column += 1;
            }
            after_space = character == ' ';
        }
    }

    fn may_fold(&self, text: &str) -> bool {
        self.out.len() - self.line + text.len() > WIDTH && text.contains(' ')
    }

    fn single(&mut self, text: &str, indent: Option<usize>) {
        self.out.push('\'');
        // The first and the last character are never folded at.
        let inner = text.trim_start_matches(' ');
        self.out.extend(std::iter::repeat_n(' ', text.len() - inner.len()));
        self.flow(&inner.replace('\'', "''"), indent);
        self.out.push('\'');
    }

    fn double(&mut self, text: &str, indent: Option<usize>) {
        self.out.push('"');
        let mut column = self.column();
        // The peer's library takes every character behind a byte order mark at the start for another one.
        let after_mark = text.starts_with('\u{feff}');
        let mut after_space = false;
        let mut first = true;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let length = self.out.len();
            match (character, indent) {
                (' ', Some(indent))
                    if !after_mark
                        && !after_space
                        && column > WIDTH
                        && !first
                        && characters.peek().is_some() =>
                {
                    self.new_line(indent);
                    column = indent;
                    if characters.peek() == Some(&' ') {
                        self.out.push('\\');
                        column += 1;
                    }
                }
                (' ', _) if !after_mark => {
                    self.out.push(' ');
                    column += 1;
                }
                _ if after_mark || !is_printable(character) || matches!(character, '"' | '\\') => {
                    self.escape(character);
                    column += self.out.len() - length;
                }
                _ => {
                    self.out.push(character);
                    column += 1;
                }
            }
            after_space = character == ' ' && !after_mark;
            first = false;
        }
        self.out.push('"');
    }

    fn escape(&mut self, character: char) {
        let short = match character {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            other => {
                let code = u32::from(other);
                let written = match code {
                    0..=0xff => write!(self.out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(self.out, "\\u{code:04X}"),
                    _ => write!(self.out, "\\U{code:08X}"),
                };
                debug_assert!(written.is_ok(), "writing to a string cannot fail");
                return;
            }
        };
        self.out.push('\\');
        self.out.push(short);
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.out.push('|');
        // Without a hint the indent of the first line that is not blank would be taken for that of the text. The
        // peer's library forgets it behind blank lines, and then loses spaces.
        if text.trim_start_matches('\n').starts_with(' ') {
            self.out.push('2');
        }
        let body = match text.strip_suffix('\n') {
            None => {
                self.out.push('-');
                text
            }
            Some(body) => {
                if body.ends_with('\n') {
                    self.out.push('+');
                }
                body
            }
        };
        for line in body.split('\n') {
            self.out.push('\n');
            self.line = self.out.len();
            if !line.is_empty() {
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.out.push_str(line);
            }
        }
        if body.ends_with('\n') {
            self.out.push('\n');
            self.line = self.out.len();
        }
    }
}
