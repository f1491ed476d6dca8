//! The compose specification as plain types, one file a concept.
//!
//! In: the canonical tree, or any serde value of that shape. Out: a [`Project`] whose plain serialisation is what
//! `config` prints. This room never knows where a value came from, and never a daemon.

mod ai_model;
mod attribute;
mod build;
mod bytes;
mod command;
mod concept;
mod container;
mod dependency;
mod deploy;
mod develop;
mod device;
mod duration;
mod environment;
mod extensions;
mod healthcheck;
mod hook;
mod hosts;
mod job;
mod limits;
mod logging;
mod mount;
mod network;
mod port;
mod project;
mod provider;
mod scalar;
mod secret;
mod service;
mod volume;
mod word;
mod workload;

#[cfg(test)]
mod tests;

pub use ai_model::{Model, ModelBinding};
pub use attribute::{Attribute, Style, Styled};
pub use build::{Build, SshKey, SshKeys};
pub use bytes::{Bytes, InvalidBytes};
pub use command::Command;
pub use container::ContainerSpec;
pub use dependency::{Condition, Dependency};
pub use deploy::{
    Deploy, DiscreteResource, GenericResource, Placement, PlacementPreference, ResourceAmounts, Resources,
    RestartPolicy, UpdateConfig,
};
pub use develop::{Develop, WatchAction, WatchRule};
pub use device::{BlkioConfig, Device, DeviceCount, DeviceRequest, ThrottleDevice, WeightDevice};
pub use duration::{Duration, InvalidDuration};
pub use environment::{EnvFile, Environment, Labels, Options};
pub use extensions::Extensions;
pub use healthcheck::{Healthcheck, Test};
pub use hook::{Hook, PreStart};
pub use hosts::ExtraHosts;
pub use job::{Job, Schedule, Triggers};
pub use limits::Ulimit;
pub use logging::{CredentialSpec, Logging};
pub use mount::{BindOptions, ImageOptions, Mount, MountKind, TmpfsOptions, VolumeOptions};
pub use network::{Endpoint, Ipam, IpamPool, Network};
pub use port::Port;
pub use project::Project;
pub use provider::Provider;
pub use secret::{FileMode, FileObject, FileReference};
pub use service::{Extends, Service};
pub use volume::Volume;
pub use workload::WorkloadSpec;
