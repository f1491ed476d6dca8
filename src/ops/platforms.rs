//! `DOCKER_DEFAULT_PLATFORM`: the platform of what the files give none.

use super::{Compose, Error};
use crate::resource::Fault;
use crate::yaml::Path;

/// The variable.
const VARIABLE: &str = "DOCKER_DEFAULT_PLATFORM";

impl Compose {
    /// Its value, if it has one.
    pub(super) fn default_platform(&self) -> Option<&str> {
        let platform = self.loaded().and_then(|loaded| loaded.environment.value(VARIABLE));
        platform.filter(|platform| !platform.is_empty())
    }

    /// An error if one of the services (of all if none is named) is built for others alone.
    pub(super) fn default_platform_suits(&self, services: &[String]) -> Result<(), Error> {
        let (Some(platform), Some(loaded)) = (self.default_platform(), self.loaded()) else { return Ok(()) };
        let chosen = loaded
            .project
            .services
            .values()
            .filter(|service| services.is_empty() || services.contains(&service.name));
        let mut faults = Vec::new();
        for service in chosen.filter(|service| service.container.platform.is_empty()) {
            let Some(build) = &service.workload.build else { continue };
            if build.platforms.is_empty() || build.platforms.iter().any(|one| one == platform) {
                continue;
            }
            let message = format!(
                "service `{}` is not built for `{platform}`, which {VARIABLE} asks for",
                service.name
            );
            let help = format!("add `{platform}` to its `platforms`, or unset {VARIABLE}");
            let place = Path::keys(["services", service.name.as_str(), "build", "platforms"]);
            faults.push(Fault::new("platform-not-built", message).help(help).at(place));
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Plan(faults)) }
    }
}
