//! `inspect`: all that the daemon knows of containers.

use futures_util::future::try_join_all;
use serde_json::Value;

use super::{Compose, Error};
use crate::resource::{ObservedContainer, labels};

impl Compose {
    /// Containers of services as the daemon describes them, by name, whether they run or not; only those of a number,
    /// if there is one. One call, and one for each container at the same time.
    pub async fn inspect(&self, services: &[String], index: Option<u32>) -> Result<Vec<Value>, Error> {
        self.known_services(services)?;
        let observed = self.observe_containers().await?;
        let is_meant = |container: &&ObservedContainer| {
            let service = container.label(labels::SERVICE);
            let number = container.label(labels::CONTAINER_NUMBER).parse::<u32>().ok();
            (services.is_empty() || services.iter().any(|name| name == service))
                && index.is_none_or(|index| number == Some(index))
        };
        let mine: Vec<&ObservedContainer> = observed.containers.iter().filter(is_meant).collect();
        if mine.is_empty() {
            let what = if services.is_empty() {
                format!("project `{}`", self.name())
            } else {
                format!("`{}`", services.join("`, `"))
            };
            let number = index.map_or_else(String::new, |index| format!(" of number {index}"));
            return Err(Error::Request {
                message: format!("there is no container{number} for {what}"),
                help: Some("`up` or `create` makes them".to_owned()),
            });
        }
        let inspected = mine.iter().map(|container| self.engine().inspect_container_raw(&container.id));
        Ok(try_join_all(inspected).await?)
    }
}
