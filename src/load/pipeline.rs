//! The way from options to a project.

use std::path::PathBuf;

use super::discover::{self, ComposeFile};
use super::files::Files;
use super::layers::{self, FileSet};
use super::session::Session;
use super::{Environment, Failure, LoadOptions, Loaded, Variable, project_name, variables};
use crate::yaml::Node;

/// Loads a project.
///
/// Every fault of every file is found in one run; warnings come with the result.
pub fn load(options: &LoadOptions, files: &dyn Files) -> Result<Loaded, Failure> {
    let mut session = Session::new(options, files);
    let loaded = run(&mut session);
    let Session { mut problems, sources, .. } = session;
    problems.settle();
    match loaded {
        Some(found) if !problems.has_errors() => Ok(Loaded {
            tree: found.tree,
            sources,
            problems,
            environment: found.environment,
            files: found.files.iter().map(|file| file.path.display().to_string()).collect(),
            directory: found.directory,
            name: found.name,
        }),
        _ => Err(Failure { problems, sources }),
    }
}

struct Found {
    tree: Node,
    environment: Environment,
    files: Vec<ComposeFile>,
    directory: PathBuf,
    name: String,
}

/// All passes; `None` where there is nothing to go on with, for a reason that was reported.
fn run(session: &mut Session<'_>) -> Option<Found> {
    let mut environment = Environment::of_process(&session.options.environment);
    let mut files = discover::given(session.options);
    // Twice, as the peer does: the first `.env` may say where the files are, whose directory may have another.
    variables::of_project(&discover::project_directory(session.options, &files), &mut environment, session);
    if files.is_empty() {
        files = discover::unnamed(session.options, &environment, session.files, &mut session.problems);
    }
    let directory = discover::project_directory(session.options, &files);
    variables::of_project(&directory, &mut environment, session);
    if files.is_empty() {
        return None;
    }
    let name = project_name::find(&files, &directory, &environment, session);
    let variable = Variable { value: name.clone()?, defined: None };
    environment.set("COMPOSE_PROJECT_NAME", variable);
    let set = FileSet { files, directory, environment: &environment, included_by: Vec::new() };
    let tree = layers::read(&set, session);
    let FileSet { files, directory, .. } = set;
    Some(Found { tree, environment, files, directory, name: name? })
}
