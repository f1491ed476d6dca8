//! Networks, and how a container joins one.

use std::collections::BTreeMap;

use super::concept::concept;
use super::{Labels, Options};

concept! {
    /// A network.
    pub struct Network {
        /// Its name at the daemon.
        pub name: String,
        /// Whether its name was said to be empty: then it can be spoken of, but neither made nor asked for.
        pub nameless(skip): bool,
        /// Its driver.
        pub driver: String,
        /// Options of the driver.
        pub driver_opts: Options,
        /// Its addresses.
        pub ipam(json): Ipam,
        /// Whether it is there already and not ours.
        pub external: bool,
        /// Whether it has no way out.
        pub internal: bool,
        /// Whether containers outside of services may join.
        pub attachable: bool,
        /// Labels.
        pub labels: Labels,
        /// Whether it has IPv4.
        pub enable_ipv4: Option<bool>,
        /// Whether it has IPv6.
        pub enable_ipv6: Option<bool>,
    }
}

concept! {
    /// A network's addresses.
    pub struct Ipam {
        /// Who gives them out.
        pub driver: String,
        /// The ranges.
        pub config: Vec<IpamPool>,
        /// Options of the driver.
        pub options: Options,
    }
}

concept! {
    /// A range of addresses.
    pub struct IpamPool {
        /// The subnet.
        pub subnet: String,
        /// The gateway.
        pub gateway: String,
        /// The part from which containers get theirs.
        pub ip_range: String,
        /// Addresses that are taken, by host name.
        pub aux_addresses: BTreeMap<String, String>,
    }
}

concept! {
    /// How a container joins a network.
    pub struct Endpoint {
        /// Names beside the service's.
        pub aliases: Vec<String>,
        /// Options of the driver.
        pub driver_opts: Options,
        /// The network with the highest gives the default gateway.
        pub gw_priority: i64,
        /// The interface's name in the container.
        pub interface_name: String,
        /// The IPv4 address.
        pub ipv4_address: String,
        /// The IPv6 address.
        pub ipv6_address: String,
        /// Link-local addresses.
        pub link_local_ips: Vec<String>,
        /// The card's address.
        pub mac_address: String,
        /// The network with the highest is the primary one.
        pub priority: i64,
    }
}
