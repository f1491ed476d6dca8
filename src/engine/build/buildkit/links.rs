//! Paths with the links on them followed, so that what a link leads to is sent with it. The root of the folder is the
//! root of all paths: a link never leads out of it.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use crate::syntax::{Ignore, clean_path};

/// So many steps are taken at most: links may lead in circles, and multiply.
const STEPS: usize = 10_000;

/// All paths that must be sent for these to be there. The last part of each step may be a pattern.
pub(super) fn resolve(root: &Path, paths: &[String]) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut open: VecDeque<String> = paths.iter().map(|path| inside(path)).collect();
    let mut steps = 0;
    while let Some(path) = open.pop_front() {
        let parts: Vec<&str> = path.split('/').collect();
        for end in 1..=parts.len() {
            steps += 1;
            if steps > STEPS {
                return found.into_iter().collect();
            }
            let current = parts[..end].join("/");
            let targets = targets(root, &current);
            if targets.is_empty() && end < parts.len() {
                continue;
            }
            if found.insert(current) {
                let rest = parts[end..].join("/");
                open.extend(targets.iter().map(|target| inside(&format!("{target}/{rest}"))));
            }
            break;
        }
    }
    found.into_iter().collect()
}

/// Where a path (or what matches its last part) leads, if it is a link; not further than the root.
fn targets(root: &Path, path: &str) -> Vec<String> {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let target = |path: &str, parent: &str| {
        let target = fs::read_link(root.join(path)).ok()?;
        let target = target.to_string_lossy();
        Some(if target.starts_with('/') { inside(&target) } else { inside(&format!("{parent}/{target}")) })
    };
    if !name.contains(['*', '?', '[', '\\']) {
        return target(path, parent).into_iter().collect();
    }
    let (Ok(pattern), Ok(entries)) = (Ignore::new([name]), fs::read_dir(root.join(parent))) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let matching = names.filter(|name| pattern.ignores(name));
    matching.filter_map(|name| target(&inside(&format!("{parent}/{name}")), parent)).collect()
}

/// The path from the root, without `.` and `..`; these end at the root.
fn inside(path: &str) -> String {
    clean_path(&format!("/{path}")).trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn resolved(root: &Path, paths: &[&str]) -> Vec<String> {
        resolve(root, &paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn links_on_a_path_are_followed_and_never_lead_out() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("real/deep")).unwrap();
        symlink("real", root.path().join("link")).unwrap();
        symlink("/../../real/deep", root.path().join("absolute")).unwrap();
        symlink("../../../etc", root.path().join("real/out")).unwrap();
        assert_eq!(resolved(root.path(), &["link/deep/file"]), ["link", "real/deep/file"]);
        assert_eq!(resolved(root.path(), &["absolute"]), ["absolute", "real/deep"]);
        assert_eq!(resolved(root.path(), &["real/out/passwd"]), ["etc/passwd", "real/out"]);
        assert_eq!(resolved(root.path(), &["l*"]), ["l*", "real"]);
        assert_eq!(resolved(root.path(), &["missing/x", "../up"]), ["missing/x", "up"]);
    }

    #[test]
    fn links_that_lead_in_circles_come_to_an_end() {
        let root = tempfile::tempdir().unwrap();
        symlink("b", root.path().join("a")).unwrap();
        symlink("a", root.path().join("b")).unwrap();
        symlink("self/x", root.path().join("self")).unwrap();
        assert_eq!(resolved(root.path(), &["a/f"]), ["a", "b"]);
        assert_eq!(resolved(root.path(), &["self"]), ["self"]);
    }
}
