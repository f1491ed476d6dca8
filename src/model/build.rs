//! How an image is built.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeSeq, Serializer};

use super::attribute::Reader;
use super::concept::{concept, through_attribute};
use super::{Attribute, Bytes, Environment, ExtraHosts, FileReference, Labels, Style, Ulimit};

concept! {
    /// How an image is built.
    pub struct Build {
        /// The directory or repository with the sources.
        pub context: String,
        /// The Dockerfile, relative to the context.
        pub dockerfile: String,
        /// The Dockerfile's text.
        pub dockerfile_inline: String,
        /// What the build is allowed beyond the usual.
        pub entitlements: Vec<String>,
        /// Build arguments; one without value is taken from the environment.
        pub args: Environment,
        /// Whether and how it is attested how the image came about.
        pub provenance: String,
        /// Whether and how it is attested what is in the image.
        pub sbom: String,
        /// Keys and agents for the build.
        pub ssh: SshKeys,
        /// Labels of the image.
        pub labels: Labels,
        /// Where steps may come from.
        pub cache_from: Vec<String>,
        /// Where steps go.
        pub cache_to: Vec<String>,
        /// Whether no step is taken from earlier builds.
        pub no_cache: bool,
        /// Stages of which no step is taken from earlier builds.
        pub no_cache_filter: Vec<String>,
        /// More directories, repositories and images, by the names that the Dockerfile uses.
        pub additional_contexts: BTreeMap<String, String>,
        /// Whether base images are pulled even when there.
        pub pull: bool,
        /// Names and addresses for the hosts file.
        pub extra_hosts: ExtraHosts,
        /// The isolation technology.
        pub isolation: String,
        /// The network of the build.
        pub network: String,
        /// The stage to build.
        pub target: String,
        /// Secrets for the build.
        pub secrets: Vec<FileReference>,
        /// The size of shared memory.
        pub shm_size: Bytes,
        /// More names for the image.
        pub tags: Vec<String>,
        /// Limits of the processes.
        pub ulimits: BTreeMap<String, Ulimit>,
        /// The platforms to build for.
        pub platforms: Vec<String>,
        /// Whether everything is allowed.
        pub privileged: bool,
    }
}

/// A key or an agent's socket for the build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SshKey {
    /// The name that the Dockerfile uses.
    pub id: String,
    /// The key's file or the agent's socket; empty: the agent of the environment.
    pub path: String,
}

/// Keys and agents, in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SshKeys(pub Vec<SshKey>);

impl fmt::Display for SshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.id) } else { write!(f, "{}: {}", self.id, self.path) }
    }
}

impl Attribute for SshKeys {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = SshKeys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("keys")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<SshKeys, A::Error> {
                let mut keys = Vec::new();
                while let Some(text) = access.next_element_seed(Reader::<String>::new())? {
                    let (id, path) = text.split_once('=').unwrap_or((&text, ""));
                    keys.push(SshKey { id: id.to_owned(), path: path.to_owned() });
                }
                Ok(SshKeys(keys))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<SshKeys, A::Error> {
                let mut keys = Vec::new();
                while let Some(id) = access.next_key::<String>()? {
                    let path = access.next_value_seed(Reader::<String>::new())?;
                    keys.push(SshKey { id, path });
                }
                keys.sort_by(|one, other| one.id.cmp(&other.id));
                Ok(SshKeys(keys))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<SshKeys, E> {
                Ok(SshKeys(vec![SshKey { id: text.to_owned(), path: String::new() }]))
            }

            fn visit_unit<E: Error>(self) -> Result<SshKeys, E> {
                Ok(SshKeys::default())
            }
        }

        deserializer.deserialize_any(Keys)
    }

    fn write<S: Serializer>(&self, serializer: S, _style: Style) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        for key in &self.0 {
            seq.serialize_element(&key.to_string())?;
        }
        seq.end()
    }

    fn is_blank(&self, _style: Style) -> bool {
        self.0.is_empty()
    }
}

through_attribute!(SshKeys);
