//! An image as it should be: where it comes from.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::body::Ulimit;
use super::labels;
use crate::yaml::Path;

/// An image that services run, and how to come by it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageSpec {
    /// The reference by which containers are created.
    pub reference: String,
    /// `os/arch[/variant]`, if said.
    pub platform: Option<String>,
    /// When to pull, by service, as far as the file says.
    pub pull: BTreeMap<String, PullPolicy>,
    /// How to build it, if it can be built.
    pub build: Option<BuildSpec>,
    /// True if the file names the image; a built image without a name is never pulled.
    pub named: bool,
    /// The services that run it, or mount it.
    pub services: Vec<String>,
    /// Those of them that build it.
    pub builders: Vec<String>,
    /// Where in the file it stands.
    pub blame: Path,
}

impl ImageSpec {
    /// True if one of the services runs it, or mounts it.
    #[must_use]
    pub fn is_used_by(&self, services: &BTreeSet<&str>) -> bool {
        self.services.iter().any(|service| services.contains(service.as_str()))
    }

    /// When to pull for the sake of some services: as that one wants it which wants it most. A service of which the file
    /// says nothing wants it as `unsaid` tells. Where one of them builds the image and is to build it every time, it
    /// is built.
    #[must_use]
    pub fn pull_for(&self, services: &BTreeSet<&str>, unsaid: PullPolicy) -> PullPolicy {
        let wanted = self.services.iter().filter(|service| services.contains(service.as_str()));
        let policies: Vec<PullPolicy> =
            wanted.map(|service| self.pull.get(service).copied().unwrap_or(unsaid)).collect();
        if self.build.is_some() && policies.contains(&PullPolicy::Build) {
            return PullPolicy::Build;
        }
        policies.into_iter().max_by_key(|policy| policy.eagerness()).unwrap_or(unsaid)
    }
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

    /// How much it wants to pull; the shorter an image may be kept, the more.
    fn eagerness(self) -> (u8, Reverse<Duration>) {
        match self {
            Self::Never => (0, Reverse(Duration::MAX)),
            Self::Build => (1, Reverse(Duration::MAX)),
            Self::Missing => (2, Reverse(Duration::MAX)),
            Self::Older(age) => (3, Reverse(age)),
            Self::Always => (4, Reverse(Duration::MAX)),
        }
    }
}

/// A word that is no pull policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no pull policy")]
pub struct NoPullPolicy;

impl FromStr for PullPolicy {
    type Err = NoPullPolicy;

    /// Reads a word as files and flags write it: `always`, `daily`, `every_12h`, …
    fn from_str(word: &str) -> Result<Self, NoPullPolicy> {
        const DAY: Duration = Duration::from_secs(24 * 3600);
        Ok(match word {
            "missing" | "if_not_present" => Self::Missing,
            "always" => Self::Always,
            "never" => Self::Never,
            "build" => Self::Build,
            // What `refresh` means is up to whoever refreshes: here it is as good as the oldest word for it.
            "refresh" | "daily" => Self::Older(DAY),
            "weekly" => Self::Older(7 * DAY),
            other => {
                let text = other.strip_prefix("every_").ok_or(NoPullPolicy)?;
                let age: crate::model::Duration = text.parse().map_err(|_| NoPullPolicy)?;
                Self::Older(age.to_std())
            }
        })
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
    /// The references, among `tags`, of other images that are built alike: one build makes them all.
    pub shared: Vec<String>,
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

impl BuildSpec {
    /// All that makes the result what it is: two builds with equal keys are one, whatever service each is for and
    /// however each names the result.
    #[must_use]
    pub fn key(&self) -> Self {
        let mut key = Self {
            service: String::new(),
            tags: Vec::new(),
            shared: Vec::new(),
            blame: Path::default(),
            ..self.clone()
        };
        key.labels.remove(labels::SERVICE);
        key
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn image(policies: [(&str, &str); 3]) -> ImageSpec {
        let said = policies.iter().filter(|(_, word)| !word.is_empty());
        ImageSpec {
            services: policies.iter().map(|(service, _)| (*service).to_owned()).collect(),
            pull: said.map(|(service, word)| ((*service).to_owned(), word.parse().unwrap())).collect(),
            ..ImageSpec::default()
        }
    }

    #[test]
    fn an_image_is_pulled_as_the_most_eager_of_the_chosen_services_wants() {
        let image = image([("a", "never"), ("b", "weekly"), ("c", "")]);
        let wanted = |services: &[&str]| {
            image.pull_for(&services.iter().copied().collect(), PullPolicy::Missing).word()
        };
        assert_eq!(wanted(&["a"]), "never");
        assert_eq!(wanted(&["a", "c"]), "missing");
        assert_eq!(wanted(&["a", "b", "c"]), "older");
        assert_eq!(image.pull_for(&BTreeSet::from(["a", "c"]), PullPolicy::Always), PullPolicy::Always);
    }

    #[test]
    fn of_two_ages_the_shorter_one_counts() {
        let image = image([("a", "weekly"), ("b", "every_1h"), ("c", "daily")]);
        let all = BTreeSet::from(["a", "b", "c"]);
        let hour = PullPolicy::Older(Duration::from_secs(3600));
        assert_eq!(image.pull_for(&all, PullPolicy::Missing), hour);
    }

    #[test]
    fn what_is_built_every_time_is_not_pulled_for_others() {
        let mut image = image([("a", "build"), ("b", "always"), ("c", "")]);
        let all = BTreeSet::from(["a", "b", "c"]);
        assert_eq!(image.pull_for(&all, PullPolicy::Missing), PullPolicy::Always);
        image.build = Some(BuildSpec::default());
        assert_eq!(image.pull_for(&all, PullPolicy::Missing), PullPolicy::Build);
    }
}
