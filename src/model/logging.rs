//! Where output goes.

use super::Options;
use super::concept::concept;

concept! {
    /// Where a container's output goes.
    pub struct Logging {
        /// The driver.
        pub driver: String,
        /// Options of the driver.
        pub options: Options,
    }
}

concept! {
    /// Credentials (Windows).
    pub struct CredentialSpec {
        /// The config that holds them.
        pub config: String,
        /// The file that holds them.
        pub file: String,
        /// The registry entry that holds them.
        pub registry: String,
    }
}
