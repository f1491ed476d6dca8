//! A container as it should be, as far as that is known before anything is done.

use std::collections::BTreeMap;

use super::instances::Fate;
use super::planner::Planner;
use crate::resource::{ContainerSpec, ServiceSpec};

impl Planner<'_> {
    /// The container of a service with a number, with its links; references to other containers are open.
    pub(super) fn expected(&self, service: &ServiceSpec, number: u32) -> ContainerSpec {
        let mut spec = service.instance(&self.desired.project, number);
        let links = self.links(service);
        if !links.is_empty() {
            spec.link(&links);
        }
        spec
    }

    /// The names by which a service knows the containers of those that it links to.
    pub(super) fn links(&self, service: &ServiceSpec) -> Vec<String> {
        let project = &self.desired.project;
        let mut links = Vec::new();
        for (name, alias) in &service.links {
            let Some(linked) = self.desired.service(name) else { continue };
            for instance in self.instances.get(name.as_str()).into_iter().flatten() {
                let target = linked.instance(project, instance.number);
                links.extend(service.link_names(&target, alias.as_deref(), project));
            }
        }
        links.extend(service.external_links.iter().cloned());
        links
    }

    /// The same with the ids of the containers that it refers to, as far as those are there and may stay.
    pub(super) fn bound(&self, spec: ContainerSpec) -> ContainerSpec {
        let id = |service: &str| {
            let first = self.instances.get(service)?.first()?;
            match &first.fate {
                Fate::Create(_) => None,
                Fate::Replace(need) if need.guard.is_empty() => None,
                _ => first.old.map(|old| old.id.clone()),
            }
        };
        let ids: BTreeMap<String, String> = spec
            .pending
            .iter()
            .filter_map(|reference| Some((reference.service.clone(), id(&reference.service)?)))
            .collect();
        spec.bind(&ids)
    }
}
