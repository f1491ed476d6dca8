//! Which services a plan is about.

use std::collections::BTreeSet;

use crate::diag::did_you_mean;
use crate::plan::{ServiceGraph, UpPolicy};
use crate::resource::{Desired, Fault, ServiceSpec};
use crate::yaml::Path;

/// The services that a plan is about.
pub(super) struct Scope<'a> {
    /// All services of the project.
    pub(super) graph: ServiceGraph,
    /// Those that the plan is about, each after what it waits for.
    pub(super) order: Vec<&'a ServiceSpec>,
    /// Those that the user named; the others are only there because of them.
    targeted: BTreeSet<String>,
    names: BTreeSet<String>,
    /// Those that wait for a provider that has not said yet what it provides.
    pub(super) postponed: BTreeSet<String>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(desired: &'a Desired, policy: &UpPolicy) -> Result<Self, Vec<Fault>> {
        let graph = ServiceGraph::of(desired);
        let mut faults: Vec<Fault> = unknown(desired, policy);
        faults.extend(desired.services.iter().filter_map(|service| too_many(service, policy)));
        let order = match graph.order() {
            Ok(order) => order,
            Err(cycle) => {
                let place = cycle.path.first().map(|name| Path::keys(["services", name, "depends_on"]));
                faults.push(Fault { blame: place, ..Fault::new("dependency-cycle", cycle.to_string()) });
                Vec::new()
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let given = &policy.services;
        let order: Vec<&'a ServiceSpec> =
            order.into_iter().filter_map(|name| desired.service(name)).collect();
        let all: BTreeSet<String> = order.iter().map(|service| service.name.clone()).collect();
        let targeted = if given.is_empty() { all } else { given.iter().cloned().collect() };
        let names: BTreeSet<String> = if policy.no_dependencies {
            targeted.clone()
        } else {
            let reached = graph.with_dependencies(targeted.iter().map(String::as_str));
            reached.into_iter().map(str::to_owned).collect()
        };
        let order: Vec<_> = order.into_iter().filter(|service| names.contains(&service.name)).collect();
        let mut postponed = BTreeSet::new();
        for service in &order {
            let waits = graph.dependencies(&service.name).any(|edge| {
                let silent = desired.service(&edge.service).is_some_and(|other| other.provider.is_some())
                    && !policy.provided.contains_key(&edge.service);
                names.contains(&edge.service) && (silent || postponed.contains(&edge.service))
            });
            if waits {
                postponed.insert(service.name.clone());
            }
        }
        Ok(Self { graph, order, targeted, names, postponed })
    }

    pub(super) fn contains(&self, service: &str) -> bool {
        self.names.contains(service)
    }

    pub(super) fn is_targeted(&self, service: &str) -> bool {
        self.targeted.contains(service)
    }

    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.names.iter().map(String::as_str).collect()
    }
}

/// Services that the user named and that do not exist.
fn unknown(desired: &Desired, policy: &UpPolicy) -> Vec<Fault> {
    let known = || desired.services.iter().map(|service| service.name.as_str());
    let named: BTreeSet<&String> = policy.services.iter().chain(policy.scale.keys()).collect();
    named
        .into_iter()
        .filter(|name| desired.service(name).is_none())
        .map(|name| Fault {
            help: did_you_mean(name, known()),
            ..Fault::new("no-such-service", format!("no such service: `{name}`"))
        })
        .collect()
}

/// A service whose containers would all have the same name.
fn too_many(service: &ServiceSpec, policy: &UpPolicy) -> Option<Fault> {
    let name = service.container_name.as_ref()?;
    let count = policy.scale.get(&service.name).copied().unwrap_or(service.replicas);
    (count > 1).then(|| {
        Fault::new(
            "container-name-taken",
            format!("service `{}` cannot have {count} containers, all named `{name}`", service.name),
        )
        .at(service.blame.key("container_name"))
        .help("without `container_name` they are numbered")
    })
}
