//! The order in which the keys of a mapping are printed.

use std::cmp::Ordering;

/// Compares keys as a person would sort them: `a2` before `a10`, marks before digits before letters.
///
/// At the first difference, two letters go by their code, and a letter comes after anything else, unless a number is
/// being read: `a1` before `ab`, but `a1b` before `a1-`. Two numbers go by value, then fewer leading zeros first.
#[must_use]
pub fn key_order(one: &str, other: &str) -> Ordering {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let Some(at) = one.iter().zip(&other).position(|(left, right)| left != right) else {
        return one.len().cmp(&other.len());
    };
    let (left, right) = (one[at], other[at]);
    match (left.is_alphabetic(), right.is_alphabetic()) {
        (true, true) => left.cmp(&right),
        (false, false) => {
            let number = |text: &[char]| digits_at(text, at);
            let (ours, theirs) = (number(&one), number(&other));
            ours.cmp(&theirs).then(left.cmp(&right))
        }
        (is_letter, _) => {
            let in_number = at > 0 && one[at - 1].is_numeric();
            if is_letter == in_number { Ordering::Less } else { Ordering::Greater }
        }
    }
}

/// The value and length of the digits from `at` on; a zero within a number that has begun counts.
fn digits_at(text: &[char], at: usize) -> (u64, usize) {
    let begun = text[..at].iter().rev().take_while(|c| c.is_ascii_digit()).any(|c| *c != '0');
    let digits: Vec<u32> = text[at..].iter().map_while(|c| c.to_digit(10)).collect();
    let value = digits
        .iter()
        .fold(u64::from(begun), |value, digit| value.saturating_mul(10).saturating_add(u64::from(*digit)));
    (value, digits.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_the_order_that_the_peer_prints() {
        let sorted = [
            "_x", "1", "9", "10", "A2", "A10", "Z", "a b", "a-b", "a_b", "a1", "a1b", "a1-", "aB", "ab",
            "x09", "x10",
        ];
        for pair in sorted.windows(2) {
            assert_eq!(key_order(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(key_order(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(key_order("same", "same"), Ordering::Equal);
    }
}
