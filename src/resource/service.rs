//! A service as it should be: a container to be made so many times, what it waits for, what is run around it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ContainerSpec, Hindrances, ProjectFacts, labels, names};
use crate::yaml::Path;

/// A service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceSpec {
    /// Name.
    pub name: String,
    /// How many containers.
    pub replicas: u32,
    /// `container_name`, if said.
    pub container_name: Option<String>,
    /// The container without what its number decides: see [`ServiceSpec::instance`].
    pub template: ContainerSpec,
    /// What it waits for, by name.
    pub dependencies: Vec<Dependency>,
    /// Services whose namespaces or mounts its containers share: when one of theirs is made anew, its own are too.
    pub shares: Vec<String>,
    /// Services that it links to, with the alias if there is one.
    pub links: Vec<(String, Option<String>)>,
    /// Containers outside of the project that it links to, `container:alias`.
    pub external_links: Vec<String>,
    /// Keys of the named volumes that it mounts, with their target.
    pub volumes: Vec<(String, String)>,
    /// Targets of its anonymous volumes.
    pub anonymous_volumes: Vec<String>,
    /// Images that it mounts: target and reference.
    pub image_mounts: Vec<(String, String)>,
    /// True if the file gives it a health check (the image may have one of its own).
    pub has_healthcheck: bool,
    /// What is run around its containers.
    pub hooks: Hooks,
    /// An external program that stands for the service, instead of containers.
    pub provider: Option<ProviderSpec>,
    /// How long its containers get to stop, if said.
    pub stop_grace: Option<Duration>,
    /// False if `up` does not show its logs.
    pub attach: bool,
    /// Where in the file it stands.
    pub blame: Path,
    /// What keeps its containers from being made or started.
    pub hindrances: Hindrances,
}

impl ServiceSpec {
    /// Its container with this number: name, label and aliases are filled in.
    #[must_use]
    pub fn instance(&self, project: &ProjectFacts, number: u32) -> ContainerSpec {
        let name =
            self.container_name.clone().unwrap_or_else(|| names::container(project, &self.name, number));
        let mut spec = self.template.clone();
        spec.body.labels.insert(labels::CONTAINER_NUMBER.to_owned(), number.to_string());
        for attachment in &mut spec.networks {
            attachment.endpoint.aliases.insert(0, name.clone());
        }
        for endpoint in spec.body.networking_config.endpoints_config.values_mut() {
            endpoint.aliases.insert(0, name.clone());
        }
        spec.number = Some(number);
        spec.name = name;
        spec
    }

    /// The entries by which its containers know a container of a service that it links to: by the alias or the
    /// service's name, and by the container's name without and with the project.
    #[must_use]
    pub fn link_names(
        &self,
        target: &ContainerSpec,
        alias: Option<&str>,
        project: &ProjectFacts,
    ) -> Vec<String> {
        let name = &target.name;
        let prefix = format!("{}{}", project.name, project.separator());
        let short = match target.number {
            Some(number) => format!("{}{}{number}", target.service, project.separator()),
            None => name.strip_prefix(&prefix).unwrap_or(name).to_owned(),
        };
        let long = format!("{prefix}{short}");
        [alias.unwrap_or(&target.service), &short, &long].map(|alias| format!("{name}:{alias}")).to_vec()
    }
}

/// A service that another one waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Service.
    pub service: String,
    /// What for.
    pub condition: Condition,
    /// If not, a failure is only a warning.
    pub required: bool,
    /// The dependant is restarted when this one is.
    pub restart: bool,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Started.
    Started,
    /// Healthy.
    Healthy,
    /// Ended with exit code 0.
    Completed,
    /// Healthy, or running if it has no health check (`--wait`).
    RunningOrHealthy,
}

/// What is run around a service's containers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hooks {
    /// Containers that run to their end before the first start, one after the other.
    pub pre_start: Vec<ContainerSpec>,
    /// Commands in each container after its start.
    pub post_start: Vec<HookSpec>,
    /// Commands in each container before its stop.
    pub pre_stop: Vec<HookSpec>,
}

/// A command that is run in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookSpec {
    /// Command line.
    pub command: Vec<String>,
    /// User, if said.
    pub user: Option<String>,
    /// With all privileges.
    pub privileged: bool,
    /// Working directory, if said.
    pub working_directory: Option<String>,
    /// `K=V`.
    pub environment: Vec<String>,
}

/// An external program that stands for a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderSpec {
    /// Its type: the program's name.
    pub kind: String,
    /// Options.
    pub options: BTreeMap<String, Vec<String>>,
    /// The service as JSON on one line, as `config` shows it: what the program is told when it asks.
    pub definition: String,
}

/// A variable that a provider has for the services that depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provision {
    /// Its name in their environment.
    pub name: String,
    /// Its value.
    pub value: String,
}
