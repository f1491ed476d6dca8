//! For Markdown: a Mermaid flow chart.

use super::{Chart, ChartNode, Relation};

impl Chart {
    /// The chart in Mermaid's language.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        for (at, node) in self.nodes.iter().enumerate() {
            let (open, close) = if node.ends { ("([", "])") } else { ("[", "]") };
            out.extend([format!("    n{at}{open}\""), label(node), format!("\"{close}\n")]);
        }
        for edge in &self.edges {
            let arrow = if edge.relation == Relation::Built || !edge.required { "-.->" } else { "-->" };
            let (from, to) = (edge.from, edge.to);
            let word = match edge.relation {
                Relation::Started => String::new(),
                relation => format!("|{}|", relation.word()),
            };
            out.extend([format!("    n{from} {arrow}{word} n{to}\n")]);
        }
        out
    }
}

/// Name, source and notes on lines of their own; what the language would read is written as entities.
fn label(node: &ChartNode) -> String {
    let name = format!("<b>{}</b>", escaped(&node.name));
    let lines = [name].into_iter().chain([escaped(&node.source), escaped(&node.notes.join(" "))]);
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("<br>")
}

fn escaped(text: &str) -> String {
    let entity = |char: char| match char {
        '"' | '<' | '>' | '&' | '#' | ';' | '`' | '\\' => format!("#{};", u32::from(char)),
        _ => char.to_string(),
    };
    text.chars().map(entity).collect()
}
