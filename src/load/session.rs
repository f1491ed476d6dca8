//! What one load carries along: the texts that were read, the problems found, what need not be read twice.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::env_files::Supplied;
use super::extends::Siblings;
use super::files::Files;
use super::interpolate::interpolate;
use super::secrets::says_secret;
use super::{Environment, LoadOptions, discover};
use crate::diag::{Problem, Problems, SourceId, Sources, Span, did_you_mean};
use crate::yaml::{self, Node};

/// The state of one load.
pub(super) struct Session<'a> {
    pub(super) options: &'a LoadOptions,
    pub(super) files: &'a dyn Files,
    pub(super) sources: Sources,
    pub(super) problems: Problems,
    /// What is wrong beyond shape: strings that could not be read, rules that are broken. Kept apart until the end, as
    /// rules are held against every tree whose shape is right.
    pub(super) broken: Problems,
    /// Files that services extend, by path, section and project directory; `None` for one that could not be read.
    pub(super) siblings: HashMap<(PathBuf, &'static str, PathBuf), Option<Rc<Siblings>>>,
    /// How many files were included so far.
    pub(super) included: usize,
    /// The files of variables that were read for the project.
    pub(super) variable_files: Vec<(PathBuf, Option<Span>)>,
    /// The variables whose names say that they are secret, with their values.
    pub(super) secrets: BTreeMap<String, String>,
    /// What services took from files of variables and labels.
    pub(super) supplied: Supplied,
    texts: HashMap<PathBuf, Option<SourceId>>,
    /// Documents parsed ahead of their turn.
    parsed: HashMap<PathBuf, Vec<Node>>,
}

impl<'a> Session<'a> {
    pub(super) fn new(options: &'a LoadOptions, files: &'a dyn Files) -> Self {
        Self {
            options,
            files,
            sources: Sources::default(),
            problems: Problems::default(),
            broken: Problems::default(),
            siblings: HashMap::new(),
            included: 0,
            variable_files: Vec::new(),
            secrets: BTreeMap::new(),
            supplied: Supplied::default(),
            texts: HashMap::new(),
            parsed: HashMap::new(),
        }
    }

    /// Notes which variables must not be shown.
    pub(super) fn note_secrets(&mut self, environment: &Environment) {
        let secret = environment.iter().filter(|(name, _)| says_secret(name));
        self.secrets.extend(secret.map(|(name, variable)| (name.to_owned(), variable.value.clone())));
    }

    /// A path as people are shown it: relative if it lies below the current directory.
    pub(super) fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.options.working_directory).ok();
        below.filter(|rest| !rest.as_os_str().is_empty()).unwrap_or(path).display().to_string()
    }

    /// The text of a file, read once. A file that cannot be read is reported once, at the line that names it.
    pub(super) fn text(&mut self, path: &Path, named_at: Option<Span>) -> Option<SourceId> {
        if let Some(known) = self.texts.get(path) {
            return *known;
        }
        let id = match self.read(path).map(decode) {
            Ok(Ok(text)) => Some(self.sources.add(self.shown(path), text)),
            Ok(Err((text, at))) => {
                let id = self.sources.add(self.shown(path), text);
                let problem =
                    Problem::error("not-utf-8", format!("`{}` is not UTF-8 text", self.shown(path)));
                self.problems.push(
                    problem
                        .at(Span::new(id, at, at + 1), "the first byte that is not")
                        .help("save the file as UTF-8"),
                );
                None
            }
            Err(error) => {
                let problem = self.unreadable(path, &error, named_at);
                self.problems.push(problem);
                None
            }
        };
        self.texts.insert(path.to_owned(), id);
        id
    }

    /// The documents of a compose file. What is wrong with its syntax is reported once.
    pub(super) fn documents(&mut self, path: &Path, named_at: Option<Span>) -> Option<Vec<Node>> {
        if let Some(documents) = self.parsed.remove(path) {
            return Some(documents);
        }
        let is_new = !self.texts.contains_key(path);
        let id = self.text(path, named_at)?;
        let source = self.sources.get(id).clone();
        let mut again = Problems::default();
        Some(yaml::parse(id, source.text(), if is_new { &mut self.problems } else { &mut again }))
    }

    /// Parses a file ahead of its turn, to look at it; what is seen is kept for [`Session::documents`].
    pub(super) fn ahead(&mut self, path: &Path, named_at: Option<Span>) -> &[Node] {
        let documents = self.documents(path, named_at).unwrap_or_default();
        self.parsed.entry(path.to_owned()).or_insert(documents)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if path == Path::new("-") { self.files.standard_input() } else { self.files.read(path) }
    }

    /// Why a file cannot be read, and what may be meant instead.
    fn unreadable(&self, path: &Path, error: &io::Error, named_at: Option<Span>) -> Problem {
        let shown = self.shown(path);
        let (code, message, help) = match error.kind() {
            io::ErrorKind::NotFound => {
                ("missing-file", format!("`{shown}` does not exist"), self.neighbour(path))
            }
            io::ErrorKind::IsADirectory => {
                ("not-a-file", format!("`{shown}` is a directory"), self.inside(path))
            }
            _ => ("unreadable-file", format!("`{shown}` cannot be read: {error}"), None),
        };
        let problem = Problem::error(code, message).maybe_help(help);
        match named_at {
            Some(span) => problem.at(span, "named here"),
            None => problem,
        }
    }

    /// A file beside the missing one with nearly its name.
    fn neighbour(&self, path: &Path) -> Option<String> {
        let directory = path.parent()?;
        if !self.files.is_directory(directory) {
            return Some(format!("the directory `{}` does not exist either", self.shown(directory)));
        }
        let names = self.files.names_in(directory);
        did_you_mean(path.file_name()?.to_str()?, names.iter().map(String::as_str))
    }

    fn inside(&self, directory: &Path) -> Option<String> {
        let names = self.files.names_in(directory);
        let file = names.iter().find(|name| discover::NAMES.contains(&name.as_str()))?;
        Some(format!("did you mean `{}`?", self.shown(&directory.join(file))))
    }

    /// Fills the variables of a tree in, unless the options say not to.
    pub(super) fn interpolate(&mut self, tree: &mut Node, environment: &Environment) {
        if self.options.passes.interpolate {
            interpolate(tree, environment, &self.sources, &mut self.problems);
        }
    }
}

/// Bytes as text; what is not UTF-8 is reported where it begins.
fn decode(bytes: Vec<u8>) -> Result<String, (String, usize)> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        (String::from_utf8_lossy(error.as_bytes()).into_owned(), at)
    })
}
