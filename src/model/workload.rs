//! What services and jobs have beyond their container.

use std::collections::BTreeMap;

use super::concept::fields;
use super::{Build, Dependency, Healthcheck, Port};

fields! {
    /// The attributes that services and jobs share: how the image comes about, who is awaited, what is published.
    pub struct WorkloadSpec {
        /// How the image is built.
        pub build: Option<Build>,
        /// The services that come first.
        pub depends_on: BTreeMap<String, Dependency>,
        /// Ports that other containers may reach.
        pub expose: Vec<String>,
        /// How to find out whether it works.
        pub healthcheck: Option<Healthcheck>,
        /// Ports that are published.
        pub ports: Vec<Port>,
        /// Whether standard input stays open.
        pub stdin_open: bool,
        /// Whether there is a terminal.
        pub tty: bool,
    }
}
