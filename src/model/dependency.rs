//! Which services come first.

use super::concept::concept;
use super::word::words;

words! {
    /// What a dependency must have come to.
    pub enum Condition {
        /// It was started.
        Started = "service_started",
        /// Its health check passes.
        Healthy = "service_healthy",
        /// It ended with exit code 0.
        CompletedSuccessfully = "service_completed_successfully",
    }
}

concept! {
    /// A service that comes first.
    pub struct Dependency {
        /// What it must have come to.
        pub condition(always): Condition,
        /// Whether its restart restarts this one.
        pub restart: bool,
        /// Whether it must be there at all.
        pub required(always): bool = true,
    }
}
