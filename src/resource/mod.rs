//! The daemon's nouns in our words: specs, state, names, labels, hashes; a project becomes what the daemon should hold.
//!
//! In: a project of `model`. Out: what is wanted (`Desired`), and the shape of what is seen ([`Observed`]). This room never
//! knows YAML, and never the daemon's client library.

mod details;
mod id;
pub mod labels;
mod observed;
mod state;

pub use details::{ContainerDetails, Probe};
pub use id::{Kind, ResourceId};
pub use observed::{
    ApiVersion, EngineFacts, Observed, ObservedContainer, ObservedEndpoint, ObservedImage, ObservedMount,
    ObservedNetwork, ObservedPort, ObservedVolume,
};
pub use state::{ContainerState, Health};
