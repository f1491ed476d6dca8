//! The order in which a tree is completed.

use super::{builds, dependencies, hooks, names, networks};
use crate::diag::{Problems, Span};
use crate::load::Environment;
use crate::syntax::clean_path;
use crate::yaml::{Map, Node, Value};

/// Completes the tree.
///
/// Without an environment (variables are not to be filled in), none is seen.
pub(in crate::load) fn normalize(
    tree: &mut Node,
    project: &str,
    environment: Option<&Environment>,
    problems: &mut Problems,
) {
    networks::join_default(tree);
    for mut workload in workloads(tree) {
        pull_policy(workload.node);
        if environment.is_none() {
            no_variables(workload.node);
        }
        builds::complete(workload.node, environment);
        dependencies::imply(workload.node);
        clean_targets(workload.node);
        hooks::inherit(&mut workload, problems);
    }
    names::give(tree, project);
}

/// A service or job in the tree.
pub(super) struct Workload<'a> {
    /// `services` or `jobs`.
    pub(super) kind: &'static str,
    /// Its name.
    pub(super) name: &'a str,
    /// Where its name stands.
    pub(super) key: Span,
    /// What the files say of it: a mapping.
    pub(super) node: &'a mut Node,
}

/// Every service and job that is a mapping.
pub(super) fn workloads(tree: &mut Node) -> impl Iterator<Item = Workload<'_>> {
    tree.as_map_mut()
        .map(Map::iter_mut)
        .into_iter()
        .flatten()
        .filter_map(|(key, entry)| {
            let kind = ["services", "jobs"].into_iter().find(|kind| *kind == key)?;
            Some((kind, entry.node.as_map_mut()?))
        })
        .flat_map(|(kind, map)| {
            map.iter_mut()
                .filter(|(_, entry)| entry.node.as_map().is_some())
                .map(move |(name, entry)| Workload { kind, name, key: entry.key, node: &mut entry.node })
        })
}

/// As the peer prints it where variables were not filled in: a list of no variables is none.
fn no_variables(service: &mut Node) {
    if let Some(variables) = service.get_mut("environment")
        && variables.as_seq().is_some_and(<[Node]>::is_empty)
    {
        variables.value = Value::Null;
    }
}

/// `if_not_present` is the old word for `missing`.
fn pull_policy(service: &mut Node) {
    if let Some(policy) = service.get_mut("pull_policy")
        && policy.as_str() == Some("if_not_present")
    {
        policy.value = Value::String("missing".to_owned());
    }
}

/// Targets of mounts lose `.`, `..` and double or trailing slashes.
fn clean_targets(service: &mut Node) {
    for mount in service.get_mut("volumes").and_then(Node::as_seq_mut).into_iter().flatten() {
        if let Some(target) = mount.get_mut("target")
            && let Some(path) = target.as_str()
        {
            target.value = Value::String(clean_path(path));
        }
    }
}
