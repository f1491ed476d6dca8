//! The graph of steps.

use std::collections::BTreeSet;
use std::sync::Arc;

use petgraph::Direction;
use petgraph::stable_graph::{NodeIndex, StableDiGraph};

use super::{Question, Step};
use crate::resource::Warning;

/// A step of a plan; steps are numbered from 0 in the order in which they are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StepId(u32);

/// Steps, and which must be done before which. A step is added after all that it waits for, so that the order of the
/// numbers is one in which the steps can be done, and there are no cycles.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Shared: a plan of thousands of containers is cloned for a retry and walked by as many tasks.
    graph: StableDiGraph<Arc<Step>, ()>,
    /// What is worth a word.
    pub warnings: Vec<Warning>,
    /// What only the user can decide.
    pub questions: Vec<Question>,
    /// Services that are decided once the providers of the plan have said what they provide.
    pub postponed: BTreeSet<String>,
}

impl StepId {
    /// The number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    fn node(self) -> NodeIndex {
        NodeIndex::new(self.0 as usize)
    }

    fn of(node: NodeIndex) -> Self {
        Self(u32::try_from(node.index()).expect("petgraph's default index is 32 bits wide"))
    }
}

impl Plan {
    /// Adds a step that waits for others.
    pub fn add(&mut self, step: Step, after: impl IntoIterator<Item = StepId>) -> StepId {
        let node = self.graph.add_node(Arc::new(step));
        for earlier in after {
            self.graph.update_edge(earlier.node(), node, ());
        }
        StepId::of(node)
    }

    /// Makes a step wait for one that was added before it.
    ///
    /// # Panics
    /// If the other one was added later: the order of numbers would no longer be one in which the steps can be done.
    pub fn order(&mut self, earlier: StepId, later: StepId) {
        assert!(earlier < later, "a step waits only for steps that were added before it");
        self.graph.update_edge(earlier.node(), later.node(), ());
    }

    /// A step.
    ///
    /// # Panics
    /// If the id is of another plan.
    #[must_use]
    pub fn step(&self, id: StepId) -> &Step {
        &self.graph[id.node()]
    }

    /// All steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = (StepId, &Step)> {
        self.graph.node_indices().map(|node| (StepId::of(node), &*self.graph[node]))
    }

    /// A step, for whoever outlives the plan.
    pub(crate) fn shared(&self, id: StepId) -> Arc<Step> {
        Arc::clone(&self.graph[id.node()])
    }

    /// What a step waits for, in order.
    #[must_use]
    pub fn before(&self, id: StepId) -> Vec<StepId> {
        self.neighbours(id, Direction::Incoming)
    }

    /// What a step waits for, without what other steps that it waits for wait for anyway, in order.
    #[must_use]
    pub fn directly_before(&self, id: StepId) -> Vec<StepId> {
        let before = self.before(id);
        let Some(first) = before.first().copied() else { return before };
        // Everything that is reached from what the step waits for; nothing before the first one matters.
        let mut todo: Vec<StepId> = before.iter().flat_map(|step| self.before(*step)).collect();
        let mut reached = BTreeSet::new();
        while let Some(step) = todo.pop() {
            if step >= first && reached.insert(step) {
                todo.extend(self.before(step));
            }
        }
        before.into_iter().filter(|step| !reached.contains(step)).collect()
    }

    /// What waits for a step, in order.
    #[must_use]
    pub fn after(&self, id: StepId) -> Vec<StepId> {
        self.neighbours(id, Direction::Outgoing)
    }

    /// How many steps there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// True if there is no step at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.graph.node_count() == 0
    }

    /// True if no step changes anything.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        self.steps().all(|(_, step)| !step.action.changes())
    }

    fn neighbours(&self, id: StepId, direction: Direction) -> Vec<StepId> {
        let mut found: Vec<StepId> =
            self.graph.neighbors_directed(id.node(), direction).map(StepId::of).collect();
        found.sort_unstable();
        found
    }
}
