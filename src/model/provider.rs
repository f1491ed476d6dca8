//! Services that something else than a container provides.

use std::collections::BTreeMap;

use super::concept::concept;

concept! {
    /// What provides a service.
    pub struct Provider {
        /// The program.
        pub kind("type"): String,
        /// Its options.
        pub options: BTreeMap<String, Vec<String>>,
    }
}
