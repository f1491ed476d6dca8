//! The builds of a project as a file for `docker buildx bake`, as the peer prints it. Where the peer's own order changes
//! from run to run (targets, keys, limits), things are sorted here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{BuildOptions, Compose, Error};
use crate::model::{Build, FileObject, FileReference, Project, Service, Ulimit};
use crate::plan::ServiceGraph;
use crate::resource::labels;
use crate::yaml::to_json_pretty;

/// Names that are no paths.
const ADDRESSES: [&str; 3] = ["://", "git@", "github.com/"];

impl Compose {
    /// The bake file of the builds that [`Compose::prepare_build`] would plan; `None` if there are none.
    pub fn bake(&self, options: &BuildOptions) -> Result<Option<String>, Error> {
        self.known_services(&options.services)?;
        let desired = self.desired()?;
        let Some(loaded) = self.loaded() else { return Ok(None) };
        let project = &loaded.project;
        let named = super::build::services(&desired, options);
        let selected: BTreeSet<&str> = project
            .services
            .values()
            .filter(|service| service.workload.build.is_some())
            .map(|service| service.name.as_str())
            .filter(|name| named.is_empty() || named.iter().any(|one| one == name))
            .collect();
        if selected.is_empty() {
            return Ok(None);
        }
        let image = |service: &Service| {
            desired.service(&service.name).map(|found| found.template.body.image.clone()).unwrap_or_default()
        };
        let group: BTreeSet<String> =
            with_bases(project, &selected).iter().map(|service| target(&service.name)).collect();
        // As the peer has it: what the services depend on is described, and not asked for.
        let graph = ServiceGraph::of(&desired);
        let all = graph.with_dependencies(selected);
        let targets: BTreeMap<String, Value> = with_bases(project, &all)
            .into_iter()
            .filter_map(|service| {
                let build = service.workload.build.as_ref()?;
                let marks = Marks {
                    project: self.name(),
                    image: image(service),
                    push: options.push,
                    secrets: &project.secrets,
                };
                Some((target(&service.name), entry(service, build, (options, marks))))
            })
            .collect();
        let file = json!({ "group": { "default": { "targets": group } }, "target": targets });
        to_json_pretty(&file).map(|text| Some(text + "\n")).map_err(|cause| Error::request(cause.to_string()))
    }
}

/// What is told of a target besides its `build`.
struct Marks<'a> {
    project: &'a str,
    image: String,
    push: bool,
    secrets: &'a BTreeMap<String, FileObject>,
}

/// The services, and those whose images they are built on.
fn with_bases<'a>(project: &'a Project, selected: &BTreeSet<&str>) -> Vec<&'a Service> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = selected.iter().map(|name| (*name).to_owned()).collect();
    while let Some(name) = open.pop() {
        let Some(service) = project.services.get(&name).filter(|_| names.insert(name.clone())) else {
            continue;
        };
        let contexts = service.workload.build.iter().flat_map(|build| build.additional_contexts.values());
        open.extend(contexts.filter_map(|context| context.strip_prefix("service:")).map(str::to_owned));
    }
    names.iter().filter_map(|name| project.services.get(name).map(Box::as_ref)).collect()
}

/// A target's name has no dots.
fn target(service: &str) -> String {
    service.replace('.', "_")
}

fn entry(service: &Service, build: &Build, (options, marks): (&BuildOptions, Marks<'_>)) -> Value {
    let mut all = Map::new();
    let mut put = |key: &str, value: Value| {
        let empty = match &value {
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            Value::Bool(set) => !set,
            _ => true,
        };
        if !empty {
            all.insert(key.to_owned(), value);
        }
    };
    put("context", json!(build.context));
    put("contexts", json!(contexts(build)));
    if build.dockerfile_inline.is_empty() {
        put("dockerfile", json!(dockerfile(build)));
    }
    put("dockerfile-inline", json!(build.dockerfile_inline));
    put("args", json!(arguments(build, options)));
    put("labels", json!(all_labels(service, build, marks.project)));
    let tags: Vec<&String> = build.tags.iter().chain([&marks.image]).collect();
    put("tags", json!(tags));
    put("cache-from", json!(build.cache_from));
    put("cache-to", json!(build.cache_to));
    put("target", json!(build.target));
    put("secret", json!(secrets(build, marks.secrets)));
    put("ssh", json!(keys(build, options)));
    let platforms = service.build_platforms();
    put("platforms", json!(platforms));
    put("pull", json!(build.pull || options.pull));
    put("no-cache", json!(build.no_cache || options.no_cache));
    put("no-cache-filter", json!(build.no_cache_filter));
    put("network", json!(build.network));
    let memory = if build.shm_size.0 > 0 { build.shm_size.0.to_string() } else { String::new() };
    put("shm-size", json!(memory));
    put("ulimits", json!(limits(build)));
    put("entitlements", json!(entitlements(build)));
    put("extra-hosts", json!(hosts(build)));
    put("output", json!([output(service, &platforms, marks.push)]));
    put("attest", json!(attestations(build)));
    Value::Object(all)
}

fn contexts(build: &Build) -> BTreeMap<&str, String> {
    let context = |source: &str| match source.strip_prefix("service:") {
        Some(service) => format!("target:{}", target(service)),
        None => source.to_owned(),
    };
    build.additional_contexts.iter().map(|(name, source)| (name.as_str(), context(source))).collect()
}

/// Its path, unless it lies where only the builder looks.
fn dockerfile(build: &Build) -> String {
    let name = &build.dockerfile;
    if name.starts_with('/') || ADDRESSES.iter().any(|mark| build.context.contains(mark)) {
        return name.clone();
    }
    crate::syntax::clean_path(&format!("{}/{name}", build.context))
}

fn arguments(build: &Build, options: &BuildOptions) -> BTreeMap<String, String> {
    let all = build.args.iter().chain(options.args.iter());
    all.filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect()
}

fn all_labels(service: &Service, build: &Build, project: &str) -> BTreeMap<String, String> {
    let marks = [
        (labels::PROJECT, project),
        (labels::SERVICE, &service.name),
        (labels::VERSION, labels::COMPATIBLE_VERSION),
    ];
    let mut all: BTreeMap<String, String> =
        build.labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    all.extend(marks.map(|(label, value)| (label.to_owned(), value.to_owned())));
    all
}

fn secrets(build: &Build, known: &BTreeMap<String, FileObject>) -> Vec<String> {
    let secret = |reference: &FileReference| {
        let object = known.get(&reference.source)?;
        let id = if reference.target.is_empty() { &reference.source } else { &reference.target };
        Some(match object.environment.as_str() {
            "" => format!("id={id},type=file,src={}", object.file),
            variable => format!("id={id},type=env,env={variable}"),
        })
    };
    build.secrets.iter().filter_map(secret).collect()
}

fn keys(build: &Build, options: &BuildOptions) -> Vec<String> {
    let mut keys: Vec<String> = build.ssh.0.iter().map(|key| format!("{}={}", key.id, key.path)).collect();
    keys.extend(
        options.ssh.iter().map(|key| if key.contains('=') { key.clone() } else { format!("{key}=") }),
    );
    keys.sort();
    keys.dedup();
    keys
}

fn limits(build: &Build) -> Vec<String> {
    let limit = |(name, limit): (&String, &Ulimit)| match limit {
        Ulimit::Single(both) if *both != 0 => format!("{name}={both}"),
        limit => format!("{name}={}:{}", limit.soft(), limit.hard()),
    };
    build.ulimits.iter().map(limit).collect()
}

fn entitlements(build: &Build) -> Vec<String> {
    let privileged = build.privileged.then(|| "security.insecure".to_owned());
    build.entitlements.iter().cloned().chain(privileged).collect()
}

fn hosts(build: &Build) -> BTreeMap<&str, String> {
    build.extra_hosts.0.iter().map(|(host, addresses)| (host.as_str(), addresses.join(","))).collect()
}

fn output(service: &Service, platforms: &[String], push: bool) -> String {
    let push = push && !service.container.image.is_empty();
    match (platforms.len() > 1, push) {
        (true, push) => format!("type=image,push={push}"),
        (false, true) => "type=registry".to_owned(),
        (false, false) => "type=docker".to_owned(),
    }
}

fn attestations(build: &Build) -> Vec<String> {
    let attestation = |(kind, value): (&str, &String)| match value.as_str() {
        "" => None,
        "true" => Some(format!("type={kind}")),
        "false" => Some(format!("type={kind},disabled=true")),
        other => Some(format!("type={kind},{other}")),
    };
    [("provenance", &build.provenance), ("sbom", &build.sbom)].into_iter().filter_map(attestation).collect()
}
