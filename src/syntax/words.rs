//! A command written as one string, cut into words as the peer cuts it: quotes and backslashes, nothing else of a shell.
//!
//! Facts about the peer, tried out: there is no expansion; back quotes and `$( )` keep their text as it is; the first
//! bare `;`, `&`, `|`, `<` or `>` ends the command without a word; a number right before a `>`
//! (a file descriptor) goes with it.

/// Why a string is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct WordsError {
    /// Byte offset in the string of what is wrong.
    pub offset: usize,
    /// What is wrong.
    pub kind: WordsFault,
}

/// What is wrong with a command string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsFault {
    /// A quote that is never closed.
    #[error("the quote `{0}` is never closed")]
    Unclosed(char),
    /// A `$(` without its `)`.
    #[error("`$(` is never closed")]
    UnclosedSubstitution,
    /// A bare parenthesis.
    #[error("a bare `{0}` is not possible here")]
    Parenthesis(char),
    /// A backslash at the very end.
    #[error("a backslash at the end escapes nothing")]
    TrailingBackslash,
}

/// The words of a command, and where it was cut off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The words.
    pub list: Vec<String>,
    /// Byte offset of the bare shell operator that ended the command early, if one did.
    pub cut: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Single,
    Double,
    Back,
    Substitution,
}

struct Splitter {
    words: Words,
    word: String,
    /// A word has begun, even if it is still empty (`""`).
    begun: bool,
    /// What is open, and where it was opened.
    quote: Option<(Quote, usize)>,
}

/// Cuts a command into words.
pub fn split(text: &str) -> Result<Words, WordsError> {
    let mut splitter = Splitter { words: Words::default(), word: String::new(), begun: false, quote: None };
    let mut characters = text.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        if splitter.escapes(character) {
            let Some((_, escaped)) = characters.next() else {
                return Err(WordsError { offset, kind: WordsFault::TrailingBackslash });
            };
            if splitter.keeps_escapes() {
                splitter.push(character);
                splitter.push(escaped);
            } else {
                splitter.push(unescaped(escaped));
            }
        } else if splitter.take(character, (offset, next))? {
            return Ok(splitter.words);
        }
    }
    splitter.end()
}

fn unescaped(character: char) -> char {
    match character {
        'n' => '\n',
        't' => '\t',
        other => other,
    }
}

impl Splitter {
    fn escapes(&self, character: char) -> bool {
        character == '\\' && !matches!(self.quote, Some((Quote::Single, _)))
    }

    /// True where the text is kept as it is, backslashes too.
    fn keeps_escapes(&self) -> bool {
        matches!(self.quote, Some((Quote::Back | Quote::Substitution, _)))
    }

    fn push(&mut self, character: char) {
        self.word.push(character);
        self.begun = true;
    }

    /// Takes one character; true if the command ends here.
    fn take(&mut self, character: char, place: (usize, Option<char>)) -> Result<bool, WordsError> {
        match self.quote {
            None => self.bare(character, place),
            Some((quote, _)) => {
                self.quoted(quote, character, place)?;
                Ok(false)
            }
        }
    }

    fn bare(&mut self, character: char, place: (usize, Option<char>)) -> Result<bool, WordsError> {
        let (offset, next) = place;
        match character {
            ' ' | '\t' | '\r' | '\n' => self.finish_word(),
            '\'' => self.open(Quote::Single, offset),
            '"' => self.open(Quote::Double, offset),
            '`' => {
                self.push('`');
                self.quote = Some((Quote::Back, offset));
            }
            '$' if next == Some('(') => {
                self.push('$');
                self.quote = Some((Quote::Substitution, offset));
            }
            '(' | ')' => return Err(WordsError { offset, kind: WordsFault::Parenthesis(character) }),
            ';' | '&' | '|' | '<' | '>' => {
                let is_number = !self.word.is_empty() && self.word.bytes().all(|byte| byte.is_ascii_digit());
                if character == '>' && is_number {
                    self.begun = false;
                }
                self.finish_word();
                self.words.cut = Some(offset);
                return Ok(true);
            }
            other => self.push(other),
        }
        Ok(false)
    }

    fn quoted(
        &mut self,
        quote: Quote,
        character: char,
        place: (usize, Option<char>),
    ) -> Result<(), WordsError> {
        let offset = place.0;
        match (quote, character) {
            (Quote::Single, '\'') | (Quote::Double, '"') => {
                self.quote = None;
            }
            (Quote::Back, '`') => {
                self.push('`');
                self.quote = None;
            }
            (Quote::Substitution, ')') => {
                self.push(')');
                self.quote = None;
            }
            (Quote::Substitution, '(') if !self.opens_at(offset) => {
                return Err(WordsError { offset, kind: WordsFault::Parenthesis('(') });
            }
            (_, other) => self.push(other),
        }
        Ok(())
    }

    /// True for the parenthesis that belongs to the `$` with which the substitution began.
    fn opens_at(&self, offset: usize) -> bool {
        self.quote.is_some_and(|(_, start)| start + 1 == offset)
    }

    fn open(&mut self, quote: Quote, offset: usize) {
        self.quote = Some((quote, offset));
        self.begun = true;
    }

    fn finish_word(&mut self) {
        if std::mem::take(&mut self.begun) {
            self.words.list.push(std::mem::take(&mut self.word));
        }
        self.word.clear();
    }

    fn end(mut self) -> Result<Words, WordsError> {
        if let Some((quote, offset)) = self.quote {
            let kind = match quote {
                Quote::Single => WordsFault::Unclosed('\''),
                Quote::Double => WordsFault::Unclosed('"'),
                Quote::Back => WordsFault::Unclosed('`'),
                Quote::Substitution => WordsFault::UnclosedSubstitution,
            };
            return Err(WordsError { offset, kind });
        }
        self.finish_word();
        Ok(self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each with the peer's own answer.
    const ANSWERED: &[(&str, &[&str])] = &[
        ("a  b\tc", &["a", "b", "c"]),
        (" a ", &["a"]),
        ("a\nb", &["a", "b"]),
        (r"a 'b c' d", &["a", "b c", "d"]),
        (r#"a "b c" d"#, &["a", "b c", "d"]),
        (r"a\ b", &["a b"]),
        (r#""a\"b""#, &[r#"a"b"#]),
        (r"a \\ b", &["a", r"\", "b"]),
        (r"a '\' b", &["a", r"\", "b"]),
        (r"a \n b", &["a", "\n", "b"]),
        (r#""\t""#, &["\t"]),
        (r"a \r b", &["a", "r", "b"]),
        ("a''b", &["ab"]),
        (r#"a "" b"#, &["a", "", "b"]),
        (r#"a"b c""d e"f"#, &["ab cd ef"]),
        ("a #b", &["a", "#b"]),
        (r#"sh -c "a && b""#, &["sh", "-c", "a && b"]),
        ("a `b c` d", &["a", "`b c`", "d"]),
        ("x`a;b`;c", &["x`a;b`"]),
        ("`a (b)` c", &["`a (b)`", "c"]),
        ("a $(b c)d e", &["a", "$(b c)d", "e"]),
        (r"a $\(b", &["a", "$(b"]),
        ("a '$(' b", &["a", "$(", "b"]),
        (r#""$(a b""#, &["$(a b"]),
        (r#""`a b""#, &["`a b"]),
        ("a$", &["a$"]),
        ("a && b", &["a"]),
        ("a; b", &["a"]),
        ("a|b", &["a"]),
        ("a <b", &["a"]),
        ("a 2>/dev/null", &["a"]),
        ("a 12>x", &["a"]),
        ("a b1>c", &["a", "b1"]),
        (r#"a "1">c"#, &["a"]),
        (">a", &[]),
        ("{a;b}", &["{a"]),
        (r"a\&\&b c", &["a&&b", "c"]),
        ("", &[]),
        ("a 12>x", &["a"]),
        ("a 1a>x", &["a", "1a"]),
        ("a 2\"2\">x", &["a"]),
        ("a 2 >x", &["a", "2"]),
        ("-2>x", &["-2"]),
        (r"$(a\)b)", &[r"$(a\)b)"]),
        (r"`a\`b`", &[r"`a\`b`"]),
    ];

    #[test]
    fn words_are_cut_as_the_peer_cuts_them() {
        for (text, want) in ANSWERED {
            let want: Vec<String> = want.iter().map(ToString::to_string).collect();
            assert_eq!(split(text).map(|words| words.list), Ok(want), "{text}");
        }
    }

    #[test]
    fn what_the_peer_refuses_is_refused_with_its_place() {
        let refused = [
            ("'a\\'b'", 5, WordsFault::Unclosed('\'')),
            ("\"a", 0, WordsFault::Unclosed('"')),
            ("b 'a", 2, WordsFault::Unclosed('\'')),
            ("`a", 0, WordsFault::Unclosed('`')),
            ("x $(b", 2, WordsFault::UnclosedSubstitution),
            ("a (b)", 2, WordsFault::Parenthesis('(')),
            ("a )b", 2, WordsFault::Parenthesis(')')),
            ("$(a (b) c) d", 4, WordsFault::Parenthesis('(')),
            ("a b\\", 3, WordsFault::TrailingBackslash),
        ];
        for (text, offset, kind) in refused {
            assert_eq!(split(text), Err(WordsError { offset, kind }), "{text}");
        }
    }

    #[test]
    fn a_bare_operator_that_ends_the_command_is_told() {
        assert_eq!(split("a && b").map(|words| words.cut), Ok(Some(2)));
        assert_eq!(split("a '&&' b").map(|words| words.cut), Ok(None));
    }
}
