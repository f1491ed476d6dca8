//! Language models of the file: they are there before who uses them, and containers are told where.

use std::collections::BTreeSet;

use super::{Compose, Error};
use crate::model::{Model, Project};
use crate::plan::UpPolicy;
use crate::resource::Fault;
use crate::run::models::{ModelFault, ModelRunner};
use crate::yaml::Path;

impl Compose {
    /// Pulls and sets up the models of the services that a policy is about.
    pub(super) async fn ensure_models(&self, policy: &UpPolicy) -> Result<(), Error> {
        let Some(loaded) = self.loaded() else { return Ok(()) };
        let users = users(&loaded.project, policy);
        if users.is_empty() {
            return Ok(());
        }
        let used: BTreeSet<&String> = users.iter().flat_map(|(_, models)| models).copied().collect();
        let models: Vec<Model> =
            used.iter().filter_map(|name| loaded.project.models.get(*name)).cloned().collect();
        let runner = self.model_runner(&users)?;
        tokio::select! {
            done = runner.ensure(&models, self.sink()) => done.map_err(|fault| self.failed_model(&fault, &users)),
            () = self.interrupts().stop.cancelled() => Err(Error::Interrupted),
        }
    }

    /// The project, with the variables that say where the models of services are, as far as a policy is about them.
    pub(super) async fn told_of_models(
        &self,
        mut project: Project,
        policy: &UpPolicy,
    ) -> Result<Project, Error> {
        let users = users(&project, policy);
        if users.is_empty() {
            return Ok(project);
        }
        let runner = self.model_runner(&users)?;
        let asked = self.model_endpoint().get_or_try_init(|| runner.endpoint());
        let endpoint = asked.await.map_err(|fault| self.failed_model(&fault, &users))?.clone();
        let names: Vec<String> = users.into_iter().map(|(service, _)| service.to_owned()).collect();
        let models = project.models.clone();
        for service in project.services.values_mut().filter(|service| names.contains(&service.name)) {
            let container = &mut service.container;
            for (name, binding) in &container.models {
                let binding = binding.clone().unwrap_or_default();
                let prefix = name.to_uppercase().replace('-', "_");
                let or =
                    |given: String, end| if given.is_empty() { format!("{prefix}_{end}") } else { given };
                let model = models.get(name).map(|model| model.model.clone()).unwrap_or_default();
                container.environment.insert(or(binding.model_var, "MODEL"), Some(model));
                container.environment.insert(or(binding.endpoint_var, "URL"), Some(endpoint.clone()));
            }
        }
        Ok(project)
    }

    /// At the first line that asks for a model.
    fn failed_model(&self, fault: &ModelFault, users: &[(&str, Vec<&String>)]) -> Error {
        let told = Fault::new("models", fault.to_string());
        let asks = users.iter().map(|(service, _)| Path::keys(["services", service, "models"]));
        let place = |path: &Path| self.loaded().and_then(|loaded| loaded.blame(path));
        let told = match asks.min_by_key(|path| place(path)) {
            Some(path) => told.at(path),
            None => told,
        };
        Error::from(vec![match fault {
            ModelFault::NoPlugin => told.help(
                "install the plugin `docker-model` (package `docker-model-plugin` of Docker's repository)",
            ),
            _ => told,
        }])
    }

    fn model_runner(&self, users: &[(&str, Vec<&String>)]) -> Result<ModelRunner, Error> {
        ModelRunner::find(self.engine(), self.name(), self.all_variables())
            .map_err(|fault| self.failed_model(&fault, users))
    }
}

/// The services that a policy is about and that use models, with these.
fn users<'a>(project: &'a Project, policy: &UpPolicy) -> Vec<(&'a str, Vec<&'a String>)> {
    let using = project.services.values().filter(|service| !service.container.models.is_empty());
    let mut using = using.peekable();
    if using.peek().is_none() {
        return Vec::new();
    }
    let mut meant: BTreeSet<&str> = policy.services.iter().map(String::as_str).collect();
    let mut open: Vec<&str> =
        if policy.no_dependencies { Vec::new() } else { meant.iter().copied().collect() };
    while let Some(service) = open.pop().and_then(|name| project.services.get(name)) {
        let needed = service.workload.depends_on.keys().map(String::as_str);
        open.extend(needed.filter(|name| meant.insert(name)));
    }
    using
        .filter(|service| policy.services.is_empty() || meant.contains(service.name.as_str()))
        .map(|service| (service.name.as_str(), service.container.models.keys().collect()))
        .collect()
}
