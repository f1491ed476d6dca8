//! `graph`: which service waits for which, as text, Mermaid, DOT or SVG.
//!
//! In: a project. Out: [`Chart`], and a text of it in each form. Nothing is asked of a daemon.

mod chart;
mod dot;
mod layout;
mod mermaid;
mod svg;
#[cfg(test)]
mod tests;
mod text;

pub use chart::{Chart, ChartEdge, ChartNode, Relation};
