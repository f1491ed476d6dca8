//! What a watched tree looked like when it was last looked at, and so what changed since. No file system.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The hash of a file's content.
pub(super) type Digest = [u8; 32];

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file.
    File {
        /// Bytes.
        size: u64,
        /// Of its content, if it was read.
        digest: Option<Digest>,
    },
    /// A folder.
    Folder,
    /// A symbolic link, and where it leads.
    Link(PathBuf),
}

/// Something in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What.
    pub(super) kind: Kind,
    /// Permissions.
    pub(super) mode: u32,
    /// Seconds and nanoseconds since 1970.
    pub(super) modified: (i64, i64),
}

/// How what stands there now relates to what was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// Nothing that a container would see.
    Same,
    /// A file that was written and may have the same content as before: this one.
    Touched(Digest),
    /// Not the same.
    Changed,
}

/// The paths that concern a rule, absolute, with what stands there.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    entries: BTreeMap<PathBuf, Entry>,
}

impl Tree {
    /// Compares without reading any content.
    pub(super) fn compare(&self, path: &Path, now: &Entry) -> Comparison {
        let Some(before) = self.entries.get(path) else { return Comparison::Changed };
        if before.mode != now.mode {
            return Comparison::Changed;
        }
        match (&before.kind, &now.kind) {
            (Kind::Folder, Kind::Folder) => Comparison::Same,
            (Kind::Link(one), Kind::Link(other)) if one == other => Comparison::Same,
            (Kind::File { size: one, digest }, Kind::File { size: other, .. }) if one == other => {
                match digest {
                    _ if before.modified == now.modified => Comparison::Same,
                    Some(digest) => Comparison::Touched(*digest),
                    None => Comparison::Changed,
                }
            }
            _ => Comparison::Changed,
        }
    }

    /// Takes over what stands there now. What is known of its content is kept if it is given.
    pub(super) fn put(&mut self, path: &Path, entry: Entry) {
        self.entries.insert(path.to_path_buf(), entry);
    }

    /// What a file's content was when it was read last.
    pub(super) fn learn(&mut self, path: &Path, known: (u64, Digest)) {
        if let Some(Entry { kind: Kind::File { size, digest }, .. }) = self.entries.get_mut(path)
            && *size == known.0
        {
            *digest = Some(known.1);
        }
    }

    /// Forgets a path and all below it; true if there was anything.
    pub(super) fn remove(&mut self, path: &Path) -> bool {
        let doomed: Vec<PathBuf> = self.below(path).map(|(path, _)| path.clone()).collect();
        for path in &doomed {
            self.entries.remove(path);
        }
        !doomed.is_empty()
    }

    /// A path and all below it.
    pub(super) fn below(&self, path: &Path) -> impl Iterator<Item = (&PathBuf, &Entry)> {
        let start = path.to_path_buf();
        let above = path.to_path_buf();
        self.entries.range(start..).take_while(move |(path, _)| path.starts_with(&above))
    }

    /// What is at a path.
    pub(super) fn get(&self, path: &Path) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(size: u64, modified: i64, digest: Option<Digest>) -> Entry {
        Entry { kind: Kind::File { size, digest }, mode: 0o644, modified: (modified, 0) }
    }

    #[test]
    fn size_then_time_then_content_decide() {
        let mut tree = Tree::default();
        let path = Path::new("/s/a");
        tree.put(path, file(3, 1, Some([7; 32])));
        assert_eq!(tree.compare(path, &file(3, 1, None)), Comparison::Same);
        assert_eq!(tree.compare(path, &file(4, 1, None)), Comparison::Changed);
        assert_eq!(tree.compare(path, &file(3, 2, None)), Comparison::Touched([7; 32]));
        tree.put(path, file(3, 1, None));
        assert_eq!(tree.compare(path, &file(3, 2, None)), Comparison::Changed, "nothing to compare with");
    }

    #[test]
    fn permissions_kinds_and_links_that_lead_elsewhere_are_changes() {
        let mut tree = Tree::default();
        let path = Path::new("/s/a");
        tree.put(path, file(3, 1, None));
        assert_eq!(tree.compare(path, &Entry { mode: 0o755, ..file(3, 1, None) }), Comparison::Changed);
        let link = |to: &str| Entry { kind: Kind::Link(to.into()), ..file(0, 1, None) };
        assert_eq!(tree.compare(path, &link("b")), Comparison::Changed);
        tree.put(path, link("b"));
        assert_eq!(tree.compare(path, &Entry { modified: (9, 9), ..link("b") }), Comparison::Same);
        assert_eq!(tree.compare(path, &link("c")), Comparison::Changed);
    }

    #[test]
    fn a_folder_goes_with_all_that_is_in_it_and_with_nothing_beside_it() {
        let mut tree = Tree::default();
        for path in ["/s/d", "/s/d/x", "/s/d/y/z", "/s/d.txt", "/s/da"] {
            tree.put(Path::new(path), file(1, 1, None));
        }
        assert!(tree.remove(Path::new("/s/d")));
        assert_eq!(tree.len(), 2);
        assert!(!tree.remove(Path::new("/s/d")));
    }
}
