//! What to load: plain data, filled in by the command line or by an embedder.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Everything that decides what is loaded. Nothing else is read: no process environment, no current directory.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// Compose files as given (`-f`), `-` for standard input. Empty: `COMPOSE_FILE`, else the usual names are searched.
    pub files: Vec<String>,
    /// The directory that relative paths and the default project name come from; default: that of the first file.
    pub project_directory: Option<PathBuf>,
    /// The project's name (`-p`), above everything else that names it.
    pub project_name: Option<String>,
    /// Files with variables (`--env-file`), instead of `.env` in the project directory.
    pub env_files: Vec<PathBuf>,
    /// Active profiles (`--profile`); `*` activates all. Empty: those of `COMPOSE_PROFILES`.
    pub profiles: Vec<String>,
    /// Names are joined by `_` instead of `-`, and nothing is normalised.
    pub compatibility: bool,
    /// The services that take part, with those that they depend on. Empty: all that are active.
    pub services: Vec<String>,
    /// Services whose profiles are active without being asked for: whoever names one wants it. Unlike
    /// [`services`](Self::services), they take nothing from the others.
    pub enabled: Vec<String>,
    /// Whose files of variables and labels have to be there.
    pub supplies: Supplies,
    /// Only the named services take part, without those that they depend on.
    pub without_dependencies: bool,
    /// The current directory: absolute.
    pub working_directory: PathBuf,
    /// The process environment.
    pub environment: BTreeMap<String, String>,
    /// Which passes run.
    pub passes: Passes,
    /// Keeps networks, volumes, secrets, configs and models that no active service uses.
    pub all_resources: bool,
}

/// Whose `env_file` and `label_file` have to be there. Those of others are read, too, where they can be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Supplies {
    /// Those of every service that takes part.
    #[default]
    All,
    /// Those of the [`enabled`](LoadOptions::enabled) services and of what these depend on; of all if none is named.
    Enabled,
    /// Nobody's: nothing is made by them.
    None,
}

/// The passes that can be left out. All run by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes {
    /// Fills in variables.
    pub interpolate: bool,
    /// Holds what the files say against the shape of the specification.
    pub validate: bool,
    /// Adds what is implied: default network, resource names, dependencies.
    pub normalize: bool,
    /// Makes paths absolute.
    pub resolve_paths: bool,
    /// Checks that what is referred to exists and that attributes agree.
    pub consistency: bool,
    /// Reads the tree as a project. Where variables were not filled in, what they belong to may not be readable.
    pub project: bool,
    /// Reads the services' `env_file`s and takes values for variables that are only named.
    pub resolve_environment: bool,
}

impl Default for Passes {
    fn default() -> Self {
        Self {
            interpolate: true,
            validate: true,
            normalize: true,
            resolve_paths: true,
            consistency: true,
            project: true,
            resolve_environment: true,
        }
    }
}
