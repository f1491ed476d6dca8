//! `top`: the processes of a project's containers.

use futures_util::future::join_all;

use super::{Compose, Error};
use crate::engine::{Processes, Reason};
use crate::resource::{ContainerState, ObservedContainer, labels};

/// The processes of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerProcesses {
    /// The container's name.
    pub container: String,
    /// Service.
    pub service: String,
    /// Number within the service; empty for what `run` made.
    pub number: String,
    /// Its processes.
    pub processes: Processes,
}

impl Compose {
    /// The processes of containers that run, by container: one call, and one for each of them at the same time.
    pub async fn top(&self, services: &[String]) -> Result<Vec<ContainerProcesses>, Error> {
        self.known_services(services)?;
        let observed = self.observe_containers().await?;
        let running: Vec<&ObservedContainer> = observed
            .containers
            .iter()
            .filter(|container| matches!(container.state, ContainerState::Running | ContainerState::Paused))
            .filter(|container| {
                services.is_empty() || services.iter().any(|name| name == container.label(labels::SERVICE))
            })
            .collect();
        let asked =
            join_all(running.iter().map(|container| self.engine().processes(&container.id, ""))).await;
        let mut all = Vec::new();
        for (container, processes) in running.into_iter().zip(asked) {
            match processes {
                Ok(processes) => all.push(ContainerProcesses {
                    container: container.name.clone(),
                    service: container.label(labels::SERVICE).to_owned(),
                    number: container.label(labels::CONTAINER_NUMBER).to_owned(),
                    processes,
                }),
                // It has ended in the meantime.
                Err(fault) if fault.is_not_found() || matches!(fault.reason(), Some(Reason::NotRunning)) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(all)
    }
}
