//! The way from options to a project.

use std::path::PathBuf;

use super::check::Scope;
use super::discover::{self, ComposeFile};
use super::files::Files;
use super::finish::{Facts, finish};
use super::layers::{self, FileSet};
use super::session::Session;
use super::{
    Environment, Failure, LoadOptions, Loaded, Variable, check, project_name, schema, secrets, variables,
};
use crate::diag::{Problem, SourceId, Span};
use crate::model::Project;
use crate::yaml::{Map, Node};

/// Loads a project.
///
/// Every fault of every file is found in one run; warnings come with the result.
pub fn load(options: &LoadOptions, files: &dyn Files) -> Result<Loaded, Failure> {
    let mut session = Session::new(options, files);
    let loaded = run(&mut session);
    let Session { mut problems, broken, mut sources, supplied, secrets, .. } = session;
    problems.extend(broken);
    secrets::conceal_by_name(&mut sources);
    secrets::mask(&mut problems, &secrets, &sources);
    problems.settle();
    match loaded {
        Some(found) if !problems.has_errors() => Ok(Loaded {
            tree: found.tree,
            project: found.project,
            sources,
            problems,
            environment: found.environment,
            files: found.files.iter().map(|file| file.path.display().to_string()).collect(),
            directory: found.directory,
            name: found.name,
            supplied,
        }),
        _ => Err(Failure { problems, sources }),
    }
}

struct Found {
    tree: Node,
    project: Project,
    environment: Environment,
    files: Vec<ComposeFile>,
    directory: PathBuf,
    name: String,
}

/// All passes; `None` where there is nothing to go on with, for a reason that was reported.
fn run(session: &mut Session<'_>) -> Option<Found> {
    let mut environment = Environment::of_process(&session.options.environment);
    if environment.get("PWD").is_none() {
        // As the peer does for a process that was started without.
        let value = session.options.working_directory.display().to_string();
        environment.set("PWD", Variable { value, defined: None });
    }
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
    // Without a name the files are read all the same, to tell of all faults in one run.
    let value = name.clone().unwrap_or_default();
    let asked = environment.get("COMPOSE_PROJECT_NAME").filter(|asked| asked.value == value);
    let defined = asked.and_then(|asked| asked.defined);
    environment.set("COMPOSE_PROJECT_NAME", Variable { value, defined });
    session.note_secrets(&environment);
    let set = FileSet { files, directory, environment: &environment, included_by: Vec::new() };
    let mut tree = layers::read(&set, session);
    if !session.problems.has_errors() && tree.as_map().is_none_or(Map::is_empty) {
        let source = set.files.first().and_then(|file| session.text(&file.path, None));
        session.problems.push(nothing(source));
    }
    let profiles = active_profiles(session.options, &environment);
    let has_right_shape = !session.problems.has_errors();
    examine(&tree, &profiles, has_right_shape, session);
    secrets::conceal(&tree, &environment, &mut session.sources);
    let FileSet { files, directory, .. } = set;
    let name = name?;
    if !has_right_shape {
        return None;
    }
    let facts = Facts { name: &name, environment: &environment, profiles };
    let mut project = finish(&mut tree, &facts, session)?;
    project.working_dir.clone_from(&directory);
    project.compose_files = files.iter().map(|file| file.path.display().to_string()).collect();
    Some(Found { tree, project, environment, files, directory, name })
}

/// No file says anything.
fn nothing(source: Option<SourceId>) -> Problem {
    let problem = Problem::error("empty-file", "the compose file is empty");
    let problem = match source {
        Some(source) => problem.at(Span::new(source, 0, 0), "nothing is said here"),
        None => problem,
    };
    problem.help("begin with `services:`, and a service under it")
}

/// What is wrong with single values, and with what does not fit together. Rules that look at several places are only
/// held against a tree whose shape is right.
fn examine(tree: &Node, profiles: &[String], has_right_shape: bool, session: &mut Session<'_>) {
    if !session.options.passes.validate {
        return;
    }
    if session.options.passes.interpolate {
        schema::texts(tree, &mut session.problems);
    }
    if !has_right_shape {
        return;
    }
    if session.options.passes.consistency && session.options.passes.project {
        let active =
            |name: &str| tree.get("services").is_some_and(|services| is_active(services.get(name), profiles));
        let scope = Scope { active: &active, implied: session.options.passes.normalize };
        check::check_consistency(tree, scope, &mut session.broken);
    }
}

fn active_profiles(options: &LoadOptions, environment: &Environment) -> Vec<String> {
    if options.profiles.is_empty() {
        let named = environment.value("COMPOSE_PROFILES").unwrap_or_default();
        named.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
    } else {
        options.profiles.clone()
    }
}

/// A service without profiles is always active.
fn is_active(service: Option<&Node>, active: &[String]) -> bool {
    let profiles = service.and_then(|service| service.get("profiles")).and_then(Node::as_seq).unwrap_or(&[]);
    let named = |node: &Node| {
        node.as_str().is_some_and(|name| active.iter().any(|profile| profile == name || profile == "*"))
    };
    profiles.is_empty() || profiles.iter().any(named)
}
