//! Which service hangs on which.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::resource::{Dependency, Desired};

/// Services and what they wait for. Whatever hangs on a service that is not there is left out.
#[derive(Clone, Debug, Default)]
pub struct ServiceGraph {
    /// An edge goes from what is waited for to what waits.
    graph: DiGraph<String, Dependency>,
    nodes: BTreeMap<String, NodeIndex>,
}

/// Services that wait for each other in a circle: each for the next, the last for the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("dependency cycle: {}", path.iter().chain(path.first()).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → "))]
pub struct Cycle {
    /// The services, from the one that comes first in the alphabet.
    pub path: Vec<String>,
}

impl ServiceGraph {
    /// The graph of services with their dependencies.
    pub fn new<'a>(services: impl IntoIterator<Item = (&'a str, &'a [Dependency])>) -> Self {
        let services: BTreeMap<&str, &[Dependency]> = services.into_iter().collect();
        let mut graph = DiGraph::new();
        let nodes: BTreeMap<String, NodeIndex> =
            services.keys().map(|name| ((*name).to_owned(), graph.add_node((*name).to_owned()))).collect();
        for (name, dependencies) in services {
            for dependency in dependencies {
                if let Some(earlier) = nodes.get(&dependency.service) {
                    graph.update_edge(*earlier, nodes[name], dependency.clone());
                }
            }
        }
        Self { graph, nodes }
    }

    /// The graph of all services of a project.
    #[must_use]
    pub fn of(desired: &Desired) -> Self {
        Self::new(
            desired.services.iter().map(|service| (service.name.as_str(), service.dependencies.as_slice())),
        )
    }

    /// All services such that each comes after what it waits for, alphabetically among those that could come next.
    pub fn order(&self) -> Result<Vec<&str>, Cycle> {
        let mut waiting: Vec<usize> =
            self.graph.node_indices().map(|node| self.inbound(node).count()).collect();
        // Nodes were added in alphabetical order, so the least index is the first name.
        let mut ready: BinaryHeap<Reverse<NodeIndex>> =
            self.graph.node_indices().filter(|node| waiting[node.index()] == 0).map(Reverse).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(Reverse(node)) = ready.pop() {
            order.push(self.graph[node].as_str());
            for later in self.graph.neighbors_directed(node, Direction::Outgoing) {
                waiting[later.index()] -= 1;
                if waiting[later.index()] == 0 {
                    ready.push(Reverse(later));
                }
            }
        }
        if order.len() == waiting.len() { Ok(order) } else { Err(self.cycle()) }
    }

    /// The services level by level: each level waits only for those before it.
    pub fn levels(&self) -> Result<Vec<Vec<&str>>, Cycle> {
        let mut level_of: BTreeMap<&str, usize> = BTreeMap::new();
        let mut levels: Vec<Vec<&str>> = Vec::new();
        for name in self.order()? {
            let level =
                self.dependencies(name).map(|edge| level_of[edge.service.as_str()] + 1).max().unwrap_or(0);
            level_of.insert(name, level);
            if levels.len() <= level {
                levels.resize(level + 1, Vec::new());
            }
            levels[level].push(name);
        }
        for level in &mut levels {
            level.sort_unstable();
        }
        Ok(levels)
    }

    /// What a service waits for, by name.
    pub fn dependencies(&self, name: &str) -> impl Iterator<Item = &Dependency> {
        let mut edges: Vec<&Dependency> = self
            .nodes
            .get(name)
            .into_iter()
            .flat_map(|node| self.graph.edges_directed(*node, Direction::Incoming).map(|edge| edge.weight()))
            .collect();
        edges.sort_by(|one, other| one.service.cmp(&other.service));
        edges.into_iter()
    }

    /// What waits for a service, by name.
    pub fn dependants(&self, name: &str) -> impl Iterator<Item = (&str, &Dependency)> {
        let mut edges: Vec<(&str, &Dependency)> = self
            .nodes
            .get(name)
            .into_iter()
            .flat_map(|node| self.graph.edges_directed(*node, Direction::Outgoing))
            .map(|edge| (self.graph[edge.target()].as_str(), edge.weight()))
            .collect();
        edges.sort_by_key(|(name, _)| *name);
        edges.into_iter()
    }

    /// These services and all that they wait for, directly or not.
    #[must_use]
    pub fn with_dependencies<'a>(&'a self, names: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        self.reach(names, Direction::Incoming)
    }

    /// These services and all that wait for them, directly or not.
    #[must_use]
    pub fn with_dependants<'a>(&'a self, names: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        self.reach(names, Direction::Outgoing)
    }

    fn reach<'a>(
        &'a self,
        names: impl IntoIterator<Item = &'a str>,
        direction: Direction,
    ) -> BTreeSet<&'a str> {
        let mut todo: Vec<NodeIndex> =
            names.into_iter().filter_map(|name| self.nodes.get(name).copied()).collect();
        let mut found = BTreeSet::new();
        while let Some(node) = todo.pop() {
            if found.insert(self.graph[node].as_str()) {
                todo.extend(self.graph.neighbors_directed(node, direction));
            }
        }
        found
    }

    fn inbound(&self, node: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        self.graph.neighbors_directed(node, Direction::Incoming)
    }

    /// A circle. Within a strongly connected component a walk that never leaves it must come back to where it was.
    fn cycle(&self) -> Cycle {
        let circular = |component: &Vec<NodeIndex>| {
            component.len() > 1 || self.graph.contains_edge(component[0], component[0])
        };
        let components = tarjan_scc(&self.graph).into_iter().filter(circular);
        let component: BTreeSet<NodeIndex> = components
            .min_by_key(|component| component.iter().min().copied())
            .unwrap_or_default()
            .into_iter()
            .collect();
        let mut path: Vec<NodeIndex> = Vec::new();
        let mut next = component.first().copied();
        while let Some(node) = next {
            if let Some(start) = path.iter().position(|earlier| *earlier == node) {
                path.drain(..start);
                break;
            }
            path.push(node);
            next = self.inbound(node).filter(|neighbour| component.contains(neighbour)).min();
        }
        let first = (0..path.len()).min_by_key(|at| path[*at]).unwrap_or(0);
        path.rotate_left(first);
        Cycle { path: path.into_iter().map(|node| self.graph[node].clone()).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Condition;

    fn graph(edges: &[(&str, &[&str])]) -> ServiceGraph {
        let services: Vec<(&str, Vec<Dependency>)> = edges
            .iter()
            .map(|(name, on)| {
                let dependencies = on.iter().map(|service| Dependency {
                    service: (*service).to_owned(),
                    condition: Condition::Started,
                    required: true,
                    restart: false,
                });
                (*name, dependencies.collect())
            })
            .collect();
        ServiceGraph::new(services.iter().map(|(name, dependencies)| (*name, dependencies.as_slice())))
    }

    #[test]
    fn a_service_comes_after_what_it_waits_for_and_ties_go_by_the_alphabet() {
        let graph = graph(&[("a", &["z"]), ("b", &[]), ("c", &["a", "b"]), ("z", &[])]);
        assert_eq!(graph.order(), Ok(vec!["b", "z", "a", "c"]));
        assert_eq!(graph.levels(), Ok(vec![vec!["b", "z"], vec!["a"], vec!["c"]]));
    }

    #[test]
    fn a_cycle_is_told_by_its_whole_path_and_without_what_merely_leads_to_it() {
        let graph = graph(&[("entry", &["c"]), ("a", &["b"]), ("b", &["c"]), ("c", &["a"]), ("end", &[])]);
        let cycle = graph.order().unwrap_err();
        assert_eq!(cycle.path, ["a", "b", "c"]);
        assert_eq!(cycle.to_string(), "dependency cycle: `a` → `b` → `c` → `a`");
    }

    #[test]
    fn a_service_that_waits_for_itself_is_a_cycle_of_one() {
        assert_eq!(graph(&[("a", &["a"])]).order().unwrap_err().path, ["a"]);
    }

    #[test]
    fn closures_go_both_ways() {
        let graph = graph(&[("a", &["b"]), ("b", &["c"]), ("c", &[]), ("d", &["c"])]);
        assert_eq!(graph.with_dependencies(["a"]), BTreeSet::from(["a", "b", "c"]));
        assert_eq!(graph.with_dependants(["c"]), BTreeSet::from(["a", "b", "c", "d"]));
        assert_eq!(graph.dependants("c").map(|(name, _)| name).collect::<Vec<_>>(), ["b", "d"]);
    }
}
