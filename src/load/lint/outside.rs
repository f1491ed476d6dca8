//! Files that lie elsewhere.

use std::path::{Component, Path as FilePath, PathBuf};

use super::finding::{Finding, Lint, Subject};
use crate::diag::{Problems, Span};
use crate::yaml::{Map, Node, Path, Value, parse};

/// A path that a compose file names.
struct Named {
    /// What names it: `include`, `env_file`, ...
    by: &'static str,
    text: String,
    span: Span,
    about: Path,
}

/// Files that the load reads, or that containers are given, from outside the project: by `..`, by an absolute path, or
/// by a symbolic link.
pub(super) fn paths(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let home = subject.loaded.directory.as_path();
    let real_home = subject.files.canonicalize(home).unwrap_or_else(|_| home.to_owned());
    for named in in_tree(subject).into_iter().chain(in_documents(subject)) {
        let path = plain(&home.join(&named.text));
        let how = if !path.starts_with(home) {
            "a file outside the project directory"
        } else if subject.files.canonicalize(&path).is_ok_and(|real| !real.starts_with(&real_home)) {
            "a symbolic link that leads out of the project directory"
        } else {
            continue;
        };
        findings.push(
            lint.about(named.about, format!("`{}` names {how}", named.by))
                .at(named.span, "read from elsewhere")
                .help("who copies the project misses this file; what it holds, the containers may see"),
        );
    }
}

/// The path without `.` and `..`, links not followed.
fn plain(path: &FilePath) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// What the final tree still names: there, paths are absolute.
fn in_tree(subject: &Subject<'_>) -> Vec<Named> {
    let mut out = Vec::new();
    for (section, by) in [("secrets", "secrets.file"), ("configs", "configs.file")] {
        for (name, entry) in subject.scene.section(section).into_iter().flat_map(Map::iter) {
            if let Some(node) = entry.node.get("file") {
                out.extend(named(by, node, &Path::keys([section, name])));
            }
        }
    }
    for service in subject.scene.all_services() {
        let about = Path::keys(["services", service.name]);
        for item in service.items(&["env_file"]) {
            out.extend(item.get("path").into_iter().filter_map(|node| named("env_file", node, &about)));
        }
        for item in service.items(&["label_file"]) {
            out.extend(named("label_file", item, &about));
        }
    }
    out
}

/// What is gone from the final tree because it was followed: read again from the texts.
fn in_documents(subject: &Subject<'_>) -> Vec<Named> {
    let mut out = Vec::new();
    for (id, source) in subject.loaded.sources.iter() {
        let mut unheard = Problems::default();
        for document in parse(id, source.text(), &mut unheard) {
            let items = document.get("include").and_then(Node::as_seq).unwrap_or(&[]);
            for item in items {
                let paths = item.get("path").unwrap_or(item);
                let list = paths.as_seq().unwrap_or(std::slice::from_ref(paths));
                out.extend(list.iter().filter_map(|node| named("include", node, &Path::root())));
            }
            for (name, entry) in
                document.get("services").and_then(Node::as_map).into_iter().flat_map(Map::iter)
            {
                let file = entry.node.get("extends").and_then(|extends| extends.get("file"));
                let about = Path::keys(["services", name]);
                out.extend(file.into_iter().filter_map(|node| named("extends", node, &about)));
            }
        }
    }
    out
}

fn named(by: &'static str, node: &Node, about: &Path) -> Option<Named> {
    match &node.value {
        // Variables were not filled in where texts are read again.
        Value::String(text) if !text.contains('$') && !text.contains("://") && !text.is_empty() => {
            Some(Named { by, text: text.clone(), span: node.span, about: about.clone() })
        }
        _ => None,
    }
}
