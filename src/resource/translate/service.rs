//! A service: its container as a template, and everything around it.

use std::collections::BTreeMap;

use super::context::Context;
use super::{body, files, hooks, images};
use crate::model::{Condition as ModelCondition, FileReference, Mount, MountKind, Service, Style, Styled};
use crate::resource::container::bound;
use crate::resource::{
    Condition, ContainerSpec, Dependency, PendingReference, Place, ProviderSpec, ServiceSpec, fields, hash,
    labels,
};
use crate::yaml::{Path, to_json};

/// A service as it should be.
pub(super) fn service(context: &mut Context<'_>, declared: &Service) -> ServiceSpec {
    let settled = settle(context, declared);
    let template = template(context, &settled);
    let hooks = hooks::hooks(context, &settled);
    images::check_pull_policy(context, declared);
    let container = &declared.container;
    let volumes = || container.volumes.iter().filter(|mount| mount.kind == MountKind::Volume);
    ServiceSpec {
        name: declared.name.clone(),
        replicas: u32::try_from(declared.replicas()).unwrap_or(u32::MAX),
        container_name: (!declared.container_name.is_empty()).then(|| declared.container_name.clone()),
        template,
        dependencies: dependencies(declared),
        shares: declared.borrowed().into_keys().map(str::to_owned).collect(),
        links: declared.links.iter().map(|link| split(link)).collect(),
        external_links: declared.external_links.iter().map(|link| external(link)).collect(),
        volumes: volumes()
            .filter(|mount| !mount.source.is_empty())
            .map(|mount| (mount.source.clone(), mount.target.clone()))
            .collect(),
        anonymous_volumes: volumes()
            .filter(|mount| mount.source.is_empty())
            .map(|mount| mount.target.clone())
            .collect(),
        image_mounts: settled
            .container
            .volumes
            .iter()
            .filter(|mount| mount.kind == MountKind::Image)
            .map(|mount| (mount.target.clone(), mount.source.clone()))
            .collect(),
        has_healthcheck: declared.workload.healthcheck.as_ref().is_some_and(|check| !check.is_disabled()),
        hooks,
        provider: declared.provider.as_ref().map(|provider| ProviderSpec {
            kind: provider.kind.clone(),
            options: provider.options.clone(),
            definition: to_json(&Styled(declared, Style::Json)).unwrap_or_default(),
        }),
        stop_grace: container.stop_grace_period.map(crate::model::Duration::to_std),
        attach: declared.is_attached(),
        blame: Path::keys(["services", &declared.name]),
        hindrances: context.take_hindrances(),
    }
}

/// The service as both its body and its hash see it: a mount of what another service builds is one of that image, and
/// who may talk to the daemon gets its socket and credentials.
fn settle(context: &Context<'_>, declared: &Service) -> Service {
    let mut service = declared.clone();
    let container = &mut service.container;
    for mount in &mut container.volumes {
        if mount.kind == MountKind::Image
            && let Some(built) = context.project.services.get(&mount.source)
        {
            mount.source = image_of(context, built);
        }
    }
    if container.use_api_socket {
        let socket = "/var/run/docker.sock".to_owned();
        let mount =
            Mount { kind: MountKind::Bind, source: socket.clone(), target: socket, ..Mount::default() };
        container.volumes.push(mount);
        let folder = || Some(files::CREDENTIALS_FOLDER.to_owned());
        container.environment.entry("DOCKER_CONFIG".to_owned()).or_insert_with(folder);
        container.configs.push(FileReference {
            source: files::CREDENTIALS.to_owned(),
            target: format!("{}/config.json", files::CREDENTIALS_FOLDER),
            ..FileReference::default()
        });
    }
    service
}

/// The reference of a service's image.
pub(super) fn image_of(context: &Context<'_>, service: &Service) -> String {
    context.project.image_of(service, &context.facts.separator().to_string())
}

fn template(context: &mut Context<'_>, service: &Service) -> ContainerSpec {
    let mut spec = body::container(context, service);
    spec.body.image = image_of(context, service);
    spec.body.labels.clone_from(&service.container.labels);
    let marks = marks(context, service);
    spec.body.labels.extend(marks.into_iter().map(|(label, value)| (label.to_owned(), value)));
    for entry in &service.container.volumes_from {
        let list = &mut spec.body.host_config.volumes_from;
        if let Some(outside) = entry.strip_prefix("container:") {
            list.push(outside.to_owned());
        } else {
            let name = entry.split(':').next().unwrap_or_default();
            let place = Place::VolumesFrom { index: list.len() };
            spec.pending.push(PendingReference { place, service: name.to_owned() });
            list.push(entry.clone());
        }
    }
    let host = &spec.body.host_config;
    let modes = [
        (Place::NetworkMode, &host.network_mode),
        (Place::IpcMode, &host.ipc_mode),
        (Place::PidMode, &host.pid_mode),
    ];
    for (place, mode) in modes {
        if let Some(name) = mode.strip_prefix("service:") {
            spec.pending.push(PendingReference { place, service: name.to_owned() });
        }
    }
    if !spec.pending.is_empty() {
        spec.unbound = Some(Box::new(service.clone()));
    }
    spec
}

fn marks(context: &Context<'_>, service: &Service) -> BTreeMap<&'static str, String> {
    let facts = context.facts;
    let depends_on = service.workload.depends_on.iter();
    let waits = depends_on.map(|(name, edge)| format!("{name}:{}:{}", edge.condition, edge.restart));
    let mut marks = BTreeMap::from([
        (labels::PROJECT, facts.name.clone()),
        (labels::SERVICE, service.name.clone()),
        (labels::VERSION, labels::COMPATIBLE_VERSION.to_owned()),
        (labels::CONFIG_HASH, hash::service(&bound(service.clone(), &BTreeMap::new()))),
        (labels::ONEOFF, "False".to_owned()),
        (fields::LABEL, fields::digests(service)),
        (labels::WORKING_DIR, facts.directory.display().to_string()),
        (labels::CONFIG_FILES, facts.files.join(",")),
        (labels::DEPENDS_ON, waits.collect::<Vec<_>>().join(",")),
    ]);
    if !facts.environment_files.is_empty() {
        marks.insert(labels::ENVIRONMENT_FILE, facts.environment_files.join(","));
    }
    marks
}

/// What a service waits for: what it says, and what it shares something with or links to.
fn dependencies(service: &Service) -> Vec<Dependency> {
    let declared = service.workload.depends_on.iter().map(|(name, edge)| Dependency {
        service: name.clone(),
        condition: match edge.condition {
            ModelCondition::Started => Condition::Started,
            ModelCondition::Healthy => Condition::Healthy,
            ModelCondition::CompletedSuccessfully => Condition::Completed,
        },
        required: edge.required,
        restart: edge.restart,
    });
    let mut all: Vec<Dependency> = declared.collect();
    let linked = service.links.iter().map(|link| (split(link).0, false));
    let shared = service.borrowed().into_keys().map(|name| (name.to_owned(), true));
    for (name, restart) in shared.chain(linked) {
        if !all.iter().any(|dependency| dependency.service == name) {
            let condition = Condition::Started;
            all.push(Dependency { service: name, condition, required: true, restart });
        }
    }
    all.sort_by(|one, other| one.service.cmp(&other.service));
    all
}

fn split(link: &str) -> (String, Option<String>) {
    match link.split_once(':') {
        Some((name, alias)) => (name.to_owned(), Some(alias.to_owned())),
        None => (link.to_owned(), None),
    }
}

fn external(link: &str) -> String {
    if link.contains(':') { link.to_owned() } else { format!("{link}:{link}") }
}
