//! Which services take part: those that a profile activates, and of these the ones that were asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use crate::diag::{Problem, did_you_mean};
use crate::model::{MountKind, Project, Service};

/// Sets aside the services and jobs that no active profile activates.
pub(super) fn activate(project: &mut Project, profiles: &[String]) {
    project.profiles = profiles.to_vec();
    // Only those that change sides are moved: they are large, and mostly all stay.
    let (services, disabled) = (&mut project.services, &mut project.disabled_services);
    let asleep = names(services, |service| !service.is_active(profiles));
    let awake = names(disabled, |service| service.is_active(profiles));
    let fallen: Vec<_> = asleep.iter().filter_map(|name| services.remove_entry(name)).collect();
    let risen: Vec<_> = awake.iter().filter_map(|name| disabled.remove_entry(name)).collect();
    services.extend(risen);
    disabled.extend(fallen);
    project.jobs.retain(|_, job| job.is_active(profiles));
}

fn names(services: &BTreeMap<String, Box<Service>>, chosen: impl Fn(&Service) -> bool) -> Vec<String> {
    services.iter().filter(|(_, service)| chosen(service)).map(|(name, _)| name.clone()).collect()
}

/// Activates the profiles of services that were asked for by name: whoever names one wants it.
pub(super) fn enable(project: &mut Project, names: &[String]) {
    let asleep = names.iter().filter_map(|name| project.disabled_services.get(name));
    let more: Vec<String> = asleep.flat_map(|service| service.profiles.iter().cloned()).collect();
    if !more.is_empty() {
        let profiles: Vec<String> = project.profiles.iter().cloned().chain(more).collect();
        activate(project, &profiles);
    }
}

/// Sets aside all but the services that were asked for by name and, unless `alone`, those that they depend on. No name
/// asks for all.
pub(super) fn select(project: &mut Project, names: &[String], alone: bool) -> Result<(), Problem> {
    if names.is_empty() {
        return Ok(());
    }
    let mut selected: BTreeSet<String> = BTreeSet::new();
    let mut wanted: Vec<(&str, bool)> = names.iter().rev().map(|name| (name.as_str(), true)).collect();
    while let Some((name, required)) = wanted.pop() {
        let Some(service) = project.services.get(name) else {
            if required {
                return Err(no_such_service(name, &project.services));
            }
            continue;
        };
        if selected.insert(name.to_owned()) && !alone {
            wanted.extend(
                service
                    .workload
                    .depends_on
                    .iter()
                    .map(|(name, dependency)| (name.as_str(), dependency.required)),
            );
        }
    }
    let (mut services, mut others): (BTreeMap<_, _>, _) =
        mem::take(&mut project.services).into_iter().partition(|(name, _)| selected.contains(name));
    for service in services.values_mut() {
        service.workload.depends_on.retain(|name, _| selected.contains(name));
    }
    project.services = services;
    project.disabled_services.append(&mut others);
    Ok(())
}

/// Services and all that they depend on, as far as it takes part.
pub(super) fn reached(project: &Project, names: &[String]) -> BTreeSet<String> {
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    while let Some(name) = wanted.pop() {
        if let Some(service) = project.services.get(name)
            && reached.insert(name.to_owned())
        {
            wanted.extend(service.workload.depends_on.keys().map(String::as_str));
        }
    }
    reached
}

fn no_such_service(name: &str, services: &BTreeMap<String, Box<Service>>) -> Problem {
    Problem::error("no-such-service", format!("no such service: `{name}`"))
        .maybe_help(did_you_mean(name, services.keys().map(String::as_str)))
}

/// Drops networks, volumes, secrets, configs and models that no service uses.
pub(super) fn drop_unused(project: &mut Project) {
    let services = || project.services.values();
    let networks: BTreeSet<&String> =
        services().flat_map(|service| service.container.networks.keys()).collect();
    let models: BTreeSet<&String> = services().flat_map(|service| service.container.models.keys()).collect();
    let mounts = services().flat_map(|service| &service.container.volumes);
    let volumes: BTreeSet<&String> =
        mounts.filter(|mount| mount.kind == MountKind::Volume).map(|mount| &mount.source).collect();
    let configs: BTreeSet<&String> =
        services().flat_map(|service| &service.container.configs).map(|config| &config.source).collect();
    let built = services().filter_map(|service| service.workload.build.as_ref());
    let secrets: BTreeSet<&String> = services()
        .flat_map(|service| &service.container.secrets)
        .chain(built.flat_map(|build| &build.secrets))
        .map(|secret| &secret.source)
        .collect();
    project.networks.retain(|name, _| networks.contains(name));
    project.models.retain(|name, _| models.contains(name));
    project.volumes.retain(|name, _| volumes.contains(name));
    project.configs.retain(|name, _| configs.contains(name));
    project.secrets.retain(|name, _| secrets.contains(name));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> Project {
        serde_yaml::from_str(
            "services:\n  a: {profiles: [p], depends_on: {b: {required: false}, c: {}}}\n  b: {profiles: [q]}\n  \
             c: {depends_on: {d: {}}}\n  d: {networks: {n: null}, volumes: [{type: volume, source: v, target: /v}]}\n  \
             e: {profiles: [p, r]}\n  f: {}\nnetworks: {n: {}, m: {}}\nvolumes: {v: {}, w: {}}",
        )
        .expect("a project")
    }

    fn names(project: &Project) -> Vec<&str> {
        project.services.keys().map(String::as_str).collect()
    }

    fn text(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_service_without_profile_is_always_active_and_a_star_activates_all() {
        let mut project = project();
        activate(&mut project, &[]);
        assert_eq!(names(&project), ["c", "d", "f"]);
        activate(&mut project, &text(&["r"]));
        assert_eq!(names(&project), ["c", "d", "e", "f"]);
        activate(&mut project, &text(&["*"]));
        assert_eq!(names(&project), ["a", "b", "c", "d", "e", "f"]);
    }

    #[test]
    fn naming_a_service_activates_its_profiles_and_brings_its_dependencies_along() {
        let mut project = project();
        activate(&mut project, &[]);
        let wanted = text(&["a"]);
        enable(&mut project, &wanted);
        assert_eq!(names(&project), ["a", "c", "d", "e", "f"]);
        select(&mut project, &wanted, false).expect("all there");
        assert_eq!(names(&project), ["a", "c", "d"]);
        let dependencies: Vec<_> = project.services["a"].workload.depends_on.keys().collect();
        assert_eq!(dependencies, ["c"], "what may be missing and is, is forgotten");
    }

    #[test]
    fn without_dependencies_only_what_was_named_is_left() {
        let mut project = project();
        activate(&mut project, &[]);
        select(&mut project, &text(&["c"]), true).expect("there");
        assert_eq!(names(&project), ["c"]);
        assert!(project.services["c"].workload.depends_on.is_empty());
        assert!(project.disabled_services.contains_key("d"));
    }

    #[test]
    fn a_name_that_no_service_has_is_refused_with_the_nearest_one() {
        let mut project = project();
        project.services.insert("database".to_owned(), Box::default());
        let fault = select(&mut project, &text(&["databse"]), false).expect_err("not there");
        assert_eq!(fault.message, "no such service: `databse`");
        assert_eq!(fault.help.as_deref(), Some("did you mean `database`?"));
    }

    #[test]
    fn what_no_service_uses_is_dropped() {
        let mut project = project();
        drop_unused(&mut project);
        assert_eq!(project.networks.keys().collect::<Vec<_>>(), ["n"]);
        assert_eq!(project.volumes.keys().collect::<Vec<_>>(), ["v"]);
    }
}
