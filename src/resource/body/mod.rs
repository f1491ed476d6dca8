//! What the daemon is asked to make, field by field, under the Engine API's own JSON names.
//!
//! Ours, so that a plan can be built, printed and compared without the daemon's client library. What is empty is left
//! out: to the daemon that is the same as its zero value.

mod container;
mod endpoint;
mod host;
mod mount;
mod network;
mod skip;

pub use container::{CreateBody, Healthcheck, NetworkingConfig, Present};
pub use endpoint::{Endpoint, EndpointAddress};
pub use host::{
    DeviceMapping, DeviceRequest, DeviceThrottle, DeviceWeight, HostConfig, LogConfig, PortBinding,
    RestartPolicy, Ulimit,
};
pub use mount::{BindOptions, ImageOptions, Mount, TmpfsOptions, VolumeOptions};
pub use network::{AddressPool, Ipam, NetworkBody, VolumeBody};
