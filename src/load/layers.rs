//! Files that belong together, one laid over the other.
//!
//! The order of the passes is the peer's: every document is filled in, completed by what it includes and extends, and
//! merged into what was there; then the whole is looked at and made long, before the next document comes.

use std::path::{Path, PathBuf};

use super::canonical::canonical;
use super::declared::declared;
use super::discover::ComposeFile;
use super::extends::extends;
use super::include::include;
use super::merge::merge;
use super::paths::{self, Base};
use super::renamed::rename;
use super::reset::{self, Resets};
use super::session::Session;
use super::unique::unique;
use super::{Environment, LoadOptions, check, defaults, schema};
use crate::diag::{Problem, Problems, Span};
use crate::yaml::{Map, Node, Value};

/// Files that are merged, with what they see.
pub(super) struct FileSet<'a> {
    /// In the order in which they are laid over each other.
    pub(super) files: Vec<ComposeFile>,
    /// What their paths are relative to.
    pub(super) directory: PathBuf,
    /// What their variables are filled from.
    pub(super) environment: &'a Environment,
    /// The files that include this set, the outermost first, each with the line that does so.
    pub(super) included_by: Vec<(PathBuf, Option<Span>)>,
}

impl FileSet<'_> {
    /// The directory of an extended file, as its paths are brought into those of this set: absolute, or relative to
    /// the directory of the set where paths shall stay as they are.
    pub(super) fn directory_of(&self, path: &Path, options: &LoadOptions) -> String {
        let parent = path.parent().unwrap_or(&self.directory);
        if options.passes.resolve_paths {
            parent.to_string_lossy().into_owned()
        } else {
            relative(&self.directory, parent)
        }
    }
}

/// A file of a set.
struct Place<'a> {
    path: &'a Path,
    set: &'a FileSet<'a>,
}

/// The document that a pass works on.
pub(super) struct Origin<'a> {
    /// The file.
    pub(super) path: &'a Path,
    /// What the document takes back from what it is laid over.
    pub(super) resets: &'a Resets,
}

/// Reads a set of files into one tree with absolute paths.
pub(super) fn read(set: &FileSet<'_>, session: &mut Session<'_>) -> Node {
    let mut tree: Option<Node> = None;
    for file in &set.files {
        for document in session.documents(&file.path, file.named_at).unwrap_or_default() {
            if document.as_map().is_some() {
                layer(&mut tree, document, &Place { path: &file.path, set }, session);
            } else if !document.is_null() {
                let problem = Problem::error("not-a-mapping", "a compose file is a mapping at its top level");
                let kind = format!("this is {}", document.value.kind());
                session.problems.push(problem.at(document.span, kind).help("begin with a line `services:`"));
            }
        }
    }
    let mut tree = tree.unwrap_or_else(|| nothing(set, session));
    if session.options.passes.validate && !session.problems.has_errors() {
        check::check(&tree, &mut session.broken);
    }
    defaults::fill(&mut tree);
    if session.options.passes.resolve_paths {
        let directory = set.directory.to_string_lossy();
        let home = set.environment.value("HOME");
        let base = Base { directory: &directory, home, files: session.files };
        paths::resolve(&mut tree, &base, &mut session.problems);
        // Two ways to write one path are one.
        unique(&mut tree);
    }
    if session.options.passes.interpolate {
        declared(&mut tree, set.environment);
    }
    tree
}

/// Lays one document over what was read before.
fn layer(tree: &mut Option<Node>, mut document: Node, from: &Place<'_>, session: &mut Session<'_>) {
    let Place { path, set } = *from;
    rename(&mut document);
    let resets = reset::take(&mut document);
    session.interpolate(&mut document, set.environment);
    let origin = Origin { path, resets: &resets };
    include(&mut document, &origin, set, session);
    if let Some(tree) = tree {
        resets.apply(tree, &mut document);
    }
    extends(&mut document, &origin, set, session);
    let tree = match tree {
        Some(tree) => {
            merge(tree, document, &mut session.problems);
            tree
        }
        None => tree.insert(document),
    };
    unique(tree);
    if session.options.passes.validate {
        schema::validate(tree, &mut session.problems);
    }
    drop_version(tree, &mut session.problems);
    canonical(tree, !session.options.passes.interpolate, &mut session.broken);
    drop_empty(tree);
    unique(tree);
}

/// The tree of files that say nothing, at the start of the first of them.
fn nothing(set: &FileSet<'_>, session: &mut Session<'_>) -> Node {
    let first = set.files.first().and_then(|file| session.text(&file.path, file.named_at));
    let source = first.unwrap_or_else(|| session.sources.add("", ""));
    Node::new(Value::Map(Map::default()), Span::new(source, 0, 0))
}

fn drop_version(tree: &mut Node, problems: &mut Problems) {
    let version = tree.as_map_mut().and_then(|map| map.remove("version"));
    if let Some(version) = version {
        let text = "the attribute `version` is obsolete and ignored";
        problems.push(
            Problem::warning("obsolete-version", text)
                .at(version.key.to(version.node.span), "")
                .help("remove it"),
        );
    }
}

/// A name server that came out empty (`dns: ${DNS:-}`) is none.
fn drop_empty(tree: &mut Node) {
    for section in ["services", "jobs"] {
        let services = tree.get_mut(section).and_then(Node::as_map_mut);
        for (_, service) in services.into_iter().flat_map(Map::iter_mut) {
            let servers = service.node.get_mut("dns").and_then(Node::as_seq_mut);
            if let Some(servers) = servers {
                servers.retain(|server| server.as_str() != Some(""));
            }
        }
    }
}

/// One directory as seen from another.
pub(super) fn relative(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(shared).map(|_| PathBuf::from(".."));
    let down = to.components().skip(shared).map(|part| PathBuf::from(part.as_os_str()));
    let path: PathBuf = up.chain(down).collect();
    if path.as_os_str().is_empty() { ".".to_owned() } else { path.to_string_lossy().into_owned() }
}
