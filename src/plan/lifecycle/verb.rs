//! What can be done to containers that are there.

use std::time::Duration;

use super::work::Work;
use super::{remove, restart, signal, stop};
use crate::plan::{Plan, UpPolicy, reconcile};
use crate::resource::{Desired, Fault, Observed, recall};

/// What to do to containers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verb {
    /// Start what does not run, in the order of dependencies, what the services wait for included.
    Start,
    /// Stop what runs, in the reverse order.
    #[default]
    Stop,
    /// Stop and start, and what asked to be restarted with it.
    Restart,
    /// Send a signal to what runs, one-offs included.
    Kill {
        /// Its name or number.
        signal: String,
        /// Containers that no service accounts for get it too.
        orphans: bool,
    },
    /// Freeze.
    Pause,
    /// Thaw.
    Unpause,
    /// Remove what does not run.
    Remove {
        /// Stop what runs first.
        stop: bool,
        /// Anonymous volumes too.
        volumes: bool,
    },
}

/// What to do to which containers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifecyclePolicy {
    /// What.
    pub verb: Verb,
    /// Only those of these services; empty for all.
    pub services: Vec<String>,
    /// Grace for stops; `None` leaves it to each container's own.
    pub timeout: Option<Duration>,
    /// Services that asked to be restarted with others are left alone (`--no-deps`).
    pub no_dependencies: bool,
    /// After a start, wait until all are running or healthy.
    pub wait: bool,
    /// How long to wait at most.
    pub wait_timeout: Option<Duration>,
}

/// The steps of a verb on the project of a name, or every reason why there can be none.
pub fn lifecycle(
    (name, desired): (&str, Option<&Desired>),
    observed: &Observed,
    policy: &LifecyclePolicy,
) -> Result<Plan, Vec<Fault>> {
    let recalled = if desired.is_none() { recall(name, observed) } else { Desired::default() };
    let desired = desired.unwrap_or(&recalled);
    if policy.verb == Verb::Start {
        let start = UpPolicy {
            services: policy.services.clone(),
            no_dependencies: policy.no_dependencies,
            wait: policy.wait,
            wait_timeout: policy.wait_timeout,
            ..UpPolicy::default()
        };
        return reconcile::start(desired, observed, &start);
    }
    let mut work = Work::on(desired, observed, policy)?;
    match &policy.verb {
        Verb::Start | Verb::Stop => stop::stop(&mut work),
        Verb::Restart => restart::restart(&mut work),
        Verb::Kill { signal, orphans } => signal::kill(&mut work, signal, *orphans),
        Verb::Pause => signal::pause(&mut work),
        Verb::Unpause => signal::unpause(&mut work),
        Verb::Remove { stop, volumes } => remove::remove(&mut work, *stop, *volumes),
    }
    Ok(work.plan)
}
