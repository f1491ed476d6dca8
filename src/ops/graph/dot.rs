//! For Graphviz: the DOT language.

use super::{Chart, ChartNode, Relation};

impl Chart {
    /// The chart in the DOT language.
    #[must_use]
    pub fn dot(&self) -> String {
        let mut out = format!("digraph {} {{\n", quoted(&self.project));
        out.push_str("    rankdir=LR;\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
        out.push_str("    edge [fontname=\"sans-serif\", fontsize=10];\n");
        for node in &self.nodes {
            let shape = if node.ends { ", style=\"rounded,dashed\"" } else { "" };
            out.extend([format!("    {} [label={}{shape}];\n", quoted(&node.name), quoted(&label(node)))]);
        }
        for edge in &self.edges {
            let mut attributes = Vec::new();
            if edge.relation != Relation::Started {
                attributes.push(format!("label={}", quoted(edge.relation.word())));
            }
            if edge.relation == Relation::Built || !edge.required {
                attributes.push("style=dashed".to_owned());
            }
            let list =
                if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
            let (from, to) = (&self.nodes[edge.from].name, &self.nodes[edge.to].name);
            out.extend([format!("    {} -> {}{list};\n", quoted(from), quoted(to))]);
        }
        out.push_str("}\n");
        out
    }
}

fn label(node: &ChartNode) -> String {
    let lines = [node.name.clone(), node.source.clone(), node.notes.join(" ")];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
