//! What to look for, and the handful of calls that find it.

use std::collections::{BTreeMap, BTreeSet};

use super::container::{ListedContainer, ListedNetwork, ListedVolume, ListedVolumes};
use crate::engine::wire::Filters;
use crate::engine::{Engine, Error};
use crate::resource::{Observed, ObservedContainer, ObservedNetwork, ObservedVolume, labels};

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The project whose containers, networks and volumes are listed; `None`: those of every project.
    pub project: Option<String>,
    /// Networks to find besides, by real name or id, whoever made them.
    pub networks: Vec<String>,
    /// Volumes to find besides, by real name, whoever made them.
    pub volumes: Vec<String>,
    /// Images to find, by the reference that the spec uses.
    pub images: Vec<String>,
    /// Only containers are asked for: one call.
    pub only_containers: bool,
    /// Only containers of this service.
    pub service: Option<String>,
    /// Which containers by their state.
    pub alive: Alive,
}

/// Which containers by their state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alive {
    /// All.
    #[default]
    Whatever,
    /// Those that run, the frozen ones too.
    Running,
}

impl Query {
    /// Everything that carries a project's label.
    #[must_use]
    pub fn project(name: impl Into<String>) -> Self {
        Self { project: Some(name.into()), ..Self::default() }
    }

    /// The containers of a project and nothing else.
    #[must_use]
    pub fn containers(name: impl Into<String>) -> Self {
        Self { only_containers: true, ..Self::project(name) }
    }

    /// The containers of a service that run.
    #[must_use]
    pub fn running(project: impl Into<String>, service: impl Into<String>) -> Self {
        Self { service: Some(service.into()), alive: Alive::Running, ..Self::containers(project) }
    }

    fn labelled(&self) -> Filters {
        let label = match &self.project {
            Some(name) => format!("{}={name}", labels::PROJECT),
            None => labels::PROJECT.to_owned(),
        };
        Filters::from([("label", vec![label])])
    }

    fn is_ours(&self, labels: &BTreeMap<String, String>) -> bool {
        match (&self.project, labels.get(labels::PROJECT)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(ours), Some(theirs)) => ours == theirs,
        }
    }
}

impl Engine {
    /// Looks at the daemon once, by at most five list calls at the same time, whatever the number of services. Images
    /// that are named by their id cost one call each.
    pub async fn observe(&self, query: &Query) -> Result<Observed, Error> {
        let containers = self.list_containers(query);
        if query.only_containers {
            return Ok(Observed {
                containers: containers.await?,
                engine: self.facts().clone(),
                ..Observed::default()
            });
        }
        let (containers, networks, volumes, images) = tokio::try_join!(
            containers,
            self.list_networks(query),
            self.list_volumes(query),
            self.find_images(&query.images),
        )?;
        Ok(Observed { containers, networks, volumes, images, engine: self.facts().clone() })
    }

    async fn list_containers(&self, query: &Query) -> Result<Vec<ObservedContainer>, Error> {
        let mut filters = query.labelled();
        if let (Some(service), Some(labelled)) = (&query.service, filters.get_mut("label")) {
            labelled.push(format!("{}={service}", labels::SERVICE));
        }
        let mut call = self.wire.get("/containers/json").filters(&filters);
        if query.alive == Alive::Whatever {
            call = call.query("all", "1");
        }
        let listed: Vec<ListedContainer> = call.answer().await?;
        let there = listed.into_iter().filter(|container| !container.is_gone());
        let mut seen: Vec<_> = there.map(ObservedContainer::from).collect();
        seen.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(seen)
    }

    /// Engines join different filters by and, so that "labelled or named" is one unfiltered list: engines have few
    /// networks.
    async fn list_networks(&self, query: &Query) -> Result<Vec<ObservedNetwork>, Error> {
        let filters = if query.networks.is_empty() { query.labelled() } else { Filters::new() };
        let listed: Vec<ListedNetwork> = self.wire.get("/networks").filters(&filters).answer().await?;
        let mut seen: Vec<_> = listed
            .into_iter()
            .map(ObservedNetwork::from)
            .filter(|network| {
                query.is_ours(&network.labels)
                    || query.networks.iter().any(|name| *name == network.name || *name == network.id)
            })
            .collect();
        seen.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(seen)
    }

    /// Engines may have thousands of volumes: two filtered lists at once.
    async fn list_volumes(&self, query: &Query) -> Result<Vec<ObservedVolume>, Error> {
        let named = async {
            if query.volumes.is_empty() {
                return Ok(Vec::new());
            }
            // The filter finds parts of names too.
            let wanted: BTreeSet<_> = query.volumes.iter().collect();
            let filters = Filters::from([("name", query.volumes.clone())]);
            let mut seen = self.volumes_by(&filters).await?;
            seen.retain(|volume| wanted.contains(&volume.name));
            Ok(seen)
        };
        let labelled = query.labelled();
        let (labelled, named) = tokio::try_join!(self.volumes_by(&labelled), named)?;
        let by_name: BTreeMap<_, _> =
            labelled.into_iter().chain(named).map(|volume| (volume.name.clone(), volume)).collect();
        Ok(by_name.into_values().collect())
    }

    /// The volumes that carry a project's label: one call.
    pub async fn volumes_of(&self, project: &str) -> Result<Vec<ObservedVolume>, Error> {
        let mut seen = self.volumes_by(&Query::project(project).labelled()).await?;
        seen.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(seen)
    }

    /// The volumes that carry a label, whatever its value: one call.
    pub async fn volumes_labelled(&self, label: &str) -> Result<Vec<ObservedVolume>, Error> {
        let mut seen = self.volumes_by(&Filters::from([("label", vec![label.to_owned()])])).await?;
        seen.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(seen)
    }

    async fn volumes_by(&self, filters: &Filters) -> Result<Vec<ObservedVolume>, Error> {
        let listed: ListedVolumes = self.wire.get("/volumes").filters(filters).answer().await?;
        Ok(listed.volumes.into_iter().map(|volume: ListedVolume| volume.into()).collect())
    }
}
