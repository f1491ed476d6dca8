//! `./data:/var/lib/data:ro,z`: a mount in one line.

use std::ops::Range;

use thiserror::Error;

use super::clean_path;

/// What one line says about a mount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShortMount {
    /// True if the source is a path of the host and not the name of a volume.
    pub is_bind: bool,
    /// The path or name; `None` for a volume without a name.
    pub source: Option<String>,
    /// Where it appears in the container.
    pub target: String,
    /// `ro`.
    pub read_only: bool,
    /// `nocopy`.
    pub nocopy: bool,
    /// `rshared` and the like.
    pub propagation: Option<String>,
    /// `z` or `Z`.
    pub selinux: Option<String>,
}

/// A line that is no mount.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct MountError {
    /// The bytes at fault.
    pub at: Range<usize>,
    /// What is wrong.
    pub fault: MountFault,
}

/// What is wrong with a line that is to be a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MountFault {
    /// Nothing at all.
    #[error("empty volume")]
    Empty,
    /// Nothing between two colons, or before the first or after the last one.
    #[error("nothing between two colons")]
    EmptyPart,
    /// More than `source:target:options`.
    #[error("too many colons")]
    TooManyColons,
}

const PROPAGATIONS: &[&str] = &["rprivate", "private", "rshared", "shared", "rslave", "slave"];

impl ShortMount {
    /// Reads a line.
    pub fn parse(text: &str) -> Result<Self, MountError> {
        // One or two bytes are a path in the container, whatever they are.
        if text.len() < 3 {
            return match text {
                "" => Err(MountError { at: 0..0, fault: MountFault::Empty }),
                text => Ok(Self { target: clean_path(text), ..Self::default() }),
            };
        }
        let parts = split(text);
        if let Some(empty) = parts.iter().find(|part| part.is_empty()) {
            return Err(MountError { at: empty.clone(), fault: MountFault::EmptyPart });
        }
        let part = |range: &Range<usize>| &text[range.clone()];
        let mut mount = Self::default();
        match &parts[..] {
            [target] => mount.target = clean_path(part(target)),
            [source, target, options @ ..] => {
                if let [_, extra, ..] = options {
                    return Err(MountError {
                        at: extra.start - 1..text.len(),
                        fault: MountFault::TooManyColons,
                    });
                }
                mount.source = Some(part(source).to_owned());
                mount.is_bind = is_path(part(source));
                mount.target = clean_path(part(target));
                for option in options.iter().flat_map(|options| part(options).split(',')) {
                    mount.set(option);
                }
            }
            [] => {}
        }
        Ok(mount)
    }

    /// Takes an option over; one that is not known means nothing.
    fn set(&mut self, option: &str) {
        match option {
            "ro" => self.read_only = true,
            "rw" => self.read_only = false,
            "nocopy" => self.nocopy = true,
            "z" | "Z" => self.selinux = Some(option.to_owned()),
            option if PROPAGATIONS.contains(&option) => self.propagation = Some(option.to_owned()),
            _ => {}
        }
    }
}

/// The parts between the colons, of which those after a single letter (a drive of Windows) and inside `${...}` are
/// none.
fn split(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut braces = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '$' if text[at + 1..].starts_with('{') => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            ':' if braces == 0 && !is_letter(&text[start..at]) => {
                parts.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(start..text.len());
    parts
}

fn is_letter(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(char::is_alphabetic) && characters.next().is_none()
}

/// True for a source that is a path: it says so by its first letter, or has a drive.
fn is_path(source: &str) -> bool {
    source.starts_with(['.', '/', '~'])
        || source.starts_with("\\\\")
        || source.split_once(':').is_some_and(|(drive, _)| is_letter(drive))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match ShortMount::parse(text) {
            Ok(mount) => format!(
                "{} {} -> {}{}{}{}{}",
                if mount.is_bind { "bind" } else { "volume" },
                mount.source.as_deref().unwrap_or("-"),
                mount.target,
                if mount.read_only { " ro" } else { "" },
                if mount.nocopy { " nocopy" } else { "" },
                mount.propagation.map(|mode| format!(" {mode}")).unwrap_or_default(),
                mount.selinux.map(|label| format!(" {label}")).unwrap_or_default(),
            ),
            Err(error) => format!("{error} at {:?}", error.at),
        }
    }

    #[test]
    fn the_first_letter_of_the_source_tells_a_path_from_a_volume() {
        for (text, said) in [
            ("./a:/b", "bind ./a -> /b"),
            ("..:/x", "bind .. -> /x"),
            ("~/a:/b", "bind ~/a -> /b"),
            ("\\\\srv\\x:/y", "bind \\\\srv\\x -> /y"),
            ("C:\\x:D:\\y:ro", "bind C:\\x -> D:\\y ro"),
            ("data:/b", "volume data -> /b"),
            ("a/b:/c", "volume a/b -> /c"),
            ("\\x:/y", "volume \\x -> /y"),
            ("/anon", "volume - -> /anon"),
            ("/a", "volume - -> /a"),
            ("a:", "volume - -> a:"),
        ] {
            assert_eq!(shown(text), said, "{text}");
        }
    }

    #[test]
    fn one_letter_before_a_colon_is_a_drive() {
        assert_eq!(shown("v:/v"), "volume - -> v:/v");
        assert_eq!(shown("a:/b:ro"), "bind a:/b -> ro");
    }

    #[test]
    fn options_are_known_ones_and_targets_are_cleaned() {
        assert_eq!(shown("./a:/b/../c//d/:slave,ro,z,Z,what"), "bind ./a -> /c/d ro slave Z");
        assert_eq!(shown("data:/b:nocopy,ro,rw"), "volume data -> /b nocopy");
    }

    #[test]
    fn colons_inside_a_variable_part_nothing() {
        assert_eq!(shown("${X:-./v}:/b:ro"), "volume ${X:-./v} -> /b ro");
    }

    #[test]
    fn a_fault_points_at_its_colon() {
        assert_eq!(shown(""), "empty volume at 0..0");
        assert_eq!(shown("/a:/b:"), "nothing between two colons at 6..6");
        assert_eq!(shown(":/b"), "nothing between two colons at 0..0");
        assert_eq!(shown("ab:/cd:ef:ro"), "too many colons at 9..12");
    }
}
