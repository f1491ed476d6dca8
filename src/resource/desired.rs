//! What the daemon should hold for a project.

use std::path::PathBuf;

use super::{ImageSpec, NetworkSpec, ServiceSpec, VolumeSpec, Warning};

/// Everything a project asks of the daemon. Lists are in the order of the file's own sorted keys; dependency order is
/// the plan's business.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desired {
    /// What belongs to the project as a whole.
    pub project: ProjectFacts,
    /// All networks of the project, by key; a plan makes those that its services use.
    pub networks: Vec<NetworkSpec>,
    /// All volumes of the project, by key; a plan makes those that its services use.
    pub volumes: Vec<VolumeSpec>,
    /// Services, by name.
    pub services: Vec<ServiceSpec>,
    /// Images, each once, by reference.
    pub images: Vec<ImageSpec>,
    /// Names of services that exist in the files but are not active (profiles, selection): their containers are not
    /// taken for orphans of a command on a part of the project.
    pub disabled: Vec<String>,
    /// What the engine will not do as the files say, without failing.
    pub warnings: Vec<Warning>,
}

/// What belongs to the project as a whole; it goes into labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectFacts {
    /// Name.
    pub name: String,
    /// The project directory, absolute.
    pub directory: PathBuf,
    /// Compose files, absolute, in order; `-` for standard input.
    pub files: Vec<String>,
    /// The `--env-file` list, if given.
    pub environment_files: Vec<String>,
    /// Names are joined by `_` instead of `-`.
    pub compatibility: bool,
}

impl Desired {
    /// Images that are built for several platforms are built for one: that of the service, else the engine's own. What is
    /// built to be run here need not run elsewhere.
    pub fn build_for_here(&mut self) {
        for image in &mut self.images {
            let Some(build) = &mut image.build else { continue };
            match &image.platform {
                Some(own) => build.platforms = vec![own.clone()],
                None if build.platforms.len() > 1 => build.platforms.clear(),
                None => {}
            }
        }
    }

    /// A service by name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&ServiceSpec> {
        self.services.iter().find(|service| service.name == name)
    }

    /// An image by reference.
    #[must_use]
    pub fn image(&self, reference: &str) -> Option<&ImageSpec> {
        self.images.iter().find(|image| image.reference == reference)
    }

    /// A network by its key in the file.
    #[must_use]
    pub fn network(&self, key: &str) -> Option<&NetworkSpec> {
        self.networks.iter().find(|network| network.key == key)
    }

    /// A volume by its key in the file.
    #[must_use]
    pub fn volume(&self, key: &str) -> Option<&VolumeSpec> {
        self.volumes.iter().find(|volume| volume.key == key)
    }
}
