//! Lines cut at blanks, never inside a word: codes and names have hyphens that are part of them.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text with its lines folded to a width; what is continued keeps the indentation of its line. A word that is
/// wider than the width is cut where it must.
pub(super) fn fold(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let body = line.trim_start_matches(' ');
        let indent = &line[..line.len() - body.len()];
        out.push_str(indent);
        fold_line(body, indent, width.saturating_sub(indent.len()).max(8), &mut out);
    }
    out
}

fn fold_line(body: &str, indent: &str, room: usize, out: &mut String) {
    let mut used = 0;
    for (number, word) in body.split(' ').enumerate() {
        let width = word.width();
        if number > 0 {
            if used > 0 && used + 1 + width > room {
                out.push('\n');
                out.push_str(indent);
                used = 0;
            } else {
                out.push(' ');
                used += 1;
            }
        }
        if used + width <= room {
            out.push_str(word);
            used += width;
            continue;
        }
        for char in word.chars() {
            let width = char.width().unwrap_or(0);
            if used + width > room {
                out.push('\n');
                out.push_str(indent);
                used = 0;
            }
            out.push(char);
            used += width;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_folded_at_blanks_and_keeps_its_indentation() {
        assert_eq!(fold("one two-three four", 10), "one\ntwo-three\nfour");
        assert_eq!(fold("add:\n  key: long value here", 16), "add:\n  key: long\n  value here");
        assert_eq!(fold("a b", 80), "a b");
        assert_eq!(fold("", 80), "");
    }

    #[test]
    fn a_word_that_is_too_wide_is_cut() {
        assert_eq!(fold("ab 0123456789xyz", 8), "ab\n01234567\n89xyz");
    }
}
