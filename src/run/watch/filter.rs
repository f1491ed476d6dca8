//! What is left out of a watched tree. No file system.

use std::path::{Path, PathBuf};

use crate::syntax::{Ignore, IgnoreError};

/// Never of interest to a container: version control, and what editors write on the way to a save. The list is the peer's.
const ALWAYS: [&str; 16] = [
    "**/.git",
    "**/*___jb_old___",
    "**/*___jb_tmp___",
    "**/.idea/**",
    "**/.#*",
    "**/#*#",
    "**/4913",
    "**/*~",
    "**/.*.swp",
    "**/.*.swx",
    "**/.*.swo",
    "**/.*.swn",
    "**/.*.kate-swp",
    "**/*-go-tmp-umask",
    "**/.goutputstream-*",
    "**/.DS_Store",
];

/// Which paths below a rule's own path concern it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    root: PathBuf,
    /// Patterns, each list with the folder that it is anchored at.
    layers: Vec<(PathBuf, Ignore)>,
    include: Option<Ignore>,
}

impl Filter {
    /// What concerns a rule on `root`: all but what is always left out, what `ignore` names, and what the `.dockerignore`
    /// of a build context names; and if `include` names anything, only that.
    pub fn new(
        root: &Path,
        lists: (&[String], &[String]),
        context: Option<(PathBuf, Ignore)>,
    ) -> Result<Self, IgnoreError> {
        let (ignore, include) = lists;
        let read = |list: &[String]| Ignore::new(list.iter().map(String::as_str));
        let mut layers =
            vec![(root.to_path_buf(), Ignore::new(ALWAYS)?), (root.to_path_buf(), read(ignore)?)];
        layers.extend(context);
        layers.retain(|(_, patterns)| !patterns.is_empty());
        let include = if include.is_empty() { None } else { Some(read(include)?) };
        Ok(Self { root: root.to_path_buf(), layers, include })
    }

    /// True if a change of this file concerns the rule. The rule's own path always does.
    #[must_use]
    pub fn takes(&self, path: &Path) -> bool {
        let Ok(inside) = path.strip_prefix(&self.root) else { return false };
        if inside.as_os_str().is_empty() {
            return true;
        }
        !self.ignores(path) && self.includes(path)
    }

    /// True if something is known of the rule's tree: what it takes, and the folders on the way there.
    #[must_use]
    pub fn keeps(&self, path: &Path, folder: bool) -> bool {
        if folder { path.starts_with(&self.root) && !self.ignores(path) } else { self.takes(path) }
    }

    fn includes(&self, path: &Path) -> bool {
        self.include
            .as_ref()
            .is_none_or(|include| include.ignores(&slashed(path, &self.root).unwrap_or_default()))
    }

    /// True if only some files are wanted, so that folders go along with their files alone.
    #[must_use]
    pub fn is_selective(&self) -> bool {
        self.include.is_some()
    }

    /// True if nothing in this folder can concern the rule: it is neither read nor watched.
    #[must_use]
    pub fn prunes(&self, folder: &Path) -> bool {
        folder != self.root
            && self.layers.iter().any(|(anchor, patterns)| {
                slashed(folder, anchor).is_some_and(|inside| patterns.prunes(&inside))
            })
    }

    /// True if a path lies in a folder that is not looked into.
    #[must_use]
    pub fn is_hidden(&self, path: &Path) -> bool {
        let above = path.ancestors().skip(1).take_while(|above| above.starts_with(&self.root));
        above.into_iter().any(|folder| self.prunes(folder))
    }

    fn ignores(&self, path: &Path) -> bool {
        path != self.root
            && self.layers.iter().any(|(anchor, patterns)| {
                slashed(path, anchor).is_some_and(|inside| patterns.ignores(&inside))
            })
    }
}

/// A path below an anchor as patterns see it.
fn slashed(path: &Path, anchor: &Path) -> Option<String> {
    let inside = path.strip_prefix(anchor).ok()?.to_string_lossy().into_owned();
    (!inside.is_empty()).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(ignore: &[&str], include: &[&str], docker: &str) -> Filter {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let context = Some((PathBuf::from("/p"), Ignore::parse(docker).expect("patterns")));
        Filter::new(Path::new("/p/src"), (&list(ignore), &list(include)), context).expect("patterns")
    }

    fn takes(filter: &Filter, path: &str) -> bool {
        filter.takes(Path::new(path))
    }

    #[test]
    fn patterns_of_a_rule_start_at_its_path_and_those_of_dockerignore_at_the_context() {
        let filter = filter(&["node_modules", "*.log"], &[], "src/secret\n**/tmp");
        assert!(takes(&filter, "/p/src/a.js"));
        assert!(takes(&filter, "/p/src/lib/node_modules"), "patterns are anchored");
        for out in ["/p/src/node_modules/x/y", "/p/src/a.log", "/p/src/secret", "/p/src/x/tmp/y", "/p/other"]
        {
            assert!(!takes(&filter, out), "{out}");
        }
    }

    #[test]
    fn what_editors_write_on_the_way_is_left_out() {
        let filter = filter(&[], &[], "");
        for out in ["a.js~", ".a.js.swp", "4913", ".git/index", "x/.git", ".idea/w.xml", "#a#", ".#a"] {
            assert!(!takes(&filter, &format!("/p/src/{out}")), "{out}");
        }
        assert!(takes(&filter, "/p/src/.env") && takes(&filter, "/p/src/.github"));
    }

    #[test]
    fn include_narrows_and_ignore_narrows_further() {
        let filter = filter(&["gen"], &["**/*.rs"], "");
        assert!(takes(&filter, "/p/src/a/b.rs"));
        assert!(!takes(&filter, "/p/src/a/b.txt"));
        assert!(!takes(&filter, "/p/src/gen/b.rs"));
    }

    #[test]
    fn an_ignored_folder_is_not_looked_into_unless_something_in_it_is_taken_back() {
        let filter = filter(&["node_modules", "dist", "!dist/keep"], &[], "");
        assert!(filter.prunes(Path::new("/p/src/node_modules")));
        assert!(filter.is_hidden(Path::new("/p/src/node_modules/a/b")));
        assert!(!filter.prunes(Path::new("/p/src/dist")));
        assert!(takes(&filter, "/p/src/dist/keep") && !takes(&filter, "/p/src/dist/other"));
    }

    #[test]
    fn a_rule_on_one_file_takes_it_whatever_is_ignored() {
        let docker = Some((PathBuf::from("/p"), Ignore::parse("*").expect("patterns")));
        let filter = Filter::new(Path::new("/p/package.json"), (&[], &[]), docker).expect("patterns");
        assert!(takes(&filter, "/p/package.json") && !takes(&filter, "/p/package.json2"));
    }
}
