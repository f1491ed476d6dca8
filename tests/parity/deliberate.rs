//! Where we differ from the peer on purpose: lines of `CASE PLACE # reason`, both with `*` for any text.

/// The list, with its reasons.
const LIST: &str = include_str!("../parity.deliberate");

/// True if a difference of a case at a place is meant.
pub(crate) fn is_deliberate(case: &str, place: &str) -> bool {
    LIST.lines().any(|line| {
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        match (words.next(), words.next()) {
            (Some(cases), Some(places)) => fits(cases, case) && fits(places, place),
            _ => false,
        }
    })
}

fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            let mut ends = tail.char_indices().map(|(index, _)| index).chain([tail.len()]);
            ends.any(|index| fits(rest, &tail[index..]))
        }),
    }
}
