//! The whole of a project.

use super::context::{Context, Target};
use super::{images, networks, service};
use crate::model::Project;
use crate::resource::{Desired, Hindrances, ProjectFacts, ServiceSpec};

/// What the daemon should hold for a project. What of it cannot be made says why.
#[must_use]
pub fn translate(project: &Project, target: &Target<'_>) -> Desired {
    let facts = ProjectFacts {
        name: project.name.clone(),
        directory: project.working_dir.clone(),
        files: project.compose_files.clone(),
        environment_files: target.environment_files.clone(),
        compatibility: target.compatibility,
    };
    let hindrances = Hindrances::default();
    let mut context = Context { project, facts: &facts, target, hindrances, warnings: Vec::new() };
    let services: Vec<ServiceSpec> =
        project.services.values().map(|declared| service::service(&mut context, declared)).collect();
    let networks = project.networks.iter();
    let networks = networks.map(|(key, network)| networks::network(&mut context, key, network)).collect();
    let volumes = project.volumes.iter();
    let volumes = volumes.map(|(key, volume)| networks::volume(&mut context, key, volume)).collect();
    let images = images::images(&mut context);
    let warnings = context.warnings;
    let disabled = project.disabled_services.keys().cloned().collect();
    Desired { project: facts, networks, volumes, services, images, disabled, warnings }
}
