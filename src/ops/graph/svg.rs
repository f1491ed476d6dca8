//! For a page: a picture, light or dark as its reader likes it.

use unicode_width::UnicodeWidthStr;

use super::layout::{Layout, Point, Size, lay_out};
use super::{Chart, ChartEdge, ChartNode, Relation};

/// Height of a line of text.
const LINE: f64 = 17.0;
/// Between a box and its text.
const PADDING: f64 = 12.0;

const STYLE: &str = "\
    svg { font-family: system-ui, -apple-system, 'Segoe UI', sans-serif; font-size: 12px; color-scheme: light dark }
    rect { fill: #f6f8fa; stroke: #6e7781; rx: 8px }
    rect.ends { stroke-dasharray: 5 3 }
    text { fill: #57606a; text-anchor: middle }
    text.name { fill: #1f2328; font-size: 14px; font-weight: 600 }
    path { fill: none; stroke: #6e7781; stroke-width: 1.3; marker-end: url(#arrow) }
    path.healthy { stroke: #1a7f37 }
    path.completed { stroke: #8250df }
    path.built, path.optional { stroke-dasharray: 5 3 }
    text.word { font-size: 10.5px; stroke: #ffffff; stroke-width: 4; paint-order: stroke }
    @media (prefers-color-scheme: dark) {
      rect { fill: #161b22; stroke: #8b949e }
      text { fill: #9198a1 }
      text.name { fill: #e6edf3 }
      path { stroke: #8b949e }
      path.healthy { stroke: #3fb950 }
      path.completed { stroke: #a371f7 }
      text.word { stroke: #0d1117 }
    }
";

impl Chart {
    /// The chart as a picture.
    #[must_use]
    pub fn svg(&self) -> String {
        let sizes: Vec<Size> = self.nodes.iter().map(size).collect();
        let layout = lay_out(self, &sizes);
        let (width, height) = layout.size;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n  <title>{}</title>\n",
            escaped(&self.project)
        );
        out.extend(["  <style>\n", STYLE, "  </style>\n"]);
        out.push_str(
            "  <defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" \
             markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0.5 L7.5 4 L0 7.5 z\" \
             style=\"fill: context-stroke; stroke: none; marker-end: none\"/></marker></defs>\n",
        );
        out.extend(self.edges.iter().zip(&layout.routes).map(|(edge, route)| line(edge, route)));
        out.extend(self.boxes(&sizes, &layout));
        // Words last, so that no line crosses them out.
        out.extend(self.edges.iter().zip(&layout.routes).filter_map(|(edge, route)| word(edge, route)));
        out.push_str("</svg>\n");
        out
    }

    fn boxes(&self, sizes: &[Size], layout: &Layout) -> Vec<String> {
        let parts = self.nodes.iter().zip(sizes).zip(&layout.centers);
        parts.map(|((node, size), center)| square(node, *size, *center)).collect()
    }
}

/// The lines of text in a box.
fn lines(node: &ChartNode) -> Vec<String> {
    let notes = node.notes.join("  ");
    [node.name.clone(), node.source.clone(), notes].into_iter().filter(|line| !line.is_empty()).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a text of so many characters does not fit into a picture")]
fn size(node: &ChartNode) -> Size {
    let lines = lines(node);
    // Fonts differ: what is assumed for a character is on the wide side.
    let widths =
        lines.iter().enumerate().map(|(at, line)| line.width() as f64 * if at == 0 { 8.6 } else { 6.9 });
    let width = widths.fold(56.0, f64::max) + 2.0 * PADDING;
    (width.round(), lines.len() as f64 * LINE + 2.0 * PADDING - 4.0)
}

#[expect(clippy::cast_precision_loss, reason = "a box has three lines at most")]
fn square(node: &ChartNode, (width, height): Size, (x, y): Point) -> String {
    let (left, top) = (x - width / 2.0, y - height / 2.0);
    let class = if node.ends { " class=\"ends\"" } else { "" };
    let mut out = format!(
        "  <rect{class} x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>\n"
    );
    for (at, text) in lines(node).iter().enumerate() {
        let base = top + PADDING + 11.0 + at as f64 * LINE;
        let class = if at == 0 { " class=\"name\"" } else { "" };
        out.push_str(
            &["  <text", class, &format!(" x=\"{x:.1}\" y=\"{base:.1}\">"), &escaped(text), "</text>\n"]
                .concat(),
        );
    }
    out
}

/// A line through its points, level where it passes them.
fn line(edge: &ChartEdge, route: &[Point]) -> String {
    let class = match edge.relation {
        Relation::Started => "started",
        Relation::Healthy => "healthy",
        Relation::Completed => "completed",
        Relation::Built => "built",
    };
    let optional = if edge.required { "" } else { " optional" };
    let mut out = format!("  <path class=\"{class}{optional}\" d=\"M{:.1} {:.1}", route[0].0, route[0].1);
    for pair in route.windows(2) {
        let ((x, y), (next_x, next_y)) = (pair[0], pair[1]);
        let middle = f64::midpoint(x, next_x);
        out.extend([format!(" C{middle:.1} {y:.1} {middle:.1} {next_y:.1} {next_x:.1} {next_y:.1}")]);
    }
    out + "\"/>\n"
}

/// What is waited for, on the last stretch of the line: lines into one box lie apart there the least, but their words
/// are the same more often than not.
fn word(edge: &ChartEdge, route: &[Point]) -> Option<String> {
    if edge.relation == Relation::Started {
        return None;
    }
    let [.., (from_x, from_y), (to_x, to_y)] = route else { return None };
    let (x, y) = (f64::midpoint(*from_x, *to_x), f64::midpoint(*from_y, *to_y) + 3.5);
    Some(format!("  <text class=\"word\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n", edge.relation.word()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
