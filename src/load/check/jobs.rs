//! Jobs among services.

use super::references::{dependencies, undefined_service};
use crate::diag::{Problem, Problems};
use crate::load::scene::Scene;

/// A name is that of a service or of a job, not of both.
pub(super) fn names(scene: &Scene<'_>, problems: &mut Problems) {
    for job in scene.jobs() {
        if let Some(service) = scene.active(job.name) {
            problems.push(
                Problem::error("duplicate-name", format!("`{}` is both a service and a job", job.name))
                    .at(job.key, "a job here")
                    .at(service.key, "a service here")
                    .help("rename one of them"),
            );
        }
    }
}

/// What jobs need is a service that takes part, or another job.
pub(super) fn references(scene: &Scene<'_>, problems: &mut Problems) {
    for job in scene.jobs() {
        for need in dependencies(&job, scene.scope.implied) {
            if scene.active(need.name).is_none() && scene.job(need.name).is_none() {
                problems.push(undefined_service(scene, ("job", job.name), &need));
            }
        }
    }
}
