//! The daemon's nouns in our words: specs, state, names, labels, hashes; a project becomes what the daemon should hold.
//!
//! In: a project of `model`. Out: what is wanted ([`Desired`]), and the shape of what is seen ([`Observed`]). This room
//! never knows YAML beyond addresses in a file, and never the daemon's client library.

pub mod body;
mod container;
mod desired;
mod details;
mod fault;
pub mod fields;
pub mod hash;
mod id;
mod image;
pub mod labels;
pub mod lease;
pub mod names;
mod network;
mod observed;
mod oneoff;
mod recall;
mod service;
mod state;
mod translate;
mod volume;

pub use container::{Attachment, ContainerSpec, InjectedFile, PendingReference, Place};
pub use desired::{Desired, ProjectFacts};
pub use details::{ContainerDetails, HealthTest, Probe};
pub use fault::{Fault, Hindrances, Warning};
pub use id::{Kind, ResourceId};
pub use image::{
    BuildContext, BuildSecret, BuildSecretSource, BuildSpec, Concealed, ImageSpec, NoPullPolicy, PullPolicy,
};
pub use network::NetworkSpec;
pub use observed::{
    ApiVersion, EngineFacts, Observed, ObservedContainer, ObservedEndpoint, ObservedImage, ObservedMount,
    ObservedNetwork, ObservedPort, ObservedVolume,
};
pub use oneoff::OneOff;
pub use recall::recall;
pub use service::{Condition, Dependency, HookSpec, Hooks, ProviderSpec, Provision, ServiceSpec};
pub use state::{ContainerState, Health};
pub use translate::{Target, translate};
pub use volume::VolumeSpec;
