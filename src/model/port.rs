//! Published ports.

use super::concept::concept;

concept! {
    /// A port of the container that can be reached through the host.
    pub struct Port {
        /// A name for people.
        pub name: String,
        /// `ingress` or `host`.
        pub mode: String,
        /// The host's address.
        pub host_ip: String,
        /// The container's port.
        pub target: u32,
        /// The host's port, or a range of which one is taken.
        pub published: String,
        /// `tcp`, `udp` or `sctp`.
        pub protocol: String,
        /// What is spoken.
        pub app_protocol: String,
    }
}
