//! `down`: everything that `up` made is taken away.

use std::time::Duration;

use super::{Compose, Error};
use crate::engine::Query;
use crate::plan::{DownPolicy, ImageRemoval, Plan, down};

/// What to take away besides containers and networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DownOptions {
    /// Only these services; empty for all.
    pub services: Vec<String>,
    /// Named volumes of the project, and anonymous ones.
    pub volumes: bool,
    /// Images.
    pub images: ImageRemoval,
    /// Containers of services that are in no file.
    pub remove_orphans: bool,
    /// Grace; `None` leaves it to each container's own.
    pub timeout: Option<Duration>,
    /// Containers are removed as they are: killed, without their `pre_stop` hooks.
    pub now: bool,
}

impl Compose {
    /// Looks at the daemon and decides what to take away.
    pub async fn prepare_down(&self, options: &DownOptions) -> Result<Plan, Error> {
        self.known_services(&options.services)?;
        let desired = match self.loaded() {
            Some(_) => Some(self.desired()?),
            None => None,
        };
        let observed = match &desired {
            Some(desired) => self.observe(desired).await?,
            None => self.look(&Query::project(self.name())).await?,
        };
        let policy = DownPolicy {
            services: options.services.clone(),
            volumes: options.volumes,
            images: options.images,
            remove_orphans: options.remove_orphans,
            timeout: options.timeout,
            now: options.now,
        };
        let labelled = match options.images {
            ImageRemoval::None => Vec::new(),
            _ => self.engine().images_of(self.name()).await?,
        };
        Ok(down((self.name(), desired.as_ref()), (&observed, &labelled), &policy))
    }

    /// Carries out what [`Compose::prepare_down`] decided.
    pub async fn down(&self, plan: &Plan) -> Result<(), Error> {
        self.carry_out("down", plan).await
    }
}
