//! Services that wait for each other.

use std::collections::HashMap;

use super::references::{Dependency, dependencies};
use crate::diag::{Problem, Problems};
use crate::load::scene::{Scene, Unit};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Unseen,
    /// On the way that is walked right now.
    Open,
    Done,
}

/// The services and what each needs, by index.
struct Graph<'a> {
    units: Vec<Unit<'a>>,
    needs: Vec<Vec<(usize, Dependency<'a>)>>,
}

/// Every knot once: a depth-first walk in document order, without recursion, as chains may be long.
pub(super) fn cycles(scene: &Scene<'_>, problems: &mut Problems) {
    let graph = Graph::new(scene);
    let mut marks = vec![Mark::Unseen; graph.units.len()];
    let mut knotted = vec![false; graph.units.len()];
    for start in 0..graph.units.len() {
        if marks[start] != Mark::Unseen {
            continue;
        }
        marks[start] = Mark::Open;
        // Each step: a service, and which of its needs is looked at next.
        let mut way: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((at, next)) = way.last_mut() {
            let Some((to, _)) = graph.needs[*at].get(*next) else {
                marks[*at] = Mark::Done;
                way.pop();
                continue;
            };
            *next += 1;
            match marks[*to] {
                Mark::Unseen => {
                    marks[*to] = Mark::Open;
                    way.push((*to, 0));
                }
                Mark::Open => {
                    let from = way.iter().position(|(at, _)| at == to).unwrap_or(0);
                    let ring = &way[from..];
                    if !ring.iter().any(|(at, _)| knotted[*at]) {
                        problems.push(graph.picture(ring));
                    }
                    for (at, _) in ring {
                        knotted[*at] = true;
                    }
                }
                Mark::Done => {}
            }
        }
    }
}

impl<'a> Graph<'a> {
    fn new(scene: &Scene<'a>) -> Self {
        let units: Vec<Unit<'a>> = scene.services().collect();
        let index: HashMap<&str, usize> =
            units.iter().enumerate().map(|(at, unit)| (unit.name, at)).collect();
        let needs = units
            .iter()
            .map(|unit| {
                dependencies(unit, scene.scope.implied)
                    .into_iter()
                    .filter_map(|need| Some((*index.get(need.name)?, need)))
                    .collect()
            })
            .collect();
        Self { units, needs }
    }

    /// The ring drawn, each of its edges at its line. A step's second number is one past the edge that was taken.
    fn picture(&self, ring: &[(usize, usize)]) -> Problem {
        let names: Vec<&str> = ring.iter().map(|(at, _)| self.units[*at].name).collect();
        let first = names.first().copied().unwrap_or("");
        if names.len() == 1 {
            let (_, need) = &self.needs[ring[0].0][ring[0].1 - 1];
            return Problem::error("dependency-cycle", format!("service `{first}` {} itself", need.verb))
                .at(need.span, "")
                .help("remove this line");
        }
        let drawn = format!("{} -> {first}", names.join(" -> "));
        let mut problem =
            Problem::error("dependency-cycle", format!("services wait for each other: {drawn}"));
        for (at, next) in ring {
            let (_, need) = &self.needs[*at][*next - 1];
            problem =
                problem.at(need.span, format!("`{}` {} `{}`", self.units[*at].name, need.verb, need.name));
        }
        problem.help("none of them could ever start: remove one of these lines")
    }
}
