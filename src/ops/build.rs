//! `build`: code becomes images.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::{Compose, Error, TransferOptions};
use crate::engine::BuildCheck;
use crate::plan::{Plan, ServiceGraph, build, push};
use crate::resource::{BuildSpec, Desired};

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
    /// More keys: `id` for the agent of the environment, or `id=path`.
    pub ssh: Vec<String>,
    /// The provenance attestation, instead of what the files say.
    pub provenance: Option<String>,
    /// The bill of materials, instead of what the files say.
    pub sbom: Option<String>,
    /// Memory for each container of the classic builder, bytes; 0 for no limit.
    pub memory: i64,
    /// What was built goes to its registry, where the file names the image.
    pub push: bool,
    /// For one platform, though the files name several: the image is to be run here.
    pub for_here: bool,
}

impl Compose {
    /// Decides what to build.
    pub async fn prepare_build(&self, options: &BuildOptions) -> Result<Plan, Error> {
        let desired = self.to_build(options)?;
        let observed = self.observe(&desired).await?;
        Ok(build(&desired, &observed, &services(&desired, options)))
    }

    /// What the builder doubts about the Dockerfiles that would be built, by service. Nothing is built.
    pub async fn check_builds(&self, options: &BuildOptions) -> Result<BTreeMap<String, BuildCheck>, Error> {
        let desired = self.to_build(options)?;
        let named = services(&desired, options);
        let specs = desired.images.iter().filter_map(|image| image.build.as_ref());
        let asked = specs.filter(|spec| named.is_empty() || named.contains(&spec.service));
        let check = async |spec: &BuildSpec| {
            let found = self.engine().check_build(spec).await?;
            Ok::<_, Error>((spec.service.clone(), found))
        };
        let found = join_all(asked.map(check)).await;
        found.into_iter().collect()
    }

    /// Sends what was built to its registries, where the file names the image.
    pub async fn push_built(&self, options: &BuildOptions) -> Result<(), Error> {
        let desired = self.to_build(options)?;
        let named = services(&desired, options);
        let built = desired.images.iter().filter(|image| image.named && image.build.is_some());
        let builders = built.flat_map(|image| image.builders.iter());
        let chosen: Vec<String> =
            builders.filter(|name| named.is_empty() || named.contains(name)).cloned().collect();
        if chosen.is_empty() {
            return Ok(());
        }
        self.push(&push(&desired, &chosen), &TransferOptions::default()).await
    }

    /// What the files ask for, with what the options add to their builds.
    fn to_build(&self, options: &BuildOptions) -> Result<Desired, Error> {
        self.known_services(&options.services)?;
        let project = &self.files()?.project;
        self.default_platform_suits(&options.services)?;
        let mut desired = self.translated(project);
        if options.for_here {
            desired.build_for_here();
        }
        for spec in desired.images.iter_mut().filter_map(|image| image.build.as_mut()) {
            spec.no_cache |= options.no_cache;
            spec.pull |= options.pull;
            spec.args.extend(options.args.clone());
            spec.ssh.extend(options.ssh.iter().cloned());
            spec.memory = options.memory;
            spec.provenance =
                options.provenance.clone().unwrap_or_else(|| std::mem::take(&mut spec.provenance));
            spec.sbom = options.sbom.clone().unwrap_or_else(|| std::mem::take(&mut spec.sbom));
        }
        Ok(desired)
    }

    /// Builds what [`Compose::prepare_build`] decided; what does not hang on a failure is built all the same.
    pub async fn build(&self, plan: &Plan) -> Result<(), Error> {
        self.carry_out("build", plan).await
    }
}

pub(super) fn services(desired: &Desired, options: &BuildOptions) -> Vec<String> {
    if !options.with_dependencies {
        return options.services.clone();
    }
    let graph = ServiceGraph::of(desired);
    let all: BTreeSet<&str> = graph.with_dependencies(options.services.iter().map(String::as_str));
    all.into_iter().map(ToOwned::to_owned).collect()
}
