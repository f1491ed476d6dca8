//! For a terminal: a tree for each service that nothing waits for, and the order of starts.

use super::{Chart, ChartEdge, ChartNode, Relation};

impl Chart {
    /// The chart as trees. A service that hangs on others is drawn in full once; after that its name stands for it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut tree = Tree { chart: self, drawn: vec![false; self.nodes.len()], out: String::new() };
        let awaited = |node: usize| self.edges.iter().any(|edge| edge.to == node && edge.from != node);
        let (inner, roots): (Vec<usize>, Vec<usize>) = (0..self.nodes.len()).partition(|node| awaited(*node));
        // A circle has no root: what was not drawn from one is drawn from where it comes first.
        for node in roots.into_iter().chain(inner) {
            if !tree.drawn[node] {
                tree.out.push_str(&title(&self.nodes[node]));
                tree.out.push('\n');
                tree.below(node, "");
            }
        }
        tree.out.push_str(&self.order());
        tree.out
    }

    /// `starts in 3 rounds: a, b · c · d`
    fn order(&self) -> String {
        let levels = self.levels();
        let rounds = levels.iter().max().map_or(0, |last| last + 1);
        if rounds < 2 {
            return String::new();
        }
        let round = |level: usize| {
            let names = self.nodes.iter().zip(&levels).filter(|(_, own)| **own == level);
            names.map(|(node, _)| node.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let all: Vec<String> = (0..rounds).map(round).collect();
        format!("\nin {rounds} rounds: {}\n", all.join(" → "))
    }
}

struct Tree<'a> {
    chart: &'a Chart,
    drawn: Vec<bool>,
    out: String,
}

impl Tree<'_> {
    /// What a service hangs on, each line behind `indent`.
    fn below(&mut self, node: usize, indent: &str) {
        self.drawn[node] = true;
        let chart = self.chart;
        let edges: Vec<&ChartEdge> = chart.edges_from(node).collect();
        for (at, edge) in edges.iter().enumerate() {
            let last = at + 1 == edges.len();
            let (branch, deeper) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let seen = self.drawn[edge.to];
            let more = seen && chart.edges_from(edge.to).next().is_some();
            let target = &chart.nodes[edge.to];
            let name = if seen { target.name.clone() } else { title(target) };
            let hint = if more { " …" } else { "" };
            self.out.extend([indent, branch, name.as_str(), relation(edge).as_str(), hint, "\n"]);
            if !seen {
                self.below(edge.to, &format!("{indent}{deeper}"));
            }
        }
    }
}

/// `front  nginx:1.27  8080→80`
fn title(node: &ChartNode) -> String {
    let parts =
        [node.name.as_str(), node.source.as_str()].into_iter().chain(node.notes.iter().map(String::as_str));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

fn relation(edge: &ChartEdge) -> String {
    let optional = if edge.required { "" } else { ", optional" };
    match edge.relation {
        Relation::Started if edge.required => String::new(),
        relation => format!("  ({}{optional})", relation.word()),
    }
}
