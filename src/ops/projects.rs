//! `ls`: the projects that a daemon holds.

use std::collections::{BTreeMap, BTreeSet};

use super::Error;
use crate::engine::{Engine, Query};
use crate::resource::labels;

/// A project as its containers tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectSummary {
    /// Its name.
    pub name: String,
    /// How many containers are in which state, by the state's word.
    pub states: BTreeMap<String, usize>,
    /// Its compose files, as whoever made the containers named them.
    pub files: Vec<String>,
}

/// The projects of a daemon, by name: one call. Those without a container that runs only if `all`.
pub async fn projects(engine: &Engine, all: bool) -> Result<Vec<ProjectSummary>, Error> {
    let observed = engine.observe(&Query { only_containers: true, ..Query::default() }).await?;
    let shown = observed.containers.iter().filter(|container| all || container.state.is_alive());
    let mut found: BTreeMap<&str, ProjectSummary> = BTreeMap::new();
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    for container in shown {
        let name = container.label(labels::PROJECT);
        let project = found.entry(name).or_insert_with(|| summary(name));
        *project.states.entry(container.state.word().to_owned()).or_default() += 1;
        let files = container.label(labels::CONFIG_FILES).split(',').filter(|file| !file.is_empty());
        project.files.extend(files.filter(|file| known.insert((name, file))).map(str::to_owned));
    }
    Ok(found.into_values().collect())
}

fn summary(name: &str) -> ProjectSummary {
    ProjectSummary { name: name.to_owned(), ..ProjectSummary::default() }
}

impl ProjectSummary {
    /// The states in the peer's form: `exited(1), running(2)`.
    #[must_use]
    pub fn status(&self) -> String {
        let parts: Vec<String> =
            self.states.iter().map(|(state, count)| format!("{state}({count})")).collect();
        parts.join(", ")
    }
}
