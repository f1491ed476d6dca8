//! An image as it should be: where it comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::body::Ulimit;
use crate::yaml::Path;

/// An image that services run, and how to come by it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageSpec {
    /// The reference by which containers are created.
    pub reference: String,
    /// `os/arch[/variant]`, if said.
    pub platform: Option<String>,
    /// When to pull.
    pub pull: PullPolicy,
    /// How to build it, if it can be built.
    pub build: Option<BuildSpec>,
    /// True if the file names the image; a built image without a name is never pulled.
    pub named: bool,
    /// The services that run it, or mount it.
    pub services: Vec<String>,
    /// Where in the file it stands.
    pub blame: Path,
}

/// When to pull an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullPolicy {
    /// If it is not there.
    #[default]
    Missing,
    /// Every time.
    Always,
    /// Never.
    Never,
    /// Never: it is built every time.
    Build,
    /// If it is not there, or older than this.
    Older(Duration),
}

impl PullPolicy {
    /// The policy in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Always => "always",
            Self::Never => "never",
            Self::Build => "build",
            Self::Older(_) => "older",
        }
    }
}

/// How to build an image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BuildSpec {
    /// The service that declares it.
    pub service: String,
    /// A directory, absolute, or an URL.
    pub context: String,
    /// Dockerfile, relative to the context; empty for the usual name.
    pub dockerfile: String,
    /// A Dockerfile's text instead.
    pub dockerfile_inline: Option<String>,
    /// Build arguments; `None` takes the builder's own environment.
    pub args: BTreeMap<String, Option<String>>,
    /// Labels, those of the project included.
    pub labels: BTreeMap<String, String>,
    /// All names of the result, the reference first.
    pub tags: Vec<String>,
    /// The stage to build; empty for the last.
    pub target: String,
    /// Images and caches to take layers from.
    pub cache_from: Vec<String>,
    /// Caches to write.
    pub cache_to: Vec<String>,
    /// Ignore all caches.
    pub no_cache: bool,
    /// Stages for which the cache is ignored.
    pub no_cache_filter: Vec<String>,
    /// Pull base images although they are there.
    pub pull: bool,
    /// Network of `RUN`; empty for the default.
    pub network: String,
    /// Size of `/dev/shm`, bytes; 0 for the default.
    pub shm_size: i64,
    /// `host:address`.
    pub extra_hosts: Vec<String>,
    /// Limits.
    pub ulimits: Vec<Ulimit>,
    /// Memory of each container of the classic builder, bytes; 0 for no limit.
    pub memory: i64,
    /// Isolation (Windows).
    pub isolation: String,
    /// `RUN` with all privileges.
    pub privileged: bool,
    /// Platforms to build for; empty for the engine's own.
    pub platforms: Vec<String>,
    /// Named contexts: a path, an URL, an image (`docker-image://`).
    pub additional_contexts: BTreeMap<String, BuildContext>,
    /// Secrets of `RUN --mount=type=secret`.
    pub secrets: Vec<BuildSecret>,
    /// Agent sockets or keys of `RUN --mount=type=ssh`: `id` or `id=path`.
    pub ssh: Vec<String>,
    /// What the builder is allowed to do.
    pub entitlements: Vec<String>,
    /// Provenance attestation, as said.
    pub provenance: String,
    /// Bill of materials, as said.
    pub sbom: String,
    /// Where in the file it stands.
    pub blame: Path,
}

/// A named context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildContext {
    /// A path, an URL, or an image.
    Source(String),
    /// What another service builds.
    Service {
        /// The service.
        service: String,
        /// The image that it builds.
        image: String,
    },
}

/// A secret that a build may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildSecret {
    /// Its id in the Dockerfile.
    pub id: String,
    /// Where its value is.
    pub source: BuildSecretSource,
}

/// Where a secret's value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildSecretSource {
    /// A file, absolute.
    File(String),
    /// A variable of the environment.
    Environment {
        /// The variable.
        name: String,
        /// Its value, if it is set.
        value: Option<Concealed>,
    },
}

/// A text that is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Concealed(pub String);

impl fmt::Debug for Concealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(concealed)")
    }
}
