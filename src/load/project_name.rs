//! What the project is called.

use std::path::Path;

use super::discover::ComposeFile;
use super::interpolate::interpolate;
use super::session::Session;
use super::{Environment, Variable};
use crate::diag::{Problem, Problems};
use crate::syntax::{is_project, normalize_project};
use crate::yaml::Node;

/// The name that was asked for, else the last one that a file gives, else that of the directory.
pub(super) fn find(
    files: &[ComposeFile],
    directory: &Path,
    environment: &Environment,
    session: &mut Session<'_>,
) -> Option<String> {
    let given = session.options.project_name.clone().filter(|name| !name.is_empty());
    let asked = match given {
        Some(value) => Some(Variable { value, defined: None }),
        None => environment.get("COMPOSE_PROJECT_NAME").filter(|name| !name.value.is_empty()).cloned(),
    };
    // The files are parsed here in any case, so that they come first in the order of sources.
    let in_files = files.iter().filter_map(|file| in_file(file, environment, session)).last();
    if let Some(name) = asked {
        return checked(&name, session);
    }
    let name = match in_files {
        Some(name) => normalize_project(&name),
        None => of_directory(directory, session),
    };
    if name.is_empty() {
        session.problems.push(
            Problem::error(
                "no-project-name",
                "the project has no name: what names it has no letter or digit",
            )
            .help("give it one with `-p NAME` or with `name:` in the compose file"),
        );
        return None;
    }
    Some(name)
}

fn checked(name: &Variable, session: &mut Session<'_>) -> Option<String> {
    if is_project(&name.value) {
        return Some(name.value.clone());
    }
    let message = format!(
        "invalid project name `{}`: must consist only of lowercase alphanumeric characters, hyphens, and underscores as \
         well as start with a letter or number",
        name.value
    );
    let problem = Problem::error("bad-project-name", message);
    let problem = name.defined.into_iter().fold(problem, |problem, span| problem.at(span, "set here"));
    let valid = normalize_project(&name.value);
    let help = (!valid.is_empty()).then(|| format!("`{valid}` would do"));
    session.problems.push(problem.maybe_help(help));
    None
}

/// The last name that is not empty in the documents of a file.
fn in_file(file: &ComposeFile, environment: &Environment, session: &mut Session<'_>) -> Option<String> {
    let names = session.ahead(&file.path, file.named_at).iter().filter_map(|document| document.get("name"));
    let names: Vec<Node> = names.cloned().collect();
    let mut filled = names.into_iter().filter_map(|mut name| {
        // What is wrong with it is said when its document is filled in.
        if session.options.passes.interpolate {
            interpolate(&mut name, environment, &session.sources, &mut Problems::default());
        }
        name.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    });
    filled.next_back()
}

fn of_directory(directory: &Path, session: &mut Session<'_>) -> String {
    let base =
        |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = normalize_project(&base(directory));
    let real = session.files.canonicalize(directory);
    if real.is_ok_and(|real| base(&real) != base(directory)) && !name.is_empty() {
        session.problems.push(
            Problem::warning(
                "name-from-symlink",
                format!("the project is named `{name}` after a symbolic link"),
            )
            .help("name it with `-p NAME` or with `name:` in the compose file"),
        );
    }
    name
}
