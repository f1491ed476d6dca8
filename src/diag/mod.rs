//! What can be said about a text: sources, spans into them, problems, and "did you mean".
//!
//! In: texts and their names. Out: [`Problem`]s that point into them, and [`Report`]s that miette can draw.
//! This room never knows YAML or compose, and never prints.

mod describe;
mod draw;
mod excerpt;
mod fold;
mod harmless;
mod problem;
mod problems;
mod report;
mod sarif;
mod sources;
mod suggest;

pub use describe::{DescribedLabel, Description, Place, describe};
pub use draw::{Drawing, draw};
pub use harmless::{harmless, unseen};
pub use problem::{Label, Problem, Severity};
pub use problems::Problems;
pub use report::{Report, reports};
pub use sarif::{Rule, sarif};
pub use sources::{Position, Source, SourceId, Sources, Span};
pub use suggest::{did_you_mean, nearest};
