//! Where merging is not the plain rule.

use std::sync::LazyLock;

use crate::load::rules::{Rule, Rules};

/// How two values at an address become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Merge {
    /// The later one, as a whole, even if it is null.
    Replace,
    /// A build: a string is its context.
    Build,
    /// `K=V` lists; a mapping counts as one.
    Pairs,
    /// `host=address` lists, in which a host may stand several times.
    Hosts,
    /// Lists; a single value counts as one item.
    List,
    /// Dependencies by name; a list counts as a mapping.
    Dependencies,
    /// A mapping by name; a list counts as one with null values.
    Names,
    /// Logging: options belong to a driver, so another driver brings its own.
    Logging,
    /// Address pools, matched by their subnet.
    Pools,
}

const WORKLOAD: &[Rule<Merge>] = &[
    ("command", Merge::Replace),
    ("entrypoint", Merge::Replace),
    ("healthcheck.test", Merge::Replace),
    ("ulimits.*", Merge::Replace),
    ("build.ulimits.*", Merge::Replace),
    ("build", Merge::Build),
    ("annotations", Merge::Pairs),
    ("build.additional_contexts", Merge::Pairs),
    ("build.args", Merge::Pairs),
    ("build.labels", Merge::Pairs),
    ("deploy.labels", Merge::Pairs),
    ("environment", Merge::Pairs),
    ("labels", Merge::Pairs),
    ("sysctls", Merge::Pairs),
    ("volumes[].volume.labels", Merge::Pairs),
    ("build.extra_hosts", Merge::Hosts),
    ("extra_hosts", Merge::Hosts),
    ("dns", Merge::List),
    ("dns_opt", Merge::List),
    ("dns_search", Merge::List),
    ("env_file", Merge::List),
    ("label_file", Merge::List),
    ("tmpfs", Merge::List),
    ("depends_on", Merge::Dependencies),
    ("models", Merge::Names),
    ("networks", Merge::Names),
    ("logging", Merge::Logging),
];

const RESOURCES: &[Rule<Merge>] = &[
    ("networks.*.labels", Merge::Pairs),
    ("networks.*.ipam.config", Merge::Pools),
    ("configs.*.labels", Merge::Pairs),
    ("secrets.*.labels", Merge::Pairs),
    ("volumes.*.labels", Merge::Pairs),
];

pub(super) static RULES: LazyLock<Rules<Merge>> =
    LazyLock::new(|| Rules::new(&[(&["services.*", "jobs.*"], WORKLOAD), (&[""], RESOURCES)]));
