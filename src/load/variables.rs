//! Files of variables: `.env`, `--env-file`, and those of an `include`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::discover::absolute;
use super::interpolate::{Unset, malformed};
use super::session::Session;
use super::{Environment, Variable};
use crate::diag::{Problem, SourceId, Span};
use crate::syntax::{Assignment, DotenvError, DotenvFault, TemplateFault, dotenv, dotenv_raw};

/// The file that is read if none is named.
pub(super) const DEFAULT_FILE: &str = ".env";

/// Completes the variables by the files that were asked for, else by `.env` of a directory.
pub(super) fn of_project(directory: &Path, environment: &mut Environment, session: &mut Session<'_>) {
    let options = session.options;
    let mut files: Vec<PathBuf> = match options.environment.get("COMPOSE_ENV_FILES") {
        Some(list) if options.env_files.is_empty() && !list.is_empty() => {
            list.split(',').map(PathBuf::from).collect()
        }
        _ => options.env_files.clone(),
    };
    if files.is_empty() && !is_disabled(session) {
        let default = directory.join(DEFAULT_FILE);
        files.extend(session.files.is_file(&default).then_some(default));
    }
    let files: Vec<(PathBuf, Option<Span>)> =
        files.into_iter().map(|file| (absolute(&options.working_directory, file), None)).collect();
    if files == session.variable_files {
        return;
    }
    if let Some(read) = read(&files, environment, session) {
        environment.fill_from(read);
    }
    session.variable_files = files;
}

/// Whether `COMPOSE_DISABLE_ENV_FILE` says that no `.env` is read.
fn is_disabled(session: &mut Session<'_>) -> bool {
    let Some(text) = session.options.environment.get("COMPOSE_DISABLE_ENV_FILE") else { return false };
    match text.as_str() {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => true,
        "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => false,
        other => {
            let message = format!("`COMPOSE_DISABLE_ENV_FILE` is `{other}`, which is neither true nor false");
            session
                .problems
                .push(Problem::error("bad-environment", message).help("set it to `true` or `false`"));
            false
        }
    }
}

/// Reads files, later ones over earlier ones. What `known` holds wins inside their values. `None` if one is not there.
pub(super) fn read(
    files: &[(PathBuf, Option<Span>)],
    known: &Environment,
    session: &mut Session<'_>,
) -> Option<Environment> {
    let mut read = Environment::default();
    for (path, named_at) in files {
        let source = session.text(path, *named_at)?;
        lay_over(&mut read, source, known, session);
    }
    Some(read)
}

fn lay_over(read: &mut Environment, source: SourceId, known: &Environment, session: &mut Session<'_>) {
    let file = VariableFile { source, format: Format::Dotenv };
    let lookup = |name: &str| known.value(name).or_else(|| read.value(name)).map(str::to_owned);
    for assignment in file.assignments(&lookup, known, session) {
        if let Some(value) = assignment.value {
            let defined = Some(Span::new(source, assignment.at.start, assignment.at.end));
            read.set(assignment.name, Variable { value, defined });
        }
    }
}

/// How a file of variables is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// With quotes and variables in values.
    Dotenv,
    /// `NAME=value` lines that are taken as they stand.
    Raw,
}

/// A file of variables.
#[derive(Clone, Copy, Debug)]
pub(super) struct VariableFile {
    pub(super) source: SourceId,
    pub(super) format: Format,
}

impl VariableFile {
    /// What the file says, in order; what is wrong in it is reported. `lookup` wins inside of values.
    pub(super) fn assignments(
        self,
        lookup: &dyn Fn(&str) -> Option<String>,
        known: &Environment,
        session: &mut Session<'_>,
    ) -> Vec<Assignment> {
        let text = session.sources.get(self.source).clone();
        let file = match self.format {
            Format::Dotenv => dotenv(text.text(), lookup),
            Format::Raw => dotenv_raw(text.text(), lookup),
        };
        let span = |at: &Range<usize>| Span::new(self.source, at.start, at.end);
        for error in file.faults {
            session.problems.push(fault(&error, span(&error.at)));
        }
        let mut unset = Unset::default();
        for used in file.assignments.iter().flat_map(|assignment| &assignment.uses).filter(|used| used.blank)
        {
            session.problems.push(unset.warning(&used.name, span(&used.at), known));
        }
        file.assignments
    }
}

fn fault(error: &DotenvError, span: Span) -> Problem {
    let problem = |words: &str| Problem::error("bad-variable-file", error.to_string()).at(span, words);
    match &error.fault {
        DotenvFault::Character(_) => problem("not allowed in a name").help("write `NAME=value`"),
        DotenvFault::Blank => problem("not a name").help("write `NAME=value`"),
        DotenvFault::Nothing => problem("expected `export NAME=value`"),
        DotenvFault::Unterminated => problem("this quote is never closed"),
        DotenvFault::Template(TemplateFault::Malformed(reason)) => malformed(span, *reason),
        DotenvFault::Template(TemplateFault::Missing { .. }) => {
            Problem::error("required-variable", error.to_string()).at(span, "must be set")
        }
    }
}
