//! The daemon's words for what a container is doing.

use crate::resource::{ContainerState, Health};

/// The state by its word; `status` (`Up 5 minutes`) decides about words that no engine had when this was written.
pub(in crate::engine) fn state(word: &str, status: &str) -> ContainerState {
    match word {
        "created" | "configured" | "initialized" => ContainerState::Created,
        "running" | "stopping" => ContainerState::Running,
        "paused" => ContainerState::Paused,
        "restarting" => ContainerState::Restarting,
        "removing" => ContainerState::Removing,
        "exited" | "stopped" => ContainerState::Exited,
        "dead" => ContainerState::Dead,
        _ => match status.split_whitespace().next() {
            Some("Up") => ContainerState::Running,
            Some("Exited") => ContainerState::Exited,
            Some("Created") => ContainerState::Created,
            Some("Restarting") => ContainerState::Restarting,
            Some("Removal") => ContainerState::Removing,
            _ => ContainerState::Dead,
        },
    }
}

/// The health by its word.
pub(in crate::engine) fn health(word: &str) -> Health {
    match word {
        "starting" => Health::Starting,
        "healthy" => Health::Healthy,
        "unhealthy" => Health::Unhealthy,
        _ => Health::None,
    }
}

/// The health that a status line such as `Up 5 minutes (health: starting)` tells. Lists have no field for it before
/// API 1.52.
pub(super) fn health_of_status(status: &str) -> Health {
    let Some(word) = status.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(_, word)| word)
    else {
        return Health::None;
    };
    health(word.trim_start_matches("health: "))
}

/// The exit code that a status line such as `Exited (137) 2 hours ago` tells. Lists have no field for it.
pub(super) fn exit_code(status: &str) -> Option<i64> {
    let rest = status.strip_prefix("Exited (").or_else(|| status.strip_prefix("Restarting ("))?;
    rest.split_once(')')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_is_read_off_the_status_line() {
        assert_eq!(health_of_status("Up 5 minutes (healthy)"), Health::Healthy);
        assert_eq!(health_of_status("Up 5 minutes (unhealthy)"), Health::Unhealthy);
        assert_eq!(health_of_status("Up Less than a second (health: starting)"), Health::Starting);
        assert_eq!(health_of_status("Up 5 minutes (Paused)"), Health::None);
        assert_eq!(health_of_status("Up 5 minutes"), Health::None);
    }

    #[test]
    fn the_exit_code_is_read_off_the_status_line() {
        assert_eq!(exit_code("Exited (137) 2 hours ago"), Some(137));
        assert_eq!(exit_code("Restarting (1) 3 seconds ago"), Some(1));
        assert_eq!(exit_code("Up 5 minutes"), None);
    }

    #[test]
    fn a_word_that_no_engine_had_yet_is_decided_by_the_status_line() {
        assert_eq!(state("hibernating", "Up 2 days (hibernating)"), ContainerState::Running);
        assert_eq!(state("imploded", ""), ContainerState::Dead);
    }
}
