//! `ps`: what a project's containers are doing.

use super::{Compose, Error};
use crate::engine::Query;
use crate::load::Loaded;
use crate::resource::{ContainerState, Observed, ObservedContainer, labels};

/// Which containers to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PsOptions {
    /// Only these services; empty for all.
    pub services: Vec<String>,
    /// Ended ones too, and those that `run` made.
    pub all: bool,
    /// Only those in one of these states (`running`, `exited`, …); empty for the usual ones.
    pub states: Vec<ContainerState>,
    /// Those of services that are in no file, too.
    pub orphans: bool,
}

impl Compose {
    /// The project's containers, by name: one call.
    pub async fn ps(&self, options: &PsOptions) -> Result<Vec<ObservedContainer>, Error> {
        self.known_services(&options.services)?;
        let observed = self.observe_containers().await?;
        let mut containers: Vec<ObservedContainer> =
            observed.containers.into_iter().filter(|container| self.lists(container, options)).collect();
        containers.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(containers)
    }

    fn lists(&self, container: &ObservedContainer, options: &PsOptions) -> bool {
        let service = container.label(labels::SERVICE);
        let selected = options.services.is_empty() || options.services.iter().any(|name| name == service);
        let state = if options.states.is_empty() {
            options.all
                || !matches!(
                    container.state,
                    ContainerState::Exited | ContainerState::Created | ContainerState::Dead
                )
        } else {
            options.states.contains(&container.state)
        };
        let kind = options.all || container.label(labels::ONEOFF) != "True";
        let known = options.orphans || self.loaded().is_none_or(|loaded| knows(loaded, service));
        selected && state && kind && known
    }

    /// The project's containers: one call.
    pub(super) async fn observe_containers(&self) -> Result<Observed, Error> {
        self.look(&Query::containers(self.name())).await
    }

    /// The service that a user may have meant.
    pub(super) fn similar(&self, name: &str) -> Option<String> {
        let known = self.loaded()?.project.services.keys();
        crate::diag::did_you_mean(name, known.map(String::as_str))
    }

    /// Services that the user names must be in the files, if there are files.
    pub(super) fn known_services(&self, names: &[String]) -> Result<(), Error> {
        let Some(loaded) = self.loaded() else { return Ok(()) };
        match names.iter().find(|name| !knows(loaded, name)) {
            None => Ok(()),
            Some(unknown) => Err(Error::Request {
                message: format!("no such service: {unknown}"),
                help: self.similar(unknown),
            }),
        }
    }
}

fn knows(loaded: &Loaded, service: &str) -> bool {
    loaded.project.services.contains_key(service) || loaded.project.disabled_services.contains_key(service)
}
