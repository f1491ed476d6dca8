//! What a waiter waits for, as a function of what the containers show. No time, no daemon.

use crate::resource::Condition;
use crate::resource::{ContainerDetails, ContainerState, Health};

/// Where a wait stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Look again after the next event.
    Pending,
    /// The waiter may go on.
    Met(Met),
    /// It cannot come true any more.
    Failed(Unmet),
}

/// How a condition came true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// It runs.
    Started,
    /// Its health check says so.
    Healthy,
    /// It ended with 0.
    Exited,
}

/// Why a condition cannot come true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// A container ended.
    Exited {
        /// Its name.
        container: String,
        /// Its exit code.
        code: i64,
        /// The kernel killed it for want of memory.
        oom_killed: bool,
    },
    /// A container's health check failed `retries` times in a row.
    Unhealthy {
        /// Its name.
        container: String,
    },
    /// A container has no health check, so that it can never be healthy.
    NoHealthcheck {
        /// Its name.
        container: String,
    },
    /// There is no container to wait for, or it is gone.
    Missing,
}

impl Unmet {
    /// The container to look at, if there is one.
    #[must_use]
    pub fn container(&self) -> Option<&str> {
        match self {
            Self::Exited { container, .. }
            | Self::Unhealthy { container }
            | Self::NoHealthcheck { container } => Some(container),
            Self::Missing => None,
        }
    }
}

/// Judges a condition over all containers of the service waited for: the first that fails decides, else all must
/// be there; of a one-shot, one success is enough.
#[must_use]
pub fn verdict(condition: Condition, containers: &[ContainerDetails]) -> Verdict {
    if containers.is_empty() {
        return Verdict::Failed(Unmet::Missing);
    }
    let each = containers.iter().map(|container| judge(condition, container));
    if condition == Condition::Completed {
        return completed(each.collect());
    }
    let mut met = Met::Started;
    let mut pending = false;
    for verdict in each {
        match verdict {
            Verdict::Failed(why) => return Verdict::Failed(why),
            Verdict::Pending => pending = true,
            Verdict::Met(how) => met = how,
        }
    }
    if pending { Verdict::Pending } else { Verdict::Met(met) }
}

/// One success is enough; a failure decides only when nothing is pending.
fn completed(each: Vec<Verdict>) -> Verdict {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Met(_) => 0,
        Verdict::Pending => 1,
        Verdict::Failed(_) => 2,
    };
    each.into_iter().min_by_key(rank).unwrap_or(Verdict::Pending)
}

fn judge(condition: Condition, container: &ContainerDetails) -> Verdict {
    let ended = matches!(container.state, ContainerState::Exited | ContainerState::Dead);
    match condition {
        Condition::Completed | Condition::RunningOrHealthy if ended && container.exit_code == 0 => {
            Verdict::Met(Met::Exited)
        }
        _ if ended => Verdict::Failed(Unmet::Exited {
            container: container.name.clone(),
            code: container.exit_code,
            oom_killed: container.oom_killed,
        }),
        Condition::Started if container.state == ContainerState::Running => Verdict::Met(Met::Started),
        Condition::Started | Condition::Completed => Verdict::Pending,
        Condition::Healthy | Condition::RunningOrHealthy => match container.health {
            Health::Healthy => Verdict::Met(Met::Healthy),
            Health::Unhealthy => Verdict::Failed(Unmet::Unhealthy { container: container.name.clone() }),
            Health::Starting => Verdict::Pending,
            // A container that does not run yet has no health to show even if it has a check.
            Health::None if container.state != ContainerState::Running => Verdict::Pending,
            Health::None if condition == Condition::RunningOrHealthy => Verdict::Met(Met::Started),
            Health::None => Verdict::Failed(Unmet::NoHealthcheck { container: container.name.clone() }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(state: ContainerState, health: Health, exit_code: i64) -> ContainerDetails {
        ContainerDetails {
            name: "p-db-1".to_owned(),
            state,
            health,
            exit_code,
            ..ContainerDetails::default()
        }
    }

    #[test]
    fn healthy_waits_for_every_replica() {
        let ready = container(ContainerState::Running, Health::Healthy, 0);
        let slow = container(ContainerState::Running, Health::Starting, 0);
        assert_eq!(verdict(Condition::Healthy, &[ready.clone(), slow]), Verdict::Pending);
        assert_eq!(verdict(Condition::Healthy, &[ready.clone(), ready]), Verdict::Met(Met::Healthy));
    }

    #[test]
    fn an_exit_ends_every_wait_but_that_for_success() {
        let done = container(ContainerState::Exited, Health::None, 0);
        let broken = container(ContainerState::Exited, Health::None, 3);
        assert_eq!(verdict(Condition::Completed, std::slice::from_ref(&done)), Verdict::Met(Met::Exited));
        assert!(matches!(
            verdict(Condition::Healthy, &[done]),
            Verdict::Failed(Unmet::Exited { code: 0, .. })
        ));
        let failed = verdict(Condition::Completed, &[broken]);
        assert!(matches!(failed, Verdict::Failed(Unmet::Exited { code: 3, .. })));
    }

    #[test]
    fn one_success_among_replicas_completes() {
        let done = container(ContainerState::Exited, Health::None, 0);
        let broken = container(ContainerState::Exited, Health::None, 1);
        let busy = container(ContainerState::Running, Health::None, 0);
        assert_eq!(verdict(Condition::Completed, &[broken.clone(), done]), Verdict::Met(Met::Exited));
        assert_eq!(verdict(Condition::Completed, &[broken, busy]), Verdict::Pending);
    }

    #[test]
    fn a_service_without_health_check_is_never_healthy_but_can_be_running() {
        let plain = container(ContainerState::Running, Health::None, 0);
        let verdict_healthy = verdict(Condition::Healthy, std::slice::from_ref(&plain));
        assert!(matches!(verdict_healthy, Verdict::Failed(Unmet::NoHealthcheck { .. })));
        assert_eq!(verdict(Condition::RunningOrHealthy, &[plain]), Verdict::Met(Met::Started));
    }

    #[test]
    fn a_job_that_ended_well_holds_no_up_that_waits() {
        let done = container(ContainerState::Exited, Health::None, 0);
        assert_eq!(verdict(Condition::RunningOrHealthy, &[done]), Verdict::Met(Met::Exited));
        let failed = container(ContainerState::Exited, Health::None, 3);
        let verdict = verdict(Condition::RunningOrHealthy, &[failed]);
        assert!(matches!(verdict, Verdict::Failed(Unmet::Exited { code: 3, .. })));
    }

    #[test]
    fn unhealthy_and_missing_fail() {
        let sick = container(ContainerState::Running, Health::Unhealthy, 0);
        assert!(matches!(verdict(Condition::Healthy, &[sick]), Verdict::Failed(Unmet::Unhealthy { .. })));
        assert_eq!(verdict(Condition::Started, &[]), Verdict::Failed(Unmet::Missing));
    }
}
