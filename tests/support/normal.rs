//! What differs from run to run in a text, replaced by words.

/// Replaces ids by `ID` and times by `TIME`; each of `names` is a text and the word that stands for it.
pub(super) fn normal(text: &str, names: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (name, word) in names {
        text = text.replace(name, word);
    }
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let (word, after) = rest.split_at(length);
        out.push_str(if is_id(word) {
            "ID"
        } else if is_time(word) {
            "TIME"
        } else {
            word
        });
        rest = after;
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '.' || c == '_' || c == 'µ'
}

fn is_id(word: &str) -> bool {
    matches!(word.len(), 12 | 64) && word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn is_time(word: &str) -> bool {
    let number = word.trim_end_matches(['m', 's', 'µ']);
    let unit = &word[number.len()..];
    matches!(unit, "s" | "ms" | "µs" | "m") && number.parse::<f64>().is_ok()
}
