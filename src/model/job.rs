//! Jobs: what runs to its end, on demand or by the clock.

use super::concept::concept;
use super::service::is_active;
use super::{ContainerSpec, WorkloadSpec};

concept! {
    /// A job.
    pub struct Job {
        /// The job's name: its key.
        pub name(yaml): String,
        /// Profiles that activate it; none: always active.
        pub profiles: Vec<String>,
        /// What starts it.
        pub triggers(json): Triggers,
        /// The container.
        pub container(flat): ContainerSpec,
        /// What is built, awaited, published.
        pub workload(flat): WorkloadSpec,
    }
}

impl Job {
    /// True if one of `active` activates the job: it names no profile, one of them, or all are active (`*`).
    #[must_use]
    pub fn is_active(&self, active: &[String]) -> bool {
        is_active(&self.profiles, active)
    }
}

concept! {
    /// What starts a job.
    pub struct Triggers {
        /// Whether a person may.
        pub manual: Option<bool>,
        /// When the clock does.
        pub schedule: Vec<Schedule>,
    }
}

concept! {
    /// When the clock starts a job.
    pub struct Schedule {
        /// The times, as five fields.
        pub cron: String,
        /// The time zone.
        pub timezone: String,
        /// What happens while the last run goes on: `forbid` or `queue`.
        pub concurrency: String,
        /// What happens to times that passed unseen: `one` or `skip`.
        pub missed_fires: String,
    }
}
