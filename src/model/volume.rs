//! Volumes.

use super::concept::concept;
use super::{Labels, Options};

concept! {
    /// A volume.
    pub struct Volume {
        /// Its name at the daemon.
        pub name: String,
        /// Whether its name was said to be empty: then it can be spoken of, but neither made nor asked for.
        pub nameless(skip): bool,
        /// Its driver.
        pub driver: String,
        /// Options of the driver.
        pub driver_opts: Options,
        /// Whether it is there already and not ours.
        pub external: bool,
        /// Labels.
        pub labels: Labels,
    }
}
