//! The whole: everything that the compose files of one project say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::de::Deserializer;
use serde::ser::{SerializeMap, Serializer};

use super::concept::{Fields, fields, through_attribute};
use super::extensions::{put_extensions, read_fields};
use super::{Attribute, Extensions, FileObject, Job, Model, Network, Service, Style, Styled, Volume};

fields! {
    /// A project: what should run, and what it needs.
    pub struct Project {
        /// The project's name.
        pub name: String,
        /// The services that are active and selected.
        pub services(always): BTreeMap<String, Box<Service>>,
        /// The jobs.
        pub jobs: BTreeMap<String, Job>,
        /// The networks.
        pub networks: BTreeMap<String, Network>,
        /// The volumes.
        pub volumes: BTreeMap<String, Volume>,
        /// The secrets.
        pub secrets: BTreeMap<String, FileObject>,
        /// The configs.
        pub configs: BTreeMap<String, FileObject>,
        /// The language models.
        pub models: BTreeMap<String, Model>,
        /// The services that no active profile activates, or that were not selected.
        pub disabled_services(skip): BTreeMap<String, Box<Service>>,
        /// The directory that relative paths start from.
        pub working_dir(skip): PathBuf,
        /// The files that it was read from.
        pub compose_files(skip): Vec<String>,
        /// The variables that it was read with.
        pub environment(skip): BTreeMap<String, String>,
        /// The active profiles.
        pub profiles(skip): Vec<String>,
        /// The `x-*` attributes.
        pub extensions(skip): Extensions,
    }
}

impl Project {
    /// The image of a service: its own, else the one that is built for it.
    #[must_use]
    pub fn image_of(&self, service: &Service, separator: &str) -> String {
        if service.container.image.is_empty() {
            format!("{}{separator}{}", self.name, service.name)
        } else {
            service.container.image.clone()
        }
    }

    /// A service, active or not.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        let service = self.services.get(name).or_else(|| self.disabled_services.get(name));
        service.map(Box::as_ref)
    }

    /// The content of a secret or config that does not come from a file: its own, else its variable's value.
    #[must_use]
    pub fn content_of<'a>(&'a self, object: &'a FileObject) -> Option<&'a str> {
        if object.environment.is_empty() {
            (!object.content.is_empty()).then_some(object.content.as_str())
        } else {
            self.environment.get(&object.environment).map(String::as_str)
        }
    }
}

impl Attribute for Project {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut project: Self = read_fields(deserializer, |project: &mut Self| &mut project.extensions)?;
        for (name, service) in &mut project.services {
            service.name.clone_from(name);
        }
        for (name, job) in &mut project.jobs {
            job.name.clone_from(name);
        }
        Ok(project)
    }

    fn write<S: Serializer>(&self, serializer: S, style: Style) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match style {
            Style::Yaml => self.put(&mut map, style)?,
            Style::Json => self.put_sorted(&mut map)?,
        }
        put_extensions(&mut map, &self.extensions, style)?;
        map.end()
    }

    fn is_blank(&self, _style: Style) -> bool {
        false
    }
}

impl Project {
    /// Writes the attributes as the peer's JSON has them: sorted, and without models.
    fn put_sorted<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        fn put<M: SerializeMap, T: Attribute>(
            map: &mut M,
            key: &str,
            value: &BTreeMap<String, T>,
        ) -> Result<(), M::Error> {
            if value.is_empty() { Ok(()) } else { map.serialize_entry(key, &Styled(value, Style::Json)) }
        }

        put(map, "configs", &self.configs)?;
        put(map, "jobs", &self.jobs)?;
        map.serialize_entry("name", &self.name)?;
        put(map, "networks", &self.networks)?;
        put(map, "secrets", &self.secrets)?;
        map.serialize_entry("services", &Styled(&self.services, Style::Json))?;
        put(map, "volumes", &self.volumes)
    }
}

through_attribute!(Project);
