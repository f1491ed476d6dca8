//! Variables of containers, and the files that they come from.

use std::collections::BTreeMap;

use super::concept::concept;

/// Variables by name. One without value is taken over from where it is used, if it is set there.
pub type Environment = BTreeMap<String, Option<String>>;

/// Labels and annotations by name.
pub type Labels = BTreeMap<String, String>;

/// A driver's options by name.
pub type Options = BTreeMap<String, String>;

concept! {
    /// A file with variables.
    pub struct EnvFile {
        /// Its path.
        pub path: String,
        /// Whether it must be there.
        pub required: bool = true,
        /// How it is read: `raw`, or as `.env` files are.
        pub format: String,
    }
}
