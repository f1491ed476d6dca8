//! Ignore patterns by Docker's own rules, as in `.dockerignore` and `develop.watch`.
//!
//! Unlike git's, patterns are anchored at the root, the last one that matches decides, a `!` takes back what lies in an
//! excluded directory too, and a match on a directory counts for all that is in it. Facts from the documentation of
//! `.dockerignore` and of Go's `filepath.Match`.

/// A list of patterns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

/// A pattern that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no pattern: {kind}")]
pub struct IgnoreError {
    /// The pattern.
    pub pattern: String,
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong.
    pub kind: IgnoreFault,
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IgnoreFault {
    /// A `!` that takes nothing back.
    #[error("a `!` must be followed by a pattern")]
    LoneExclamation,
    /// A `[` that is never closed, or an empty or backward range.
    #[error("its `[…]` is malformed")]
    Class,
    /// A backslash at the end.
    #[error("a backslash at the end escapes nothing")]
    TrailingBackslash,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    tokens: Vec<Token>,
    /// What it matches is taken back.
    negated: bool,
    /// How many path components it has, as far as that says how deep it can match; `None` with `**`.
    depth: Option<usize>,
    /// The components before the first wildcard.
    literal: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// This character.
    Is(char),
    /// Any character but `/`.
    One,
    /// Any characters but `/`.
    Star,
    /// Any characters.
    Any,
    /// Nothing, or any characters and a `/` (`**/`).
    AnyDirectories,
    /// One of these, or none of these; never `/`.
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Ignore {
    /// Reads the text of an ignore file: a pattern a line, `#` comments, blank lines.
    pub fn parse(text: &str) -> Result<Self, IgnoreError> {
        let text = text.trim_start_matches('\u{feff}');
        let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
        Self::read(lines.map(|(index, line)| (index + 1, line)))
    }

    /// Takes patterns as they are, as lists in a compose file give them.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, IgnoreError> {
        Self::read(patterns.into_iter().enumerate().map(|(index, pattern)| (index + 1, pattern)))
    }

    fn read<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Result<Self, IgnoreError> {
        let mut patterns = Vec::new();
        for (line, text) in lines {
            let fault = |kind| IgnoreError { pattern: text.trim().to_owned(), line, kind };
            let text = text.trim();
            let (negated, body) = match text.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, text),
            };
            if body.is_empty() {
                if negated {
                    return Err(fault(IgnoreFault::LoneExclamation));
                }
                continue;
            }
            let clean = clean(body);
            // The root itself cannot be ignored: a lone `/` or `.` says nothing.
            if !clean.is_empty() {
                patterns.push(Pattern::compile(&clean, negated).map_err(fault)?);
            }
        }
        Ok(Self { patterns })
    }

    /// True if nothing is ignored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// True if a path (relative, with `/`) is ignored, by itself or by a directory above it.
    #[must_use]
    pub fn ignores(&self, path: &str) -> bool {
        let mut ignored = false;
        for pattern in &self.patterns {
            // A pattern of the same effect as what is decided already changes nothing.
            if pattern.negated == ignored && pattern.matches_with_parents(path) {
                ignored = !pattern.negated;
            }
        }
        ignored
    }

    /// True if an ignored directory has nothing in it that a later `!` could take back: no need to look into it.
    #[must_use]
    pub fn prunes(&self, directory: &str) -> bool {
        let taken_back = |pattern: &Pattern| pattern.negated && pattern.may_match_below(directory);
        self.ignores(directory) && !self.patterns.iter().any(taken_back)
    }

    /// True if a pattern could match something in a directory that is not ignored itself.
    #[must_use]
    pub fn may_ignore_below(&self, directory: &str) -> bool {
        self.patterns.iter().any(|pattern| !pattern.negated && pattern.may_match_below(directory))
    }
}

/// The path without a leading or trailing `/`, `.` parts, and `..` with what they undo.
fn clean(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

impl Pattern {
    fn compile(text: &str, negated: bool) -> Result<Self, IgnoreFault> {
        let mut tokens = Vec::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            tokens.push(match character {
                '*' if characters.next_if_eq(&'*').is_some() => {
                    if characters.next_if_eq(&'/').is_some() {
                        Token::AnyDirectories
                    } else {
                        Token::Any
                    }
                }
                '*' => Token::Star,
                '?' => Token::One,
                '[' => class(&mut characters)?,
                '\\' => Token::Is(characters.next().ok_or(IgnoreFault::TrailingBackslash)?),
                other => Token::Is(other),
            });
        }
        let deep = tokens.iter().any(|token| matches!(token, Token::Any | Token::AnyDirectories));
        let literal = text.split(['*', '?', '[', '\\']).next().unwrap_or_default().to_owned();
        Ok(Self { tokens, negated, depth: (!deep).then(|| text.split('/').count()), literal })
    }

    /// Matches the path or a directory above it.
    fn matches_with_parents(&self, path: &str) -> bool {
        if self.depth.is_none() {
            return self.matches(path) || parents(path).any(|parent| self.matches(parent));
        }
        // A pattern of n parts can only match the first n parts of the path.
        let depth = self.depth.unwrap_or_default();
        match path.match_indices('/').nth(depth - 1) {
            Some((end, _)) => self.matches(&path[..end]),
            None => self.matches(path),
        }
    }

    fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        matches(&self.tokens, &path)
    }

    /// True if it could take back something below a directory.
    fn may_match_below(&self, directory: &str) -> bool {
        self.literal.is_empty()
            || self.literal.starts_with(&format!("{directory}/"))
            || format!("{directory}/").starts_with(&self.literal)
    }
}

fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// Reads a class after its `[`.
fn class(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Token, IgnoreFault> {
    let negated = characters.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        let first = match characters.next().ok_or(IgnoreFault::Class)? {
            ']' if !ranges.is_empty() => return Ok(Token::Class { negated, ranges }),
            ']' | '-' => return Err(IgnoreFault::Class),
            '\\' => characters.next().ok_or(IgnoreFault::TrailingBackslash)?,
            other => other,
        };
        let last = if characters.next_if_eq(&'-').is_some() {
            match characters.next().ok_or(IgnoreFault::Class)? {
                ']' => return Err(IgnoreFault::Class),
                '\\' => characters.next().ok_or(IgnoreFault::TrailingBackslash)?,
                other => other,
            }
        } else {
            first
        };
        if last < first {
            return Err(IgnoreFault::Class);
        }
        ranges.push((first, last));
    }
}

/// Glob matching with two places to go back to: the last `*`, and the last `**`, each tried with one character more.
/// Whatever a `*` could take, a later `**` need not try again, so the time is at most quadratic in each.
fn matches(tokens: &[Token], path: &[char]) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    let mut any: Option<(usize, usize)> = None;
    loop {
        let advanced = match tokens.get(token) {
            None if at == path.len() => return true,
            None => false,
            Some(Token::Star) => {
                star = Some((token, at));
                token += 1;
                continue;
            }
            Some(Token::Any | Token::AnyDirectories) => {
                any = Some((token, at));
                star = None;
                token += 1;
                continue;
            }
            Some(single) => path.get(at).is_some_and(|character| single.takes(*character)),
        };
        if advanced {
            token += 1;
            at += 1;
        } else if let Some((back, from)) =
            star.filter(|(_, from)| path.get(*from).is_some_and(|next| *next != '/'))
        {
            star = Some((back, from + 1));
            (token, at) = (back + 1, from + 1);
        } else if let Some((back, from)) =
            any.and_then(|(back, from)| more(&tokens[back], path, from).map(|to| (back, to)))
        {
            any = Some((back, from));
            star = None;
            (token, at) = (back + 1, from);
        } else {
            return false;
        }
    }
}

/// Where a `**` that ends at `from` could end next.
fn more(token: &Token, path: &[char], from: usize) -> Option<usize> {
    match token {
        // It ends behind a `/`, so that what follows begins a path component.
        Token::AnyDirectories => {
            path[from..].iter().position(|character| *character == '/').map(|at| from + at + 1)
        }
        _ => (from < path.len()).then_some(from + 1),
    }
}

impl Token {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Is(wanted) => character == *wanted,
            Self::One => character != '/',
            Self::Class { negated, ranges } => {
                character != '/'
                    && ranges.iter().any(|(first, last)| (*first..=*last).contains(&character)) != *negated
            }
            Self::Star | Self::Any | Self::AnyDirectories => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignores(patterns: &str, path: &str) -> bool {
        Ignore::parse(patterns).expect(patterns).ignores(path)
    }

    #[test]
    fn patterns_are_anchored_at_the_root() {
        assert!(ignores("node_modules", "node_modules"));
        assert!(!ignores("node_modules", "web/node_modules"));
        assert!(ignores("**/node_modules", "web/node_modules"));
        assert!(ignores("**/node_modules", "node_modules"));
        assert!(ignores("/dist", "dist"));
        assert!(ignores("./dist/", "dist"));
    }

    #[test]
    fn a_match_on_a_directory_counts_for_all_that_is_in_it() {
        assert!(ignores("target", "target/debug/app"));
        assert!(ignores("a/*", "a/b/c"));
        assert!(ignores("**/target", "x/target/debug"));
        assert!(!ignores("a/*", "a"));
    }

    #[test]
    fn wildcards_stop_at_slashes_and_double_stars_do_not() {
        assert!(ignores("*.log", "x.log"));
        assert!(!ignores("*.log", "logs/x.log"));
        assert!(ignores("**/*.log", "a/b/x.log"));
        assert!(ignores("a/**/z", "a/z"));
        assert!(ignores("a/**/z", "a/b/c/z"));
        assert!(!ignores("a/**/z", "ab/z"));
        assert!(!ignores("**/foo", "xfoo"));
        assert!(ignores("a**", "a/b"));
        assert!(ignores("**", "anything/at/all"));
        assert!(ignores("?.txt", "é.txt"));
        assert!(!ignores("?.txt", "ab.txt"));
        assert!(ignores("a/*/c*d/**/e*", "a/x/cd/1/2/ex"));
    }

    #[test]
    fn the_last_pattern_that_matches_decides() {
        assert!(!ignores("*.md\n!README.md", "README.md"));
        assert!(ignores("*.md\n!README.md", "NOTES.md"));
        assert!(ignores("!README.md\n*.md", "README.md"));
        assert!(!ignores("docs\n!docs/keep", "docs/keep/x"));
        assert!(ignores("*\n!src\nsrc/*.tmp", "src/a.tmp"));
        assert!(!ignores("*\n!src\nsrc/*.tmp", "src/a.rs"));
    }

    #[test]
    fn classes_and_escapes_are_go_s() {
        assert!(ignores("[a-c]x", "bx"));
        assert!(!ignores("[^a-c]x", "bx"));
        assert!(ignores(r"\*.txt", "*.txt"));
        assert!(!ignores(r"\*.txt", "a.txt"));
        assert!(ignores(r"[\]]x", "]x"));
    }

    #[test]
    fn comments_blank_lines_and_the_root_say_nothing() {
        let ignore = Ignore::parse("\u{feff}# a comment\n\n  \n/\n.\n").expect("patterns");
        assert!(ignore.is_empty());
        assert!(!ignore.ignores("# a comment"));
    }

    #[test]
    fn a_malformed_pattern_is_told_with_its_line() {
        for (text, kind) in [
            ("!", IgnoreFault::LoneExclamation),
            ("[a", IgnoreFault::Class),
            ("[]a]", IgnoreFault::Class),
            ("[z-a]", IgnoreFault::Class),
            ("a\\", IgnoreFault::TrailingBackslash),
        ] {
            let error = Ignore::parse(&format!("ok\n{text}")).expect_err(text);
            assert_eq!((error.line, error.kind), (2, kind), "{text}");
        }
    }

    #[test]
    fn an_ignored_directory_is_looked_into_only_for_what_is_taken_back() {
        let ignore = Ignore::parse("node_modules\nvendor\n!vendor/keep").expect("patterns");
        assert!(ignore.prunes("node_modules"));
        assert!(!ignore.prunes("vendor"));
        assert!(!ignore.prunes("src"));
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let pattern = "a*".repeat(40) + "b";
        assert!(!ignores(&pattern, &"a".repeat(200)));
    }
}
