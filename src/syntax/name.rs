//! Names of projects and of what stands in a file.

/// A project name made out of any text, as the peer makes it: lower case, only letters, digits, `_` and `-`, none of the
/// latter two in front. May come out empty.
#[must_use]
pub fn normalize_project(text: &str) -> String {
    let kept: String = text
        .to_lowercase()
        .chars()
        .filter(|character| matches!(character, 'a'..='z' | '0'..='9' | '_' | '-'))
        .collect();
    kept.trim_start_matches(['_', '-']).to_owned()
}

/// True if a project may be called so.
#[must_use]
pub fn is_project(text: &str) -> bool {
    !text.is_empty() && normalize_project(text) == text
}

/// True if a service, network, volume, secret, config, model or job may be called so.
#[must_use]
pub fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-'))
}

/// True if a container may be called so: at least two characters, the first a letter or digit.
#[must_use]
pub fn is_container(text: &str) -> bool {
    text.len() > 1 && is_key(text) && text.starts_with(|first: char| first.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_s_name_becomes_a_project_s_name() {
        assert_eq!(normalize_project("My.Dir_-X"), "mydir_-x");
        assert_eq!(normalize_project("__-web app"), "webapp");
        assert_eq!(normalize_project("Ünï"), "n");
        assert_eq!(normalize_project("..."), "");
    }

    #[test]
    fn a_name_that_is_given_must_be_in_normal_form() {
        assert!(is_project("my_app-2"));
        assert!(!is_project("Foo"));
        assert!(!is_project("-x"));
        assert!(!is_project(""));
    }

    #[test]
    fn container_names_have_two_characters() {
        assert!(is_container("w1"));
        assert!(!is_container("w"));
        assert!(!is_container("_web"));
        assert!(!is_container("a b"));
    }
}
