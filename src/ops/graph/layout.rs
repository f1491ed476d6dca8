//! Where everything stands in a picture: services from left to right, each right of what hangs on it.

use rust_sugiyama::configure::Config;
use rust_sugiyama::from_vertices_and_edges;

use super::Chart;

/// Width and height.
pub(super) type Size = (f64, f64);
/// A place, from the upper left corner.
pub(super) type Point = (f64, f64);

/// A picture before it is painted.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The middle of each service's box.
    pub(super) centers: Vec<Point>,
    /// For each edge the points that its line goes through, from the right side of one box to the left side of another.
    pub(super) routes: Vec<Vec<Point>>,
    /// The size of it all.
    pub(super) size: Size,
}

/// Between boxes above each other.
const GAP: f64 = 28.0;
/// Between boxes beside each other, for the lines and their words.
const LANE: f64 = 72.0;
/// Around it all.
const MARGIN: f64 = 16.0;

/// Lays a chart out, with boxes of these sizes.
pub(super) fn lay_out(chart: &Chart, sizes: &[Size]) -> Layout {
    let levels = chart.levels();
    // A line that passes other levels gets a vertex without size on each, so that room is left for it there.
    let mut vertices: Vec<Size> = sizes.to_vec();
    let mut steps: Vec<(u32, u32)> = Vec::new();
    let mut chains: Vec<Vec<usize>> = Vec::new();
    for edge in &chart.edges {
        let mut chain = vec![edge.from];
        for _ in levels[edge.to] + 1..levels[edge.from] {
            chain.push(vertices.len());
            vertices.push((0.0, 0.0));
        }
        chain.push(edge.to);
        // What closes a circle does not go from left to right, and has no say in who stands where.
        if levels[edge.from] > levels[edge.to] {
            steps.extend(chain.windows(2).map(|pair| (number(pair[0]), number(pair[1]))));
        }
        chains.push(chain);
    }
    let (middles, size) = place(&vertices, &steps);
    let routes = chains.iter().map(|chain| route(chain, &middles, &vertices)).collect();
    Layout { centers: middles[..sizes.len()].to_vec(), routes, size }
}

fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// The middle of each vertex, and the size of it all. What does not hang together is put below each other.
fn place(vertices: &[Size], steps: &[(u32, u32)]) -> (Vec<Point>, Size) {
    // The algorithm works from top to bottom: width and height are exchanged on the way in and out.
    let turned: Vec<(u32, Size)> =
        vertices.iter().enumerate().map(|(at, size)| (number(at), (size.1, size.0 + LANE))).collect();
    let config = Config { vertex_spacing: GAP, ..Config::default() };
    let mut parts: Vec<Vec<(usize, Point)>> = from_vertices_and_edges(&turned, steps, &config)
        .into_iter()
        .map(|(part, _, _)| part.into_iter().map(|(at, (y, x))| (at, (x, y))).collect())
        .collect();
    // The largest first; equal ones as their first services are named.
    parts.sort_by_key(|part| (std::cmp::Reverse(part.len()), part.iter().map(|(at, _)| *at).min()));
    let mut middles = vec![(0.0, 0.0); vertices.len()];
    let (mut width, mut top): (f64, f64) = (0.0, MARGIN);
    for part in parts {
        let edge = |side: &dyn Fn(Point, Size) -> f64| {
            part.iter().map(|(at, middle)| side(*middle, vertices[*at])).fold(f64::INFINITY, f64::min)
        };
        let left = edge(&|middle, size| middle.0 - size.0 / 2.0);
        let upper = edge(&|middle, size| middle.1 - size.1 / 2.0);
        let right = -edge(&|middle, size| -middle.0 - size.0 / 2.0);
        let lower = -edge(&|middle, size| -middle.1 - size.1 / 2.0);
        for (at, middle) in &part {
            middles[*at] = (middle.0 - left + MARGIN, middle.1 - upper + top);
        }
        width = width.max(right - left);
        top += lower - upper + GAP;
    }
    (middles, (width + 2.0 * MARGIN, top - GAP + MARGIN))
}

fn route(chain: &[usize], middles: &[Point], vertices: &[Size]) -> Vec<Point> {
    let last = chain.len() - 1;
    let point = |(at, vertex): (usize, &usize)| {
        let (x, y) = middles[*vertex];
        let half = vertices[*vertex].0 / 2.0;
        match at {
            0 => (x + half, y),
            _ if at == last => (x - half, y),
            _ => (x, y),
        }
    };
    chain.iter().enumerate().map(point).collect()
}
