//! `exec`: processes in a service's container that runs.

use super::{Compose, Error};
use crate::engine::{ExecSpec, Query};
use crate::resource::{ObservedContainer, labels};
use crate::run::{Captured, Console, Ended, Input, capture, exec};

/// Which container of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// Service.
    pub service: String,
    /// The container of this number; `None`: the first that runs.
    pub index: Option<u32>,
}

impl Instance {
    /// The first container of a service.
    #[must_use]
    pub fn of(service: impl Into<String>) -> Self {
        Self { service: service.into(), index: None }
    }
}

impl Compose {
    /// Runs a process in a container with `console` at its other end, until it ends or the user lets go.
    pub async fn exec(&self, at: &Instance, spec: &ExecSpec, console: Console) -> Result<Ended, Error> {
        let container = self.running(at).await?;
        Ok(exec(self.engine(), &container.id, spec, console).await?)
    }

    /// Starts a process in a container and leaves it alone.
    pub async fn exec_detached(&self, at: &Instance, spec: &ExecSpec) -> Result<(), Error> {
        let container = self.running(at).await?;
        let id = self.engine().create_exec(&container.id, spec).await?;
        Ok(self.engine().start_exec_detached(&id).await?)
    }

    /// Runs a process in a container to its end and gives what it said.
    pub async fn exec_captured(
        &self,
        at: &Instance,
        spec: &ExecSpec,
        input: Option<Input>,
    ) -> Result<Captured, Error> {
        let container = self.running(at).await?;
        Ok(capture(self.engine(), &container.id, spec, input).await?)
    }

    /// The running container that a user means: the one of the number asked for, else that of the lowest; what `run`
    /// made comes last. One call.
    pub async fn running(&self, at: &Instance) -> Result<ObservedContainer, Error> {
        let observed = self.look(&Query::running(self.name(), &at.service)).await?;
        let mut containers = observed.containers;
        in_order(&mut containers);
        let found = match at.index {
            None => containers.into_iter().next(),
            Some(index) => containers.into_iter().find(|container| number(container) == index),
        };
        found.ok_or_else(|| self.not_running(at))
    }

    pub(super) fn not_running(&self, at: &Instance) -> Error {
        let service = &at.service;
        let message = match at.index {
            None => format!("service {service:?} is not running"),
            Some(index) => format!("service {service:?} is not running container #{index}"),
        };
        let unknown = self.loaded().is_some_and(|loaded| {
            !loaded.project.services.contains_key(service)
                && !loaded.project.disabled_services.contains_key(service)
        });
        let help = if unknown { self.similar(service) } else { Some(format!("`up -d {service}` starts it")) };
        Error::Request { message, help }
    }
}

/// A container's number among those of its service.
pub(super) fn number(container: &ObservedContainer) -> u32 {
    container.label(labels::CONTAINER_NUMBER).parse().unwrap_or(u32::MAX)
}

/// By number; what `run` made comes last.
pub(super) fn in_order(containers: &mut [ObservedContainer]) {
    containers.sort_by_key(|container| (container.label(labels::ONEOFF) == "True", number(container)));
}
