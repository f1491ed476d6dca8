//! How the peer names what it makes, so that either tool finds the other's.

use super::ProjectFacts;

impl ProjectFacts {
    /// What joins the parts of a container's or image's name.
    #[must_use]
    pub fn separator(&self) -> char {
        if self.compatibility { '_' } else { '-' }
    }
}

/// A container of a service.
#[must_use]
pub fn container(project: &ProjectFacts, service: &str, number: u32) -> String {
    let separator = project.separator();
    format!("{}{separator}{service}{separator}{number}", project.name)
}

/// A one-off container of a service; `slug` is 64 hex digits.
#[must_use]
pub fn oneoff(project: &ProjectFacts, service: &str, slug: &str) -> String {
    let separator = project.separator();
    let short: String = slug.chars().take(12).collect();
    format!("{}{separator}{service}{separator}run{separator}{short}", project.name)
}

/// The container of a service's `pre_start` hook.
#[must_use]
pub fn pre_start(project: &ProjectFacts, service: &str, index: usize) -> String {
    let separator = project.separator();
    format!("{}{separator}{service}{separator}pre_start{separator}{index}", project.name)
}

/// What a container is called while it waits to take the place of the one with this id.
#[must_use]
pub fn replacement(old_id: &str, name: &str) -> String {
    let short: String = old_id.chars().take(12).collect();
    format!("{short}_{name}")
}

/// The image of a service that is built and gives it no name.
#[must_use]
pub fn image(project: &ProjectFacts, service: &str) -> String {
    format!("{}{}{service}", project.name, project.separator())
}

/// A network or volume without a name of its own.
#[must_use]
pub fn keyed(project: &ProjectFacts, key: &str) -> String {
    format!("{}_{key}", project.name)
}
