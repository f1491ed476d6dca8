//! Signals, freezing and thawing.

use super::work::{Work, existing, is_stoppable};
use crate::plan::{Action, Cause};
use crate::resource::{ContainerState, ObservedContainer, labels};

/// Sends a signal to all running containers, one-offs included, and to orphans if asked.
pub(super) fn kill(work: &mut Work<'_>, signal: &str, orphans: bool) {
    let mut targets: Vec<&ObservedContainer> = work
        .containers()
        .filter(|container| is_stoppable(container.state))
        .filter(|container| {
            let service = container.label(labels::SERVICE);
            work.contains(service) || orphans && work.desired.service(service).is_none()
        })
        .collect();
    targets.sort_by_key(|container| &container.name);
    for container in targets {
        let action = Action::KillContainer { container: existing(container), signal: signal.to_owned() };
        work.add(container, (action, Cause::Requested), &[]);
    }
}

/// Freezes all running containers.
pub(super) fn pause(work: &mut Work<'_>) {
    each(work, ContainerState::Running, |container| Action::PauseContainer {
        container: existing(container),
    });
}

/// Thaws all frozen containers.
pub(super) fn unpause(work: &mut Work<'_>) {
    each(work, ContainerState::Paused, |container| Action::UnpauseContainer {
        container: existing(container),
    });
}

fn each(work: &mut Work<'_>, state: ContainerState, action: impl Fn(&ObservedContainer) -> Action) {
    for service in work.order() {
        for container in work.of_service(&service.name) {
            if container.state == state {
                work.add(container, (action(container), Cause::Requested), &[]);
            }
        }
    }
}
