//! `include`: other compose files, each with its own directory and variables, become part of this one.

use std::path::{Path, PathBuf};

use super::discover::{ComposeFile, absolute, is_remote, remote};
use super::layers::{self, FileSet, Origin};
use super::merge::merge;
use super::paths::{self, Base};
use super::session::Session;
use super::{Environment, variables};
use crate::diag::{Problem, Span};
use crate::yaml::{Node, Value};

/// What is taken over from an included file.
const SECTIONS: &[&str] = &["services", "jobs", "volumes", "networks", "secrets", "configs", "models"];

/// More files than this are not included on purpose: files that include each other twice over double at every level.
const MOST: usize = 1000;

/// One entry of `include`.
struct Item {
    paths: Vec<(String, Span)>,
    project_directory: Option<String>,
    env_files: Vec<(String, Span)>,
    span: Span,
}

/// Completes a document with what it includes. What it says itself is laid over that.
pub(super) fn include(document: &mut Node, from: &Origin<'_>, set: &FileSet<'_>, session: &mut Session<'_>) {
    let Some(entry) = document.as_map_mut().and_then(|map| map.remove("include")) else { return };
    let items = match &entry.node.value {
        Value::Null => return,
        Value::Seq(items) => items,
        other => {
            let problem =
                Problem::error("wrong-type", format!("`include` must be a list, not {}", other.kind()));
            session.problems.push(problem.at(entry.node.span, "").help("write `include: [PATH]`"));
            return;
        }
    };
    for item in items {
        let included = Item::read(item, session).and_then(|item| item.load(from.path, set, session));
        if let Some(mut included) = included {
            from.resets.apply(&mut included, document);
            lay_under(document, included, session);
        }
    }
}

/// Lays a document over what it includes, section by section.
fn lay_under(document: &mut Node, mut included: Node, session: &mut Session<'_>) {
    let span = document.span;
    let Some(map) = included.as_map_mut() else { return };
    map.retain(|key, _| SECTIONS.contains(&key));
    let over = std::mem::replace(document, included);
    merge(document, over, &mut session.problems);
    document.span = span;
}

impl Item {
    fn read(node: &Node, session: &mut Session<'_>) -> Option<Self> {
        let texts = |key: &str| match node.get(key).map(|value| (&value.value, value.span)) {
            Some((Value::String(text), span)) => vec![(text.clone(), span)],
            Some((Value::Seq(items), _)) => {
                items.iter().filter_map(|item| Some((item.as_str()?.to_owned(), item.span))).collect()
            }
            _ => Vec::new(),
        };
        let span = node.span;
        match &node.value {
            Value::String(path) => Some(Self {
                paths: vec![(path.clone(), span)],
                project_directory: None,
                env_files: Vec::new(),
                span,
            }),
            Value::Map(_) => Some(Self {
                paths: texts("path"),
                project_directory: node.get("project_directory").and_then(Node::as_str).map(str::to_owned),
                env_files: texts("env_file"),
                span,
            }),
            Value::Null => None,
            other => {
                let message = format!("an `include` is a path or a mapping, not {}", other.kind());
                session.problems.push(Problem::error("wrong-type", message).at(span, ""));
                None
            }
        }
    }

    /// The tree of the included files; `None` if it was not followed.
    fn load(&self, path: &Path, set: &FileSet<'_>, session: &mut Session<'_>) -> Option<Node> {
        let files = self.files(path, set, session)?;
        let first = files.first()?;
        let directory = match &self.project_directory {
            Some(directory) => absolute(&set.directory, directory),
            None => first.path.parent().unwrap_or(&set.directory).to_owned(),
        };
        let environment = self.environment(&directory, set, session)?;
        let mut included_by = set.included_by.clone();
        included_by.push((path.to_owned(), Some(self.span)));
        let own = FileSet { files, directory, environment: &environment, included_by };
        let mut tree = layers::read(&own, session);
        if !session.options.passes.resolve_paths {
            // Paths stay relative, but to the directory of the including file.
            let directory = layers::relative(&set.directory, &own.directory);
            let home = set.environment.value("HOME");
            let base = Base { directory: &directory, home, files: session.files };
            paths::resolve(&mut tree, &base, &mut session.problems);
        }
        Some(tree)
    }

    fn files(&self, path: &Path, set: &FileSet<'_>, session: &mut Session<'_>) -> Option<Vec<ComposeFile>> {
        let mut files = Vec::new();
        for (name, span) in &self.paths {
            let file = absolute(&set.directory, name);
            if is_remote(name) && !session.files.is_file(&file) {
                session.problems.push(remote(name, Some(*span)));
                return None;
            }
            if file == path || set.included_by.iter().any(|(above, _)| *above == file) {
                let mut chain = set.included_by.clone();
                chain.push((path.to_owned(), Some(*span)));
                report_cycle(&file, &chain, session);
                return None;
            }
            session.included += 1;
            if session.included == MOST + 1 {
                let problem =
                    Problem::error("too-many-includes", format!("more than {MOST} files are included"));
                session.problems.push(problem.at(*span, "from here on nothing was included"));
            }
            if session.included > MOST {
                return None;
            }
            files.push(ComposeFile { path: file, named_at: Some(*span) });
        }
        Some(files)
    }

    /// What the included files see: the variables of their user, completed by their own files.
    fn environment(
        &self,
        directory: &Path,
        set: &FileSet<'_>,
        session: &mut Session<'_>,
    ) -> Option<Environment> {
        let mut environment = set.environment.clone();
        let mut files: Vec<(PathBuf, Option<Span>)> = Vec::new();
        // The customary way to say that there is none, not even the default one.
        let named = self.env_files.iter().filter(|(name, _)| name != "/dev/null");
        for (name, span) in named {
            files.push((absolute(&set.directory, name), Some(*span)));
        }
        if self.env_files.is_empty() {
            let default = directory.join(variables::DEFAULT_FILE);
            if session.files.is_file(&default) {
                files.push((default, None));
            }
        }
        let read = variables::read(&files, &environment, session)?;
        environment.fill_from(read);
        session.note_secrets(&environment);
        Some(environment)
    }
}

/// Draws the circle of files that leads back to one of them.
fn report_cycle(file: &Path, chain: &[(PathBuf, Option<Span>)], session: &mut Session<'_>) {
    let start = chain.iter().position(|(above, _)| above == file).unwrap_or(0);
    let circle = &chain[start..];
    let mut names: Vec<String> = circle.iter().map(|(path, _)| session.shown(path)).collect();
    names.push(session.shown(file));
    let mut problem = Problem::error(
        "include-cycle",
        format!("files include each other in a circle: {}", names.join(" → ")),
    );
    for ((_, span), next) in circle.iter().zip(&names[1..]) {
        if let Some(span) = span {
            problem = problem.at(*span, format!("includes `{next}`"));
        }
    }
    session.problems.push(problem);
}
