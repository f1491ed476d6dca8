//! From what is there to what is wanted: the planner of `up`, `create`, `scale`, and of what `run` needs.
//!
//! First everything is decided (which network, volume, container stays, goes, comes), then the steps are written down in
//! an order in which they can be done. Deciding adds no steps, and writing down decides nothing.

mod containers;
mod create;
mod divergence;
mod expected;
mod inherit;
mod instances;
mod networks;
mod oneoff;
mod orphans;
mod planner;
mod resume;
mod scope;

mod start;
mod stop;
mod volumes;
mod waits;

pub use oneoff::oneoff;
pub use planner::reconcile;
pub(super) use resume::start;
