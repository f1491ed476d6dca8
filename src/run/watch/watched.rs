//! A rule with what is known of its tree: what stirs in the file system becomes changes.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::outbox::{Change, Outbox, What};
use super::rule::Rule;
use super::scan::{digest, look, walk};
use super::tree::{Comparison, Digest, Entry, Kind, Tree};

/// Files up to this size are read at the start, so that a save that changes nothing is known for one.
const SMALL: u64 = 256 * 1024;
/// And so many bytes of them in all.
const BUDGET: u64 = 32 * 1024 * 1024;

/// A rule with what is known of its tree.
#[derive(Debug)]
pub struct Watched {
    /// The rule.
    pub rule: Rule,
    tree: Tree,
    /// What came since the watch began, or since images were made last.
    passing: BTreeSet<PathBuf>,
}

/// What looking again brought to light.
#[derive(Debug, Default)]
pub struct Refreshed {
    /// Changes, with their paths in the container.
    pub changes: Vec<(PathBuf, Change)>,
    /// Folders to be watched from now on.
    pub folders: Vec<PathBuf>,
    /// What could not be read.
    pub unreadable: Vec<(PathBuf, io::Error)>,
}

impl Watched {
    /// Looks at a rule's tree for the first time: what is there is taken for what the
    /// container has. Nothing is watched yet: look at all of it again once something tells of changes.
    #[must_use]
    pub fn begin(rule: Rule) -> Self {
        let found = walk(&rule.path, &rule.filter);
        let mut watched = Self { rule, tree: Tree::default(), passing: BTreeSet::new() };
        let mut budget = BUDGET;
        for (path, mut entry) in found.entries {
            if let Kind::File { size, digest: known } = &mut entry.kind
                && *size <= SMALL.min(budget)
                && watched.rule.copies()
            {
                budget -= *size;
                *known = digest(&path).ok();
            }
            watched.tree.put(&path, entry);
        }
        watched
    }

    /// The folder in which the rule's own path comes and goes: its nearest one that is there.
    #[must_use]
    pub fn anchor(&self) -> PathBuf {
        let above = self.rule.path.ancestors().skip(1).find(|above| above.is_dir());
        above.unwrap_or(Path::new("/")).to_path_buf()
    }

    /// True if a path may be of interest, by its name alone.
    #[must_use]
    pub fn concerns(&self, path: &Path) -> bool {
        if self.rule.path.starts_with(path) {
            return true;
        }
        let filter = &self.rule.filter;
        path.starts_with(&self.rule.path)
            && !filter.prunes(path)
            && !filter.is_hidden(path)
            && (filter.keeps(path, true) || filter.takes(path))
    }

    /// Looks at a path again, and at all below it if it is a folder.
    pub fn refresh(&mut self, path: &Path) -> Refreshed {
        let mut seen = Refreshed::default();
        if !self.concerns(path) {
            return seen;
        }
        let path = if path.starts_with(&self.rule.path) { path } else { &self.rule.path.clone() };
        match look(path) {
            Err(cause) => seen.unreadable.push((path.to_path_buf(), cause)),
            Ok(None) => self.gone(path, &mut seen),
            Ok(Some(entry)) if entry.kind == Kind::Folder => self.folder(path, &mut seen),
            Ok(Some(entry)) => self.seen(path, entry, &mut seen),
        }
        if path == self.rule.path {
            seen.folders.push(self.anchor());
        }
        seen
    }

    /// Looks at everything again.
    pub fn refresh_all(&mut self) -> Refreshed {
        let path = self.rule.path.clone();
        self.refresh(&path)
    }

    /// Everything, for a container that has nothing yet.
    #[must_use]
    pub fn everything(&self) -> Outbox {
        let mut outbox = Outbox::default();
        for (path, _) in self.tree.below(&self.rule.path) {
            if let Some(target) = self.rule.target_of(path) {
                outbox.add(&target, Change { source: path.clone(), what: What::Put, passing: false });
            }
        }
        outbox
    }

    /// What a file's content was when it was sent: its size and hash.
    pub fn learn(&mut self, path: &Path, known: (u64, Digest)) {
        self.tree.learn(path, known);
    }

    /// An image is made, or was: it may have whatever is there by now.
    pub fn settle(&mut self) {
        self.passing.clear();
    }

    /// How many paths are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tree.len()
    }

    /// True if nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tree.len() == 0
    }

    fn gone(&mut self, path: &Path, seen: &mut Refreshed) {
        let was_folder = self.tree.get(path).is_some_and(|entry| entry.kind == Kind::Folder);
        if path == self.rule.path && was_folder {
            // The folder in the container stays: it may be where a process works.
            let children: Vec<PathBuf> = self
                .tree
                .below(path)
                .map(|(child, _)| child.clone())
                .filter(|child| child.parent() == Some(path))
                .collect();
            for child in &children {
                self.gone(child, seen);
            }
            self.tree.remove(path);
        } else if was_folder && self.rule.filter.is_selective() {
            // The container's folder may hold what was never ours.
            let files: Vec<PathBuf> = self.tree.below(path).map(|(known, _)| known.clone()).collect();
            for known in files {
                self.tell(&known, What::Erase, seen);
            }
            self.tree.remove(path);
        } else if self.tree.remove(path) {
            self.tell(path, What::Erase, seen);
        }
        while let Some(known) =
            self.passing.range(path.to_path_buf()..).next().filter(|known| known.starts_with(path))
        {
            let known = known.clone();
            self.passing.remove(&known);
        }
    }

    fn folder(&mut self, path: &Path, seen: &mut Refreshed) {
        let found = walk(path, &self.rule.filter);
        let there: BTreeSet<&Path> = found.entries.iter().map(|(path, _)| path.as_path()).collect();
        let missing: Vec<PathBuf> = self
            .tree
            .below(path)
            .map(|(known, _)| known)
            .filter(|known| !there.contains(known.as_path()))
            .cloned()
            .collect();
        for known in missing {
            // What lies in a folder that is missing went with it.
            self.gone(&known, seen);
        }
        for (path, entry) in found.entries {
            self.seen(&path, entry, seen);
        }
        seen.folders.extend(found.folders);
        seen.unreadable.extend(found.unreadable);
    }

    /// Something stands at a path.
    fn seen(&mut self, path: &Path, mut entry: Entry, seen: &mut Refreshed) {
        let folder = entry.kind == Kind::Folder;
        if !self.rule.filter.keeps(path, folder) {
            return;
        }
        let same = match self.tree.compare(path, &entry) {
            Comparison::Same => return,
            Comparison::Changed => false,
            Comparison::Touched(before) => {
                let now = digest(path).ok();
                if let Kind::File { digest, .. } = &mut entry.kind {
                    *digest = now;
                }
                now == Some(before)
            }
        };
        let was = self.tree.get(path).map(|entry| entry.kind == Kind::Folder);
        if was.is_none() {
            self.passing.insert(path.to_path_buf());
        }
        if was.is_some_and(|was| was != folder) {
            self.tree.remove(path);
            self.tell(path, What::Erase, seen);
        }
        self.tree.put(path, entry);
        if !same {
            self.tell(path, What::Put, seen);
        }
    }

    fn tell(&self, path: &Path, what: What, seen: &mut Refreshed) {
        let folder = self.tree.get(path).is_some_and(|entry| entry.kind == Kind::Folder);
        if folder && self.rule.filter.is_selective() {
            return;
        }
        let target = if self.rule.copies() { self.rule.target_of(path) } else { Some(PathBuf::new()) };
        if let Some(target) = target {
            let passing = self.passing.contains(path);
            seen.changes.push((target, Change { source: path.to_path_buf(), what, passing }));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::model::WatchAction;
    use crate::resource::HookSpec;
    use crate::run::watch::Filter;

    struct Scene {
        folder: tempfile::TempDir,
        watched: Watched,
    }

    impl Scene {
        fn of(files: &[(&str, &str)], ignore: &[&str]) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            for (name, content) in files {
                write(&folder.path().join("src").join(name), content);
            }
            let path = folder.path().join("src");
            let ignore: Vec<String> = ignore.iter().map(|name| (*name).to_owned()).collect();
            let rule = Rule {
                service: "a".to_owned(),
                action: WatchAction::Sync,
                filter: Filter::new(&path, (&ignore, &[]), None).expect("patterns"),
                path,
                target: "/app".into(),
                exec: HookSpec::default(),
                initial_sync: false,
            };
            let watched = Watched::begin(rule);
            Self { folder, watched }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join("src").join(name)
        }

        fn refresh(&mut self, name: &str) -> Vec<(String, What)> {
            let path = if name.is_empty() { self.folder.path().join("src") } else { self.path(name) };
            let changes = self.watched.refresh(&path).changes;
            changes.into_iter().map(|(target, change)| (target.display().to_string(), change.what)).collect()
        }
    }

    fn write(path: &Path, content: &str) {
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    fn put(path: &str) -> (String, What) {
        (path.to_owned(), What::Put)
    }

    fn erase(path: &str) -> (String, What) {
        (path.to_owned(), What::Erase)
    }

    #[test]
    fn a_save_is_a_change_and_a_save_of_the_same_is_none() {
        let mut scene = Scene::of(&[("f", "one")], &[]);
        write(&scene.path("f"), "one");
        assert_eq!(scene.refresh("f"), []);
        write(&scene.path("f"), "two");
        assert_eq!(scene.refresh("f"), [put("/app/f")]);
        assert_eq!(scene.refresh("f"), []);
    }

    #[test]
    fn a_new_folder_comes_with_all_that_is_in_it_and_without_what_is_ignored() {
        let mut scene = Scene::of(&[], &["d/no"]);
        write(&scene.path("d/x/y"), "");
        write(&scene.path("d/no/z"), "");
        let seen = scene.watched.refresh(&scene.path("d"));
        assert_eq!(seen.folders.len(), 2, "{:?}", seen.folders);
        let told: Vec<_> = seen.changes.iter().map(|(target, _)| target.display().to_string()).collect();
        assert_eq!(told, ["/app/d", "/app/d/x", "/app/d/x/y"]);
    }

    #[test]
    fn a_folder_that_was_swapped_loses_what_the_new_one_has_not() {
        let mut scene = Scene::of(&[("d/old", "1"), ("d/both", "1")], &[]);
        fs::rename(scene.path("d"), scene.folder.path().join("gone")).expect("renamed");
        write(&scene.path("d/both"), "2");
        write(&scene.path("d/new"), "1");
        assert_eq!(scene.refresh("d"), [erase("/app/d/old"), put("/app/d/both"), put("/app/d/new")]);
    }

    #[test]
    fn a_removed_folder_is_one_change_and_the_root_itself_stays() {
        let mut scene = Scene::of(&[("d/x", ""), ("d/y/z", ""), ("f", "")], &[]);
        fs::remove_dir_all(scene.path("d")).expect("removed");
        assert_eq!(scene.refresh("d"), [erase("/app/d")]);
        fs::remove_dir_all(scene.folder.path().join("src")).expect("removed");
        assert_eq!(scene.refresh(""), [erase("/app/f")]);
        write(&scene.path("f"), "");
        assert_eq!(scene.refresh(""), [put("/app"), put("/app/f")]);
    }

    #[test]
    fn a_file_that_becomes_a_folder_is_taken_away_first() {
        let mut scene = Scene::of(&[("f", "1")], &[]);
        fs::remove_file(scene.path("f")).expect("removed");
        write(&scene.path("f/x"), "");
        assert_eq!(scene.refresh("f"), [erase("/app/f"), put("/app/f"), put("/app/f/x")]);
    }

    #[test]
    fn what_came_after_the_start_passes_until_an_image_is_made() {
        let mut scene = Scene::of(&[("old", "")], &[]);
        let gone = |scene: &mut Scene, name: &str| {
            let path = scene.path(name);
            if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.expect("removed");
            scene.watched.refresh(&path).changes[0].1.passing
        };
        for name in ["new", "d/x", "built"] {
            write(&scene.path(name), "");
        }
        scene.watched.refresh_all();
        assert!(gone(&mut scene, "new") && gone(&mut scene, "d") && !gone(&mut scene, "old"));
        scene.watched.settle();
        assert!(!gone(&mut scene, "built"));
        write(&scene.path("old"), "");
        scene.watched.refresh_all();
        assert!(gone(&mut scene, "old"), "it had gone, and came again");
    }

    #[test]
    fn ignored_paths_concern_nobody() {
        let mut scene = Scene::of(&[("no/x", "1")], &["no"]);
        write(&scene.path("no/x"), "2");
        assert!(!scene.watched.concerns(&scene.path("no/x")));
        assert_eq!(scene.refresh("no/x"), []);
        assert_eq!(scene.watched.len(), 1);
    }
}
