//! `build`: code becomes images.

use std::collections::{BTreeMap, BTreeSet};

use super::{Compose, Error};
use crate::plan::{Plan, ServiceGraph, build};
use crate::resource::Desired;

/// How to build, beyond what the files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// Only the images of these services; empty for all.
    pub services: Vec<String>,
    /// Those of the services that they depend on, too.
    pub with_dependencies: bool,
    /// Ignore all caches.
    pub no_cache: bool,
    /// Pull base images although they are there.
    pub pull: bool,
    /// More build arguments; `None` takes the value of our own environment, if there is one.
    pub args: BTreeMap<String, Option<String>>,
}

impl Compose {
    /// Decides what to build.
    pub async fn prepare_build(&self, options: &BuildOptions) -> Result<Plan, Error> {
        self.known_services(&options.services)?;
        let mut desired = self.desired()?;
        for spec in desired.images.iter_mut().filter_map(|image| image.build.as_mut()) {
            spec.no_cache |= options.no_cache;
            spec.pull |= options.pull;
            spec.args.extend(options.args.clone());
        }
        let observed = self.observe(&desired).await?;
        Ok(build(&desired, &observed, &services(&desired, options)))
    }

    /// Builds what [`Compose::prepare_build`] decided; what does not hang on a failure is built all the same.
    pub async fn build(&self, plan: &Plan) -> Result<(), Error> {
        self.carry_out("build", plan).await
    }
}

fn services(desired: &Desired, options: &BuildOptions) -> Vec<String> {
    if !options.with_dependencies {
        return options.services.clone();
    }
    let graph = ServiceGraph::of(desired);
    let all: BTreeSet<&str> = graph.with_dependencies(options.services.iter().map(String::as_str));
    all.into_iter().map(ToOwned::to_owned).collect()
}
