//! Images: where they come from.

use std::collections::BTreeMap;

use super::context::{Context, at};
use super::limits;
use super::service::image_of;
use crate::model::{Build, MountKind, Service};
use crate::resource::{
    BuildContext, BuildSecret, BuildSecretSource, BuildSpec, Concealed, Fault, ImageSpec, PullPolicy,
    Warning, labels,
};

/// All images of the project, each once. What a service builds wins over what another one merely uses.
pub(super) fn images(context: &mut Context<'_>) -> Vec<ImageSpec> {
    let mut images: BTreeMap<String, ImageSpec> = BTreeMap::new();
    let project = context.project;
    for service in project.services.values() {
        if service.provider.is_some() {
            continue;
        }
        let image = image(context, service);
        differ(context, &images, &image);
        add(&mut images, image);
        let extra = service.pre_start.iter().map(|hook| hook.container.image.as_str());
        let mounted = service
            .container
            .volumes
            .iter()
            .filter(|mount| mount.kind == MountKind::Image && !project.services.contains_key(&mount.source))
            .map(|mount| mount.source.as_str());
        for reference in extra.chain(mounted).filter(|reference| !reference.is_empty()) {
            let image = ImageSpec {
                reference: reference.to_owned(),
                named: true,
                services: vec![service.name.clone()],
                blame: at(&service.name, "volumes"),
                ..ImageSpec::default()
            };
            add(&mut images, image);
        }
    }
    images.into_values().collect()
}

/// One name for what two services build differently: only one of them can have it.
fn differ(context: &mut Context<'_>, images: &BTreeMap<String, ImageSpec>, image: &ImageSpec) {
    let known = images.get(&image.reference).and_then(|known| known.build.as_ref());
    if let (Some(one), Some(other)) = (known, &image.build)
        && one.key() != other.key()
    {
        let message = format!(
            "`{}` and `{}` build the image `{}` differently: it is built as `{}` says",
            one.service, other.service, image.reference, one.service
        );
        context.warn(Warning::new("build-differs", message).at(other.blame.clone()));
    }
}

fn add(images: &mut BTreeMap<String, ImageSpec>, mut image: ImageSpec) {
    let Some(known) = images.get_mut(&image.reference) else {
        images.insert(image.reference.clone(), image);
        return;
    };
    for service in image.services.drain(..) {
        if !known.services.contains(&service) {
            known.services.push(service);
        }
    }
    match (&mut known.build, image.build) {
        (Some(known), Some(build)) => {
            for tag in build.tags {
                if !known.tags.contains(&tag) {
                    known.tags.push(tag);
                }
            }
        }
        (None, Some(build)) => {
            known.build = Some(build);
            known.blame = image.blame;
        }
        (_, None) => {}
    }
    known.builders.append(&mut image.builders);
    known.pull.append(&mut image.pull);
    known.named |= image.named;
    known.platform = known.platform.take().or(image.platform);
}

fn image(context: &mut Context<'_>, service: &Service) -> ImageSpec {
    let reference = image_of(context, service);
    let policy = service.container.pull_policy.parse().ok();
    let pull: Option<(String, PullPolicy)> = policy.map(|policy| (service.name.clone(), policy));
    let build = service.workload.build.as_ref().map(|build| build_spec(context, service, build));
    let platform = &service.container.platform;
    let named = !service.container.image.is_empty();
    ImageSpec {
        reference,
        platform: (!platform.is_empty()).then(|| platform.clone()),
        pull: pull.into_iter().collect(),
        build,
        named,
        services: vec![service.name.clone()],
        builders: service.workload.build.iter().map(|_| service.name.clone()).collect(),
        blame: at(&service.name, if named { "image" } else { "build" }),
    }
}

/// Looks whether what the file says about pulling, if it says something, can be understood.
pub(super) fn check_pull_policy(context: &mut Context<'_>, service: &Service) {
    let word = service.container.pull_policy.as_str();
    if !word.is_empty() && word.parse::<PullPolicy>().is_err() {
        let fault = Fault::new("invalid-pull-policy", format!("invalid pull policy `{word}`"));
        context.fault(fault.at(at(&service.name, "pull_policy")));
    }
}

fn build_spec(context: &mut Context<'_>, service: &Service, build: &Build) -> BuildSpec {
    let reference = image_of(context, service);
    let mut tags = vec![reference];
    for tag in &build.tags {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    let mut all_labels = build.labels.clone();
    let marks = [
        (labels::PROJECT, context.facts.name.as_str()),
        (labels::SERVICE, service.name.as_str()),
        (labels::VERSION, labels::COMPATIBLE_VERSION),
    ];
    all_labels.extend(marks.map(|(label, value)| (label.to_owned(), value.to_owned())));
    BuildSpec {
        service: service.name.clone(),
        context: build.context.clone(),
        dockerfile: build.dockerfile.clone(),
        dockerfile_inline: (!build.dockerfile_inline.is_empty()).then(|| build.dockerfile_inline.clone()),
        args: build.args.clone(),
        labels: all_labels,
        tags,
        shared: Vec::new(),
        target: build.target.clone(),
        cache_from: build.cache_from.clone(),
        cache_to: build.cache_to.clone(),
        no_cache: build.no_cache,
        no_cache_filter: build.no_cache_filter.clone(),
        pull: build.pull,
        network: build.network.clone(),
        shm_size: build.shm_size.0,
        extra_hosts: build.extra_hosts.pairs(":"),
        ulimits: limits::ulimits(&build.ulimits),
        memory: 0,
        isolation: build.isolation.clone(),
        privileged: build.privileged,
        platforms: service.build_platforms(),
        additional_contexts: build
            .additional_contexts
            .iter()
            .map(|(name, source)| (name.clone(), named_context(context, source)))
            .collect(),
        secrets: secrets(context, build),
        ssh: build.ssh.0.iter().map(|key| key.to_string().replace(": ", "=")).collect(),
        entitlements: build.entitlements.clone(),
        provenance: build.provenance.clone(),
        sbom: build.sbom.clone(),
        blame: at(&service.name, "build"),
    }
}

/// A service that is not there was found out when the files were checked.
fn named_context(context: &Context<'_>, source: &str) -> BuildContext {
    let service = source.strip_prefix("service:").and_then(|name| context.project.service(name));
    match service {
        Some(service) => {
            BuildContext::Service { service: service.name.clone(), image: image_of(context, service) }
        }
        None => BuildContext::Source(source.to_owned()),
    }
}

fn secrets(context: &Context<'_>, build: &Build) -> Vec<BuildSecret> {
    let secret = |reference: &crate::model::FileReference| {
        let object = context.project.secrets.get(&reference.source)?;
        let source = if object.environment.is_empty() {
            BuildSecretSource::File(object.file.clone())
        } else {
            let value = context.project.content_of(object).map(|text| Concealed(text.to_owned()));
            BuildSecretSource::Environment { name: object.environment.clone(), value }
        };
        let id = if reference.target.is_empty() { &reference.source } else { &reference.target };
        Some(BuildSecret { id: id.clone(), source })
    };
    build.secrets.iter().filter_map(secret).collect()
}
