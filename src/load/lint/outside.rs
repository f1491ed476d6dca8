//! Files that lie elsewhere.

use std::path::{Component, Path as FilePath, PathBuf};

use super::finding::{Finding, Lint, Subject};
use crate::diag::{Problems, Span};
use crate::load::Loaded;
use crate::yaml::{Map, Node, Path, Value, parse};

/// A path that a compose file names.
struct Named {
    /// What names it: `include`, `env_file`, ...
    by: &'static str,
    text: String,
    span: Span,
    about: Path,
    /// What it is relative to.
    base: PathBuf,
}

/// Files that the load reads, or that containers are given, from outside the project: by `..`, by an absolute path, or
/// by a symbolic link.
pub(super) fn paths(lint: &Lint, subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let home = subject.loaded.directory.as_path();
    let real_home = subject.files.canonicalize(home).unwrap_or_else(|_| home.to_owned());
    for named in in_tree(subject).into_iter().chain(in_documents(subject)) {
        let path = plain(&named.base.join(&named.text));
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
    let home = subject.loaded.directory.as_path();
    for (section, by) in [("secrets", "secrets.file"), ("configs", "configs.file")] {
        for (name, entry) in subject.scene.section(section).into_iter().flat_map(Map::iter) {
            if let Some(node) = entry.node.get("file") {
                out.extend(named(by, node, &Path::keys([section, name]), home));
            }
        }
    }
    for service in subject.scene.all_services() {
        let about = Path::keys(["services", service.name]);
        for item in service.items(&["env_file"]) {
            out.extend(item.get("path").into_iter().filter_map(|node| named("env_file", node, &about, home)));
        }
        for item in service.items(&["label_file"]) {
            out.extend(named("label_file", item, &about, home));
        }
    }
    out
}

/// What is gone from the final tree because it was followed: read again from the texts.
fn in_documents(subject: &Subject<'_>) -> Vec<Named> {
    let mut out = Vec::new();
    for (id, source) in subject.loaded.sources.iter() {
        let mut unheard = Problems::default();
        let base = base(subject, source.name());
        for document in parse(id, source.text(), &mut unheard) {
            let items = document.get("include").and_then(Node::as_seq).unwrap_or(&[]);
            for item in items {
                let paths = item.get("path").unwrap_or(item);
                let list = paths.as_seq().unwrap_or(std::slice::from_ref(paths));
                out.extend(list.iter().filter_map(|node| named("include", node, &Path::root(), &base)));
                let files = item.get("env_file");
                let files =
                    files.map_or(&[][..], |files| files.as_seq().unwrap_or(std::slice::from_ref(files)));
                out.extend(
                    files.iter().filter_map(|node| named("include.env_file", node, &Path::root(), &base)),
                );
            }
            for (name, entry) in
                document.get("services").and_then(Node::as_map).into_iter().flat_map(Map::iter)
            {
                let file = entry.node.get("extends").and_then(|extends| extends.get("file"));
                let about = Path::keys(["services", name]);
                out.extend(file.into_iter().filter_map(|node| named("extends", node, &about, &base)));
            }
        }
    }
    out
}

/// The directory that a text's paths are relative to: the project's for its own files, that of the text for others.
fn base(subject: &Subject<'_>, name: &str) -> PathBuf {
    let Loaded { files, directory, sources, .. } = subject.loaded;
    if files.iter().any(|file| FilePath::new(file).ends_with(name)) {
        return directory.clone();
    }
    // Names are shown as seen from the current directory: the first file is known both ways.
    let first = files.first().map(FilePath::new);
    let shown = sources
        .iter()
        .map(|(_, source)| source.name())
        .find(|name| first.is_some_and(|first| first.ends_with(name)));
    let current = first.zip(shown).and_then(|(first, shown)| {
        let depth = FilePath::new(shown).components().count();
        first.ancestors().nth(depth)
    });
    let whole = current.unwrap_or(directory).join(name);
    whole.parent().map_or_else(|| directory.clone(), FilePath::to_path_buf)
}

fn named(by: &'static str, node: &Node, about: &Path, base: &FilePath) -> Option<Named> {
    match &node.value {
        // Variables were not filled in where texts are read again.
        Value::String(text) if !text.contains('$') && !text.contains("://") && !text.is_empty() => {
            Some(Named {
                by,
                text: text.clone(),
                span: node.span,
                about: about.clone(),
                base: base.to_owned(),
            })
        }
        _ => None,
    }
}
