//! What is drawn, whatever the form.

use std::collections::BTreeMap;

use crate::diag::harmless;
use crate::model::{Build, Condition, Dependency, Port, Project, Service};

/// Services and what ties them together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// The project's name.
    pub project: String,
    /// The services, by name.
    pub nodes: Vec<ChartNode>,
    /// The ties, by the names of the service and of what it hangs on.
    pub edges: Vec<ChartEdge>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartNode {
    /// Its name.
    pub name: String,
    /// What it runs: an image, or where that is built from.
    pub source: String,
    /// Published ports, number of containers: what tells it from others at a glance.
    pub notes: Vec<String>,
    /// True for a service that others wait for to end.
    pub ends: bool,
}

/// A service that hangs on another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartEdge {
    /// Position of the service.
    pub from: usize,
    /// Position of what it hangs on.
    pub to: usize,
    /// How.
    pub relation: Relation,
    /// False if it goes on without.
    pub required: bool,
}

/// How a service hangs on another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It waits for its start.
    Started,
    /// It waits for it to be healthy.
    Healthy,
    /// It waits for it to end well.
    Completed,
    /// Its image is built on the other one's.
    Built,
}

impl Relation {
    /// What is waited for, in a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Healthy => "healthy",
            Self::Completed => "completed",
            Self::Built => "built on",
        }
    }
}

impl From<Condition> for Relation {
    fn from(condition: Condition) -> Self {
        match condition {
            Condition::Started => Self::Started,
            Condition::Healthy => Self::Healthy,
            Condition::CompletedSuccessfully => Self::Completed,
        }
    }
}

impl Chart {
    /// The chart of a project's active services.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        let position: BTreeMap<&str, usize> =
            project.services.keys().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let mut edges = Vec::new();
        for (from, service) in project.services.values().enumerate() {
            for (name, dependency) in &service.workload.depends_on {
                edges.extend(position.get(name.as_str()).map(|to| waits(from, *to, dependency)));
            }
            let bases = service.workload.build.iter().flat_map(bases);
            edges.extend(bases.filter_map(|name| position.get(name)).map(|to| ChartEdge {
                from,
                to: *to,
                relation: Relation::Built,
                required: true,
            }));
        }
        edges.sort_by_key(|edge| (edge.from, edge.to, edge.relation == Relation::Built));
        let ends = |at| edges.iter().any(|edge| edge.to == at && edge.relation == Relation::Completed);
        let nodes = project.services.values().enumerate();
        let nodes = nodes.map(|(at, service)| node(project, service, ends(at))).collect();
        Self { project: project.name.clone(), nodes, edges }
    }

    /// What a service hangs on.
    pub fn edges_from(&self, node: usize) -> impl Iterator<Item = &ChartEdge> {
        self.edges.iter().filter(move |edge| edge.from == node)
    }

    /// The level of each service: one more than the highest level among what it hangs on. What goes round in a circle
    /// is cut where the circle is entered.
    #[must_use]
    pub fn levels(&self) -> Vec<usize> {
        let mut levels: Vec<Option<usize>> = vec![None; self.nodes.len()];
        let mut entered = vec![false; self.nodes.len()];
        let mut stack: Vec<usize> = (0..self.nodes.len()).rev().collect();
        while let Some(node) = stack.last().copied() {
            let missing: Vec<usize> = if entered[node] {
                Vec::new()
            } else {
                self.edges_from(node).map(|edge| edge.to).filter(|to| !entered[*to]).collect()
            };
            entered[node] = true;
            if missing.is_empty() {
                stack.pop();
                let below = self.edges_from(node).filter_map(|edge| levels[edge.to]).max();
                levels[node] = levels[node].or(Some(below.map_or(0, |level| level + 1)));
            } else {
                stack.extend(missing);
            }
        }
        levels.into_iter().map(Option::unwrap_or_default).collect()
    }
}

fn waits(from: usize, to: usize, dependency: &Dependency) -> ChartEdge {
    ChartEdge { from, to, relation: dependency.condition.into(), required: dependency.required }
}

/// The services whose images a build starts from.
fn bases(build: &Build) -> impl Iterator<Item = &str> {
    build.additional_contexts.values().filter_map(|context| context.strip_prefix("service:"))
}

fn node(project: &Project, service: &Service, ends: bool) -> ChartNode {
    let mut notes: Vec<String> = service.workload.ports.iter().filter_map(port).collect();
    if service.replicas() != 1 {
        notes.push(format!("×{}", service.replicas()));
    }
    ChartNode {
        name: clean(&service.name),
        source: clean(&source(project, service)),
        notes: notes.iter().map(|note| clean(note)).collect(),
        ends,
    }
}

/// What it runs. A build directory is told relative to the project's.
fn source(project: &Project, service: &Service) -> String {
    if let Some(provider) = &service.provider {
        return format!("by {}", provider.kind);
    }
    let Some(build) = &service.workload.build else { return service.container.image.clone() };
    let root = format!("{}/", project.working_dir.display());
    let context = build.context.strip_prefix(&root).unwrap_or(&build.context);
    let context = if context == project.working_dir.to_string_lossy() { "." } else { context };
    if context.is_empty() { "built".to_owned() } else { format!("build {context}") }
}

/// `8080→80`, for a port that is published.
fn port(port: &Port) -> Option<String> {
    if port.published.is_empty() {
        return None;
    }
    let protocol = if matches!(port.protocol.as_str(), "" | "tcp") {
        String::new()
    } else {
        format!("/{}", port.protocol)
    };
    Some(format!("{}→{}{protocol}", port.published, port.target))
}

/// Text of the files on one line that no terminal acts on.
fn clean(text: &str) -> String {
    harmless(text).replace(['\n', '\t'], " ")
}
