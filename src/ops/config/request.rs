//! What can be asked for.

use super::{explanation, lists, model, raw, variables};
use crate::diag::{Problem, Problems, Sources};
use crate::load::explain::explain;
use crate::load::{Failure, Files, LoadOptions, Loaded, load};
use crate::yaml::Node;

/// Which side of a project to show, and how.
#[derive(Clone, Debug, Default)]
pub struct ConfigRequest {
    /// Which side.
    pub shown: Shown,
    /// How; `None` is YAML for the whole, and a list or table for the rest.
    pub format: Option<Format>,
}

/// A side of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// All of it.
    #[default]
    Model,
    /// The names of the services, each after those that it depends on.
    Services,
    /// The keys of the volumes.
    Volumes,
    /// The keys of the networks.
    Networks,
    /// The models that are used.
    Models,
    /// The images of the services.
    Images,
    /// The profiles of all services.
    Profiles,
    /// The variables that can be filled in, with their values.
    Environment,
    /// The variables that the files mention.
    Variables,
    /// The hashes of services: `*`, or names joined by commas.
    Hashes(String),
    /// Where the values at or below a path came from.
    Explanation(String),
}

/// A way to write data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
}

/// A text, and what was met on the way to it.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The text, as it is to be printed.
    pub text: String,
    /// What is worth a word, but no fault.
    pub problems: Problems,
    /// The texts that were read.
    pub sources: Sources,
}

/// Loads a project and renders a side of it.
///
/// The services of the options choose what is in the whole and among the images; the other sides show all.
pub fn config(
    options: &LoadOptions,
    files: &dyn Files,
    request: &ConfigRequest,
) -> Result<Rendered, Failure> {
    let mut options = options.clone();
    if options.compatibility {
        options.passes.normalize = false;
    }
    if !matches!(request.shown, Shown::Model | Shown::Images) {
        options.services.clear();
    }
    match request.shown {
        Shown::Variables => {
            options.passes.interpolate = false;
            options.passes.normalize = false;
            options.passes.validate = false;
        }
        Shown::Services | Shown::Volumes | Shown::Networks | Shown::Models => {
            options.passes.resolve_environment = false;
        }
        _ => {}
    }
    let mut loaded = load(&options, files)?;
    if options.passes.interpolate && !matches!(request.shown, Shown::Explanation(_)) {
        // All is in the project by now; of a thousand services the tree is as large as everything else together.
        loaded.tree = Node::null(loaded.tree.span);
    }
    let text = match &request.shown {
        Shown::Model if options.passes.interpolate => model::render(&loaded.project, request.format),
        Shown::Model => raw::render(&loaded.tree, request.format),
        Shown::Services => lists::services(&loaded.project),
        Shown::Volumes => lists::keys(&loaded.project.volumes),
        Shown::Networks => lists::keys(&loaded.project.networks),
        Shown::Models => lists::models(&loaded.project),
        Shown::Images => lists::images(&loaded.project, options.compatibility),
        Shown::Profiles => lists::profiles(&loaded.project),
        Shown::Environment => lists::environment(&loaded.environment),
        Shown::Variables => variables::render(&loaded.tree, request.format),
        Shown::Hashes(names) => match lists::hashes(&loaded.project, names) {
            Ok(text) => text,
            Err(problem) => return Err(refused(loaded, problem)),
        },
        Shown::Explanation(path) => match explain(&loaded, path) {
            Ok(found) => explanation::render(&found, request.format),
            Err(problem) => return Err(refused(loaded, problem)),
        },
    };
    Ok(Rendered { text, problems: loaded.problems, sources: loaded.sources })
}

fn refused(loaded: Loaded, problem: Problem) -> Failure {
    let mut problems: Problems = loaded.problems;
    problems.push(problem);
    Failure { problems, sources: loaded.sources }
}
