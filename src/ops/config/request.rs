//! What can be asked for.

use super::{digests, explanation, lists, model, raw, variables};
use crate::diag::{Problem, Problems, Sources};
use crate::engine::Engine;
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

/// The whole project, with images named by their digests.
#[derive(Clone, Copy, Debug)]
pub struct PinnedRequest<'a> {
    /// The daemon that asks the registries.
    pub engine: &'a Engine,
    /// Only the images, as a file to be laid over the others (`--lock-image-digests`).
    pub lock: bool,
    /// How.
    pub format: Option<Format>,
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
    let options = fitted(options, request);
    render(load(&options, files)?, &options, request)
}

/// The same for the whole project, with the digests that registries have for the images now, as the daemon is told.
pub async fn config_pinned(
    options: &LoadOptions,
    files: &(dyn Files + Sync),
    request: &PinnedRequest<'_>,
) -> Result<Rendered, Failure> {
    let whole = ConfigRequest { shown: Shown::Model, format: request.format };
    let mut options = fitted(options, &whole);
    let mut loaded = load(&options, files)?;
    let pins = match digests::look_up(&loaded, request.engine).await {
        Ok(pins) => pins,
        Err(faults) => return Err(refused(loaded, faults)),
    };
    if request.lock {
        // All of it is in that project.
        options.passes.interpolate = true;
        loaded.project = digests::lock(&loaded, &pins);
    } else {
        digests::pin(&mut loaded, &pins);
    }
    render(loaded, &options, &whole)
}

/// The options with the passes that a side needs.
fn fitted(options: &LoadOptions, request: &ConfigRequest) -> LoadOptions {
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
    // What was not filled in is shown as the tree has it.
    let by_tree =
        matches!(request.shown, Shown::Model | Shown::Services | Shown::Variables | Shown::Explanation(_));
    options.passes.project = options.passes.interpolate || !by_tree;
    options
}

fn render(mut loaded: Loaded, options: &LoadOptions, request: &ConfigRequest) -> Result<Rendered, Failure> {
    let filled = options.passes.interpolate;
    if filled && !matches!(request.shown, Shown::Explanation(_)) {
        // All is in the project by now; of a thousand services the tree is as large as everything else together.
        loaded.tree = Node::null(loaded.tree.span);
    }
    let text = match &request.shown {
        Shown::Model if filled => model::render(&loaded.project, request.format),
        Shown::Model => raw::render(&loaded.tree, request.format),
        Shown::Services if filled => lists::services(&loaded.project),
        Shown::Services => lists::all_services(&loaded.tree),
        Shown::Volumes => lists::keys(&loaded.project.volumes),
        Shown::Networks => lists::keys(&loaded.project.networks),
        Shown::Models => lists::models(&loaded.project),
        Shown::Images => lists::images(&loaded.project, options.compatibility),
        Shown::Profiles => lists::profiles(&loaded.project),
        Shown::Environment => lists::environment(&loaded.environment),
        Shown::Variables => variables::render(&loaded.tree, request.format),
        Shown::Hashes(names) => match lists::hashes(&loaded.project, names) {
            Ok(text) => text,
            Err(problem) => return Err(refused(loaded, [problem])),
        },
        Shown::Explanation(path) => match explain(&loaded, path) {
            Ok(found) => explanation::render(&found, request.format),
            Err(problem) => return Err(refused(loaded, [problem])),
        },
    };
    Ok(Rendered { text, problems: loaded.problems, sources: loaded.sources })
}

fn refused(loaded: Loaded, faults: impl IntoIterator<Item = Problem>) -> Failure {
    let mut problems: Problems = loaded.problems;
    problems.extend(faults);
    Failure { problems, sources: loaded.sources }
}
