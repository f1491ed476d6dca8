//! Image references: `[domain[:port]/]path[:tag][@algorithm:digest]`.
//!
//! The grammar is that of the distribution project's reference package, which the daemon uses; a reference without a
//! domain means the default registry, and there a path of one part lies under `library/`.

use std::fmt;

/// The registry that is meant when none is named.
const DEFAULT_DOMAIN: &str = "docker.io";
/// Where its images without an owner lie.
const DEFAULT_OWNER: &str = "library";

/// An image reference, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The registry's host and port, the default one included.
    pub domain: String,
    /// The path in the registry, `library/` included.
    pub path: String,
    /// The tag, if there is one.
    pub tag: Option<String>,
    /// The digest with its algorithm, if there is one.
    pub digest: Option<String>,
}

/// Why a text is no image reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ReferenceError {
    /// Byte offset of what is wrong.
    pub offset: usize,
    /// What is wrong.
    pub kind: ReferenceFault,
}

/// What is wrong with an image reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceFault {
    /// Nothing there.
    #[error("an image reference must not be empty")]
    Empty,
    /// A capital letter in the path.
    #[error("the repository name of an image must be lowercase")]
    Uppercase,
    /// A character that cannot stand there.
    #[error("`{0}` cannot stand in the repository name of an image")]
    Character(char),
    /// Two separators in a row, or one at an end.
    #[error("a repository name's parts are letters and digits, joined by single `.`, `_`, `__` or `-`s")]
    Separator,
    /// An empty or malformed tag.
    #[error("a tag has 1 to 128 letters, digits, `_`, `.` and `-`, and begins with none of the latter two")]
    Tag,
    /// A malformed digest.
    #[error("a digest is an algorithm and at least 32 hex digits, such as `sha256:…`")]
    Digest,
    /// A bare image id.
    #[error("64 hex digits are an image id, not a repository name")]
    Id,
}

impl Reference {
    /// Takes a reference apart.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let fault = |offset, kind| ReferenceError { offset, kind };
        if text.is_empty() {
            return Err(fault(0, ReferenceFault::Empty));
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) if is_digest(digest) => (rest, Some(digest.to_owned())),
            Some((rest, _)) => return Err(fault(rest.len() + 1, ReferenceFault::Digest)),
            None => (text, None),
        };
        let (name, tag) = match rest.rfind(':') {
            // A colon before a slash belongs to a port.
            Some(at) if !rest[at..].contains('/') => (&rest[..at], Some(&rest[at + 1..])),
            _ => (rest, None),
        };
        if let Some(tag) = tag
            && !is_tag(tag)
        {
            return Err(fault(name.len() + 1, ReferenceFault::Tag));
        }
        let (domain, path) = domain_and_path(name);
        if path.len() == 64 && domain.is_none() && path.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(fault(0, ReferenceFault::Id));
        }
        check_path(path).map_err(|error| fault(name.len() - path.len() + error.offset, error.kind))?;
        let domain = domain.unwrap_or(DEFAULT_DOMAIN);
        let domain = if domain == "index.docker.io" { DEFAULT_DOMAIN } else { domain };
        let path = if domain == DEFAULT_DOMAIN && !path.contains('/') {
            format!("{DEFAULT_OWNER}/{path}")
        } else {
            path.to_owned()
        };
        Ok(Self { domain: domain.to_owned(), path, tag: tag.map(ToOwned::to_owned), digest })
    }

    /// The same with the tag `latest`, if it has neither tag nor digest.
    #[must_use]
    pub fn with_default_tag(mut self) -> Self {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some("latest".to_owned());
        }
        self
    }

    /// Domain and path, as people write them: without the default ones.
    #[must_use]
    pub fn familiar_name(&self) -> String {
        if self.domain == DEFAULT_DOMAIN {
            let path = self.path.strip_prefix(DEFAULT_OWNER).and_then(|path| path.strip_prefix('/'));
            path.unwrap_or(&self.path).to_owned()
        } else {
            format!("{}/{}", self.domain, self.path)
        }
    }

    /// The whole reference, as people write it: without the default domain and owner.
    #[must_use]
    pub fn familiar(&self) -> String {
        self.suffixed(self.familiar_name())
    }

    fn suffixed(&self, name: String) -> String {
        let mut text = name;
        if let Some(tag) = &self.tag {
            text.push(':');
            text.push_str(tag);
        }
        if let Some(digest) = &self.digest {
            text.push('@');
            text.push_str(digest);
        }
        text
    }
}

impl fmt::Display for Reference {
    /// The whole reference with its domain: `docker.io/library/redis:7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.suffixed(format!("{}/{}", self.domain, self.path)))
    }
}

/// The first part is a domain if it could be no owner: it has a dot, a colon or a capital letter, or is `localhost`.
fn domain_and_path(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, path))
            if first.contains(['.', ':'])
                || first == "localhost"
                || first.bytes().any(|byte| byte.is_ascii_uppercase()) =>
        {
            (Some(first), path)
        }
        _ => (None, name),
    }
}

fn check_path(path: &str) -> Result<(), ReferenceError> {
    let mut offset = 0;
    for part in path.split('/') {
        check_part(part)
            .map_err(|error| ReferenceError { offset: offset + error.offset, kind: error.kind })?;
        offset += part.len() + 1;
    }
    Ok(())
}

fn check_part(part: &str) -> Result<(), ReferenceError> {
    let mut separator = String::new();
    let mut any = false;
    for (offset, character) in part.char_indices() {
        match character {
            'a'..='z' | '0'..='9' => {
                let fits = matches!(separator.as_str(), "" | "." | "_" | "__")
                    || separator.chars().all(|one| one == '-');
                if !fits || (!any && !separator.is_empty()) {
                    return Err(ReferenceError { offset, kind: ReferenceFault::Separator });
                }
                separator.clear();
                any = true;
            }
            '.' | '_' | '-' => separator.push(character),
            'A'..='Z' => return Err(ReferenceError { offset, kind: ReferenceFault::Uppercase }),
            other => return Err(ReferenceError { offset, kind: ReferenceFault::Character(other) }),
        }
    }
    if any && separator.is_empty() {
        Ok(())
    } else {
        Err(ReferenceError { offset: part.len().saturating_sub(1), kind: ReferenceFault::Separator })
    }
}

fn is_tag(tag: &str) -> bool {
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    (1..=128).contains(&tag.len())
        && tag.starts_with(word)
        && tag.chars().all(|character| word(character) || matches!(character, '.' | '-'))
}

fn is_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm.starts_with(|first: char| first.is_ascii_alphabetic())
            && algorithm
                .chars()
                .all(|one| one.is_ascii_alphanumeric() || matches!(one, '+' | '.' | '-' | '_'))
            && hex.len() >= 32
            && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(text: &str) -> String {
        Reference::parse(text).expect(text).with_default_tag().to_string()
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        assert_eq!(full("redis"), "docker.io/library/redis:latest");
        assert_eq!(full("redis:7"), "docker.io/library/redis:7");
        assert_eq!(full("me/app"), "docker.io/me/app:latest");
        assert_eq!(full("localhost/app"), "localhost/app:latest");
        assert_eq!(full("127.0.0.1:5000/a/b:1.2"), "127.0.0.1:5000/a/b:1.2");
        assert_eq!(full("localhost:5000/app"), "localhost:5000/app:latest");
    }

    #[test]
    fn a_digest_stands_in_for_a_tag() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let reference = Reference::parse(&format!("redis@{digest}")).expect("a reference").with_default_tag();
        assert_eq!(reference.tag, None);
        assert_eq!(reference.familiar(), format!("redis@{digest}"));
        assert_eq!(full(&format!("redis:7@{digest}")), format!("docker.io/library/redis:7@{digest}"));
    }

    #[test]
    fn people_see_it_as_they_write_it() {
        for text in ["redis:7", "me/app:1", "localhost:5000/app:x"] {
            assert_eq!(Reference::parse(text).expect(text).familiar(), text);
        }
        assert_eq!(Reference::parse("docker.io/library/redis").expect("a reference").familiar(), "redis");
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        let cases = [
            ("", 0, ReferenceFault::Empty),
            ("Redis", 0, ReferenceFault::Uppercase),
            ("me/App", 3, ReferenceFault::Uppercase),
            ("re dis", 2, ReferenceFault::Character(' ')),
            ("redis:", 6, ReferenceFault::Tag),
            ("redis:-x", 6, ReferenceFault::Tag),
            ("redis@sha256:12", 6, ReferenceFault::Digest),
            ("me//app", 3, ReferenceFault::Separator),
            ("a..b", 3, ReferenceFault::Separator),
            ("-a", 1, ReferenceFault::Separator),
            ("a-", 1, ReferenceFault::Separator),
        ];
        for (text, offset, kind) in cases {
            assert_eq!(Reference::parse(text), Err(ReferenceError { offset, kind }), "{text}");
        }
        assert_eq!(
            Reference::parse(&"a".repeat(64)),
            Err(ReferenceError { offset: 0, kind: ReferenceFault::Id })
        );
    }
}
