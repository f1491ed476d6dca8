//! Where the instructions of a Dockerfile stand: the daemon names a step by its number only.

use std::collections::BTreeMap;

/// An instruction of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// The line in which it begins, from 1.
    pub(super) line: usize,
    /// Its words, on one line.
    pub(super) text: String,
}

/// All instructions, in order: the steps of the classic builder.
pub(super) fn instructions(text: &str) -> Vec<Instruction> {
    let escape = escape(text);
    let mut found: Vec<Instruction> = Vec::new();
    let mut open = false;
    let mut documents: Vec<String> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if let Some(end) = documents.first() {
            if line.trim_start_matches('\t') == end {
                documents.remove(0);
            }
            continue;
        }
        let line = line.trim();
        // Blank lines and comments do not end a line that goes on.
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (words, goes_on) =
            line.strip_suffix(escape).map_or((line, false), |words| (words.trim_end(), true));
        match found.last_mut().filter(|_| open) {
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(words);
            }
            None => found.push(Instruction { line: index + 1, text: words.to_owned() }),
        }
        open = goes_on;
        if !open && let Some(last) = found.last() {
            documents = here_documents(&last.text);
        }
    }
    found
}

/// The line that an error of the parser names: `dockerfile parse error line 3: …`, `… on line 3: …`.
pub(super) fn line_in(message: &str) -> Option<usize> {
    let rest = message.split_once("parse error")?.1;
    let rest = rest.split_once("line ")?.1;
    rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

/// The text with named contexts replaced by the images that they stand for, line by line, so that lines keep their
/// numbers: in `FROM`, and after `--from=` and `from=`.
pub(super) fn with_images(text: &str, images: &BTreeMap<&str, &str>) -> String {
    if images.is_empty() {
        return text.to_owned();
    }
    let replaced = text.split_inclusive('\n').map(|line| {
        let mut line = line.to_owned();
        let from = line.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("from "));
        if from {
            line = after(&line, |word| images.get(word).copied());
        }
        for mark in ["--from=", ",from="] {
            line = behind(&line, mark, images);
        }
        line
    });
    replaced.collect()
}

/// A `FROM` line with its image replaced: the first word after `FROM` that is no flag.
fn after<'a>(line: &str, image: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut words = line.split_whitespace().skip(1).skip_while(|word| word.starts_with("--"));
    let Some((word, image)) = words.next().and_then(|word| Some((word, image(word)?))) else {
        return line.to_owned();
    };
    // The word lies in `line`, so the difference of the addresses is its place.
    let start = word.as_ptr() as usize - line.as_ptr() as usize;
    format!("{}{image}{}", &line[..start], &line[start + word.len()..])
}

/// A line with every name behind a mark replaced.
fn behind(line: &str, mark: &str, images: &BTreeMap<&str, &str>) -> String {
    let mut parts = line.split(mark);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| letter.is_whitespace() || letter == ',').unwrap_or(part.len());
        let (name, rest) = part.split_at(end);
        replaced.push_str(mark);
        replaced.push_str(images.get(name).copied().unwrap_or(name));
        replaced.push_str(rest);
    }
    replaced
}

/// The character that lets a line go on, which a directive on top of the file can change.
fn escape(text: &str) -> char {
    for line in text.trim_start_matches('\u{feff}').lines() {
        let Some((name, value)) = line.trim().strip_prefix('#').and_then(|rest| rest.split_once('=')) else {
            break;
        };
        if name.trim().eq_ignore_ascii_case("escape") {
            return if value.trim() == "`" { '`' } else { '\\' };
        }
    }
    '\\'
}

/// The words that end the documents that follow an instruction such as `RUN <<END`.
fn here_documents(instruction: &str) -> Vec<String> {
    let takes_them = ["RUN ", "COPY ", "ADD "]
        .iter()
        .any(|name| instruction.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
    if !takes_them {
        return Vec::new();
    }
    instruction
        .split_whitespace()
        .filter_map(|word| word.split_once("<<"))
        .map(|(_, word)| word.trim_start_matches('-').trim_matches(['"', '\'']))
        .filter(|word| word.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_'))
        .map(ToOwned::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(usize, String)> {
        instructions(text).into_iter().map(|found| (found.line, found.text)).collect()
    }

    #[test]
    fn instructions_are_found_over_comments_and_lines_that_go_on() {
        let text = "# syntax=x\n\nARG A\nFROM a\nRUN one \\\n  # a comment\n\n  two \\\n  three\nCMD x\n";
        let want = [(3, "ARG A"), (4, "FROM a"), (5, "RUN one two three"), (10, "CMD x")];
        assert_eq!(lines(text), want.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn another_character_can_let_lines_go_on() {
        let text = "# escape=`\nFROM a\nRUN dir c:\\\nRUN b `\n c\n";
        let want = [(2, "FROM a"), (3, "RUN dir c:\\"), (4, "RUN b c")];
        assert_eq!(lines(text), want.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn what_is_in_a_document_is_no_instruction() {
        let text = "FROM a\nRUN <<EOF cat <<-'TWO'\nFROM b\nEOF\nRUN x\n\tTWO\nCMD x\n";
        assert_eq!(lines(text).into_iter().map(|(line, _)| line).collect::<Vec<_>>(), [1, 2, 7]);
    }

    #[test]
    fn named_contexts_give_way_to_their_images_and_lines_keep_their_numbers() {
        let text = "FROM --platform=linux/amd64 base AS build\nFROM other\nCOPY --from=base /a /b\n\
                    RUN --mount=type=bind,from=base,target=/x true\nfrom base\nRUN echo base\n";
        let want = "FROM --platform=linux/amd64 p-base:1 AS build\nFROM other\nCOPY --from=p-base:1 /a /b\n\
                    RUN --mount=type=bind,from=p-base:1,target=/x true\nfrom p-base:1\nRUN echo base\n";
        assert_eq!(with_images(text, &BTreeMap::from([("base", "p-base:1")])), want);
        assert_eq!(with_images(text, &BTreeMap::new()), text);
    }

    #[test]
    fn the_line_of_a_parse_error_is_found_in_the_words_of_every_engine() {
        assert_eq!(line_in("dockerfile parse error line 3: unknown instruction: FOO"), Some(3));
        assert_eq!(line_in("dockerfile parse error on line 12: unknown instruction: FOO"), Some(12));
        assert_eq!(line_in("the line 3 is fine"), None);
    }
}
