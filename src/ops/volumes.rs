//! `volumes`: the volumes of a project.

use std::collections::BTreeSet;

use super::{Compose, Error};
use crate::model::MountKind;
use crate::resource::{ObservedVolume, labels};

impl Compose {
    /// The volumes that were made for the project, by name: one call. Only those that one of the services uses, if
    /// services are named.
    pub async fn volumes(&self, services: &[String]) -> Result<Vec<ObservedVolume>, Error> {
        self.known_services(services)?;
        let mut volumes = self.engine().volumes_of(self.name()).await?;
        if !services.is_empty() {
            let used = self.used_volumes(services).await?;
            volumes.retain(|volume| used.contains(&volume.name));
        }
        Ok(volumes)
    }

    /// Real names of the volumes that services use: as the files say, else as their containers have them.
    async fn used_volumes(&self, services: &[String]) -> Result<BTreeSet<String>, Error> {
        if let Some(loaded) = self.loaded() {
            let mounts = services
                .iter()
                .filter_map(|name| loaded.project.services.get(name))
                .flat_map(|service| &service.container.volumes);
            let keys = mounts.filter(|mount| mount.kind == MountKind::Volume).map(|mount| &mount.source);
            let desired = self.desired()?;
            let name = |key: &String| desired.volumes.iter().find(|volume| volume.key == *key);
            return Ok(keys.filter_map(name).map(|volume| volume.name.clone()).collect());
        }
        let observed = self.observe_containers().await?;
        let mine = observed
            .containers
            .into_iter()
            .filter(|container| services.iter().any(|name| name == container.label(labels::SERVICE)));
        Ok(mine.flat_map(|container| container.mounts).map(|mount| mount.name).collect())
    }
}
