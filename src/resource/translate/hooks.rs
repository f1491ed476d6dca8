//! What is run around a service's containers.

use super::body;
use super::context::Context;
use super::service::image_of;
use crate::model::{Environment, Hook, PreStart, Service};
use crate::resource::{ContainerSpec, HookSpec, Hooks, PendingReference, Place, labels, names};

/// The hooks of a service.
pub(super) fn hooks(context: &mut Context<'_>, service: &Service) -> Hooks {
    Hooks {
        pre_start: (0..service.pre_start.len()).map(|index| pre_start(context, service, index)).collect(),
        post_start: service.post_start.iter().map(HookSpec::from).collect(),
        pre_stop: service.pre_stop.iter().map(HookSpec::from).collect(),
    }
}

impl From<&Hook> for HookSpec {
    fn from(hook: &Hook) -> Self {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        Self {
            command: hook.command.clone().unwrap_or_default().0,
            user: some(&hook.user),
            privileged: hook.privileged,
            working_directory: some(&hook.working_dir),
            environment: body::environment(&hook.environment),
        }
    }
}

/// The container of a `pre_start` hook: in the networks of the service, with its mounts, and its variables below its own.
fn pre_start(context: &mut Context<'_>, service: &Service, index: usize) -> ContainerSpec {
    let hook = &service.pre_start[index];
    let mut alone = standing_alone(service, hook);
    if alone.container.image.is_empty() {
        alone.container.image = image_of(context, service);
    }
    let mut spec = body::container(context, &alone);
    spec.name = names::pre_start(context.facts, &service.name, index);
    spec.body.labels = hook.container.labels.clone();
    let marks = [
        (labels::PROJECT, context.facts.name.clone()),
        (labels::SERVICE, service.name.clone()),
        (labels::VERSION, labels::COMPATIBLE_VERSION.to_owned()),
        (labels::DEPENDS_ON, String::new()),
        (labels::HOOK, "pre_start".to_owned()),
        (labels::HOOK_INDEX, index.to_string()),
    ];
    spec.body.labels.extend(marks.map(|(label, value)| (label.to_owned(), value)));
    let host = &mut spec.body.host_config;
    spec.pending.push(PendingReference {
        place: Place::VolumesFrom { index: host.volumes_from.len() },
        service: service.name.clone(),
    });
    host.volumes_from.push(service.name.clone());
    spec
}

/// A hook as a service of its own.
fn standing_alone(service: &Service, hook: &PreStart) -> Service {
    let mut container = hook.container.clone();
    if container.networks.is_empty() && container.network_mode.is_empty() {
        container.networks.clone_from(&service.container.networks);
        container.network_mode.clone_from(&service.container.network_mode);
    }
    let mut variables: Environment = service.container.environment.clone();
    variables.extend(std::mem::take(&mut container.environment));
    container.environment = variables;
    Service { name: service.name.clone(), container, ..Service::default() }
}
