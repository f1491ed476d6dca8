//! `wait`: until containers end.

use futures_util::future::try_join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::{Compose, Error};
use crate::engine::WaitFor;
use crate::resource::{ObservedContainer, labels};

/// A container that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Its id.
    pub id: String,
    /// Its name.
    pub container: String,
    /// Its exit code.
    pub code: i64,
}

impl Compose {
    /// Waits until the containers of services have ended, or the first of them if `first`; `told` hears of each as it
    /// ends. Those that have ended before count. One call, and one for each container at the same time.
    pub async fn wait_for_end<E: From<Error>>(
        &self,
        services: &[String],
        first: bool,
        mut told: impl FnMut(&Ending) -> Result<(), E>,
    ) -> Result<Vec<Ending>, E> {
        let containers = self.awaited(services).await?;
        let waits = containers.iter().map(|container| self.engine().wait(&container.id, WaitFor::NotRunning));
        let waits = try_join_all(waits).await.map_err(Error::from)?;
        let pairs = waits.into_iter().zip(containers);
        let mut pending: FuturesUnordered<_> = pairs
            .map(|(waiting, container)| async move { waiting.exit().await.map(|exit| (exit, container)) })
            .collect();
        let mut ended = Vec::new();
        loop {
            let next = tokio::select! {
                next = pending.next() => next,
                () = self.interrupts().stop.cancelled() => return Err(Error::Interrupted.into()),
            };
            let Some(next) = next else { return Ok(ended) };
            let (exit, container) = next.map_err(Error::from)?;
            let ending = Ending { id: container.id, container: container.name, code: exit.code };
            told(&ending)?;
            ended.push(ending);
            if first {
                return Ok(ended);
            }
        }
    }

    async fn awaited(&self, services: &[String]) -> Result<Vec<ObservedContainer>, Error> {
        self.known_services(services)?;
        let observed = self.observe_containers().await?;
        let mine = observed
            .containers
            .into_iter()
            .filter(|container| services.iter().any(|name| name == container.label(labels::SERVICE)));
        let containers: Vec<ObservedContainer> = mine.collect();
        if containers.is_empty() {
            return Err(Error::Request {
                message: format!("no containers for project {:?}", self.name()),
                help: Some(format!("`rcompose -p {} ps -a` shows what is there", self.name())),
            });
        }
        Ok(containers)
    }
}
