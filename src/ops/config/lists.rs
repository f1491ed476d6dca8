//! Sides of a project that are lists: one item a line.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Problem, did_you_mean};
use crate::load::Environment;
use crate::model::Project;
use crate::resource::hash;
use crate::yaml::{Map, Node};

/// One item a line.
fn lines<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().fold(String::new(), |mut text, item| {
        text.push_str(item.as_ref());
        text.push('\n');
        text
    })
}

/// The services, each after those that it depends on, otherwise by name.
pub(super) fn services(project: &Project) -> String {
    fn visit<'a>(
        project: &'a Project,
        name: &'a str,
        seen: &mut BTreeSet<&'a str>,
        order: &mut Vec<&'a str>,
    ) {
        if !seen.insert(name) {
            return;
        }
        let Some(service) = project.services.get(name) else { return };
        for dependency in service.workload.depends_on.keys() {
            visit(project, dependency, seen, order);
        }
        order.push(name);
    }

    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    for name in project.services.keys() {
        visit(project, name, &mut seen, &mut order);
    }
    lines(order)
}

/// The services of a tree whose variables were not filled in, by name.
pub(super) fn all_services(tree: &Node) -> String {
    let services = tree.get("services").and_then(Node::as_map);
    let names: BTreeSet<&str> = services.into_iter().flat_map(Map::keys).collect();
    lines(names)
}

/// The keys of a collection.
pub(super) fn keys<T>(collection: &BTreeMap<String, T>) -> String {
    lines(collection.keys())
}

/// The models, each once.
pub(super) fn models(project: &Project) -> String {
    lines(project.models.values().map(|model| model.model.as_str()))
}

/// The image of every service, of its hooks where it is another, and of every job.
pub(super) fn images(project: &Project, compatibility: bool) -> String {
    let separator = if compatibility { "_" } else { "-" };
    let mut images = Vec::new();
    for service in project.services.values() {
        let own = project.image_of(service, separator);
        let hooks = service.pre_start.iter().map(|hook| hook.container.image.clone());
        let others: Vec<String> = hooks.filter(|image| !image.is_empty() && *image != own).collect();
        images.push(own);
        images.extend(others);
    }
    for (name, job) in &project.jobs {
        let image = &job.container.image;
        images.push(if image.is_empty() {
            format!("{}{separator}{name}", project.name)
        } else {
            image.clone()
        });
    }
    lines(images)
}

/// The profiles of all services, active or not, each once.
pub(super) fn profiles(project: &Project) -> String {
    let services = project.services.values().chain(project.disabled_services.values());
    let profiles: BTreeSet<&String> = services.flat_map(|service| &service.profiles).collect();
    lines(profiles)
}

/// The variables with their values.
pub(super) fn environment(environment: &Environment) -> String {
    lines(environment.iter().map(|(name, variable)| format!("{name}={}", variable.value)))
}

/// The hashes of services, by name.
pub(super) fn hashes(project: &Project, names: &str) -> Result<String, Problem> {
    let mut wanted: Vec<&str> = if names == "*" {
        project.services.keys().map(String::as_str).collect()
    } else {
        names.split(',').collect()
    };
    wanted.sort_unstable();
    let hashes = wanted.into_iter().map(|name| match project.services.get(name) {
        Some(service) => Ok(format!("{name} {}", hash::service(service))),
        None => Err(Problem::error("no-such-service", format!("no such service: `{name}`"))
            .maybe_help(did_you_mean(name, project.services.keys().map(String::as_str)))),
    });
    Ok(lines(hashes.collect::<Result<Vec<_>, _>>()?))
}
