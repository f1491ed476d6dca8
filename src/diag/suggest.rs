//! "Did you mean".

/// The candidate nearest to `word`, if one is near enough to be a slip of the hand.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let limit = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit && *distance < lower.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The help text "did you mean `x`?", if a candidate is near.
#[must_use]
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swapped_letter_is_near_and_another_word_is_not() {
        assert_eq!(nearest("iamge", ["build", "image", "ports"]), Some("image"));
        assert_eq!(nearest("frobnicate", ["build", "image", "ports"]), None);
        assert_eq!(nearest("Image", ["image"]), Some("image"));
        assert_eq!(nearest("c", ["a", "b"]), None, "a letter is not a slip of another");
    }
}
