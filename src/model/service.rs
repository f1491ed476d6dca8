//! Services.

use std::collections::BTreeMap;

use super::concept::concept;
use super::{ContainerSpec, Deploy, Develop, Hook, PreStart, Provider, WorkloadSpec};

concept! {
    /// What runs, in how many copies, and how it is treated.
    pub struct Service {
        /// The service's name: its key.
        pub name(skip): String,
        /// Profiles that activate it; none: always active.
        pub profiles: Vec<String>,
        /// Replicas, limits, restart policy.
        pub deploy: Option<Deploy>,
        /// What happens when source files change.
        pub develop: Option<Develop>,
        /// When a container that ended is started again: `no`, `always`, `unless-stopped`, `on-failure[:N]`.
        pub restart: String,
        /// How many containers.
        pub scale: Option<i64>,
        /// Whether `up` shows its output.
        pub attach: Option<bool>,
        /// The container's name instead of the one made out of project, service and number.
        pub container_name: String,
        /// What provides this service instead of a container.
        pub provider: Option<Provider>,
        /// A service that this one was to take its attributes from, and which has none.
        pub extends: Option<Extends>,
        /// Containers outside of the project, `name[:alias]`.
        pub external_links: Vec<String>,
        /// Services to be reached by other names, `service[:alias]`.
        pub links: Vec<String>,
        /// Containers that run before each start.
        pub pre_start: Vec<PreStart>,
        /// Commands that run in the container after its start.
        pub post_start: Vec<Hook>,
        /// Commands that run in the container before it is stopped.
        pub pre_stop: Vec<Hook>,
        /// The container.
        pub container(flat): ContainerSpec,
        /// What is built, awaited, published.
        pub workload(flat): WorkloadSpec,
    }
}

concept! {
    /// A service to take attributes from.
    pub struct Extends {
        /// The file that it stands in, if another.
        pub file: String,
        /// The service.
        pub service: String,
    }
}

impl Service {
    /// The platforms that its image is built for: those that the build names, else its own, if it says one.
    #[must_use]
    pub fn build_platforms(&self) -> Vec<String> {
        let named = self.workload.build.as_ref().map(|build| build.platforms.clone()).unwrap_or_default();
        let own = &self.container.platform;
        if named.is_empty() && !own.is_empty() { vec![own.clone()] } else { named }
    }

    /// How many containers there should be: `deploy.replicas`, else `scale`, else one.
    #[must_use]
    pub fn replicas(&self) -> usize {
        let deployed = self.deploy.as_ref().and_then(|deploy| deploy.replicas);
        deployed.or(self.scale).map_or(1, |count| usize::try_from(count).unwrap_or(0))
    }

    /// True if one of `active` activates the service: it names no profile, one of them, or all are active (`*`).
    #[must_use]
    pub fn is_active(&self, active: &[String]) -> bool {
        is_active(&self.profiles, active)
    }

    /// True if `up` shows its output when nothing else was said.
    #[must_use]
    pub fn is_attached(&self) -> bool {
        self.attach.unwrap_or(true)
    }

    /// The services whose namespaces, volumes or build results this one uses, with what names them
    /// (`network_mode`, `volumes_from`, ...). Those of `depends_on` and `links` are not among them.
    #[must_use]
    pub fn borrowed(&self) -> BTreeMap<&str, &'static str> {
        let container = &self.container;
        let modes = [
            ("network_mode", &container.network_mode),
            ("ipc", &container.ipc),
            ("pid", &container.pid),
            ("uts", &container.uts),
            ("cgroup", &container.cgroup),
        ];
        let mut borrowed = BTreeMap::new();
        for (attribute, mode) in modes {
            if let Some(name) = mode.strip_prefix("service:") {
                borrowed.entry(name).or_insert(attribute);
            }
        }
        for entry in &container.volumes_from {
            let name = entry.split(':').next().unwrap_or_default();
            if !entry.starts_with("container:") {
                borrowed.entry(name).or_insert("volumes_from");
            }
        }
        borrowed
    }
}

/// True if a thing with these profiles takes part while `active` are active.
pub(super) fn is_active(own: &[String], active: &[String]) -> bool {
    own.is_empty() || active.iter().any(|profile| profile == "*" || own.contains(profile))
}
