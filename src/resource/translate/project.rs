//! The whole of a project.

use std::collections::BTreeSet;

use super::context::{Context, Target};
use super::{images, networks, service};
use crate::model::Project;
use crate::resource::{Desired, Fault, ProjectFacts, ServiceSpec};

/// What the daemon should hold for a project, or every reason why it cannot.
pub fn translate(project: &Project, target: &Target<'_>) -> Result<Desired, Vec<Fault>> {
    let facts = ProjectFacts {
        name: project.name.clone(),
        directory: project.working_dir.clone(),
        files: project.compose_files.clone(),
        environment_files: target.environment_files.clone(),
        compatibility: target.compatibility,
    };
    let mut context = Context { project, facts: &facts, target, faults: Vec::new(), warnings: Vec::new() };
    let services: Vec<ServiceSpec> =
        project.services.values().map(|declared| service::service(&mut context, declared)).collect();
    let used = used_networks(&services);
    let networks = project
        .networks
        .iter()
        .filter(|(key, _)| used.contains(key.as_str()))
        .map(|(key, network)| networks::network(&mut context, key, network))
        .collect();
    let volumes = project
        .volumes
        .iter()
        .filter(|(key, _)| {
            services.iter().any(|service| service.volumes.iter().any(|(used, _)| used == *key))
        })
        .map(|(key, volume)| networks::volume(&mut context, key, volume))
        .collect();
    let images = images::images(&mut context);
    let Context { faults, warnings, .. } = context;
    if !faults.is_empty() {
        return Err(faults);
    }
    let disabled = project.disabled_services.keys().cloned().collect();
    Ok(Desired { project: facts, networks, volumes, services, images, disabled, warnings })
}

fn used_networks(services: &[ServiceSpec]) -> BTreeSet<&str> {
    services
        .iter()
        .filter(|service| service.provider.is_none())
        .flat_map(|service| {
            let hooks = service.hooks.pre_start.iter().flat_map(|hook| &hook.networks);
            service.template.networks.iter().chain(hooks)
        })
        .map(|attachment| attachment.key.as_str())
        .collect()
}
