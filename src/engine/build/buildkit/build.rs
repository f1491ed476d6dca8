//! One build by BuildKit, from what the file says to an image in the engine's store.

use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::{
    ListWorkersRequest, ListWorkersResponse, SolveRequest, SolveResponse, StatusRequest, StatusResponse,
};
use tokio::time::timeout;

use super::cache::{Caches, cache_entry};
use super::content::Stores;
use super::fault::fault;
use super::request::{HOST_GATEWAY, Named, attestation, pulls, request};
use super::session::{Offer, Session};
use super::sources::{IMAGE_LAYOUT, NamedContexts, Sources};
use super::ssh::Agents;
use super::trace::Trace;
use crate::engine::build::builder::Told;
use crate::engine::build::outcome::{BuildFault, BuildProgress};
use crate::engine::grpc::{Caller, Status};
use crate::engine::{Engine, Error};
use crate::resource::{BuildContext, BuildSpec};

pub(super) const SOLVE: &str = "/moby.buildkit.v1.Control/Solve";
const STATUS: &str = "/moby.buildkit.v1.Control/Status";
const WORKERS: &str = "/moby.buildkit.v1.Control/ListWorkers";
/// How long the last words of a build may take once it is done.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// Under this name the builder tells of a cache that it wrote.
const CACHE: &str = "cache.manifest";
/// Under these names the result is told, the most telling first.
const RESULTS: [&str; 2] = ["containerimage.config.digest", "containerimage.digest"];

impl Engine {
    /// Builds with BuildKit; the image's id.
    pub(in crate::engine::build) async fn buildkit_build(
        &self,
        spec: &BuildSpec,
        told: &Told,
    ) -> Result<String, Error> {
        self.able_to(spec).await?;
        if spec.pull && !pulls(spec) {
            let words = "base images are not pulled: one of them is what another service builds".to_owned();
            let _ = told.send(Ok(BuildProgress::Warning(words)));
        }
        let opened = Opened::open(self, spec, told).await?;
        opened.caches.prepare()?;
        let request = opened.request(spec)?;
        let mut trace = Trace::default();
        match solve(&opened.builder, &request, (&mut trace, told)).await {
            Ok(response) => {
                let (caches, cache) = (opened.caches, response.exporter_response.get(CACHE).cloned());
                for doubt in aside(move || caches.finish(cache.as_deref())).await? {
                    let _ = told.send(Ok(BuildProgress::Warning(doubt)));
                }
                result(&response, opened.blank)
            }
            Err(status) => Err(match opened.session.faults.take() {
                Some(own) => own,
                None => fault(opened.blank, &status, trace.failed()).into(),
            }),
        }
    }

    /// Says no to what the builder of an engine cannot do with the engine's own store of images.
    async fn able_to(&self, spec: &BuildSpec) -> Result<(), Error> {
        let attested = attestation("provenance", &spec.provenance).or(attestation("sbom", &spec.sbom));
        let exported = spec.cache_to.iter().any(|entry| cache_entry(entry).r#type != "inline");
        let layout = |context: &BuildContext| matches!(context, BuildContext::Source(source) if source.starts_with(IMAGE_LAYOUT));
        let asked = [
            (spec.additional_contexts.values().any(layout), "an image layout as a context (`oci-layout://`)"),
            (spec.platforms.len() > 1, "an image for several platforms (`platforms`)"),
            (exported, "a cache outside of the image (`cache_to` other than `type=inline`)"),
            (attested.is_some(), "attestations (`provenance`, `sbom`)"),
        ];
        let Some((_, what)) = asked.into_iter().find(|(asked, _)| *asked) else { return Ok(()) };
        if self.has_containerd_store().await? {
            return Ok(());
        }
        Err(Error::Unsupported(format!(
            "{what} cannot be done with this engine's image store; with the daemon's containerd image store it can \
             (`\"features\": {{\"containerd-snapshotter\": true}}` in its daemon.json)"
        )))
    }
}

/// All that a build needs, at hand.
pub(super) struct Opened {
    pub(super) session: Session,
    pub(super) builder: Caller,
    /// What a fault would name.
    pub(super) blank: BuildFault,
    sources: Sources,
    caches: Caches,
    gateway: Option<String>,
}

impl Opened {
    /// Looks at what the file names, and connects.
    pub(super) async fn open(engine: &Engine, spec: &BuildSpec, told: &Told) -> Result<Self, Error> {
        let named = if engine.speaks(1, 42) { NamedContexts::Known } else { NamedContexts::Unknown };
        let asked = spec.clone();
        let look = move || Ok::<_, Error>((Sources::open(&asked, named)?, Caches::open(&asked)?));
        let (mut sources, mut caches) = aside(look).await?;
        let blank = BuildFault {
            image: spec.tags.first().cloned().unwrap_or_else(|| spec.service.clone()),
            dockerfile: sources.shown.clone(),
            text: sources.text.clone(),
            ..BuildFault::default()
        };
        for doubt in std::mem::take(&mut caches.doubts) {
            let _ = told.send(Ok(BuildProgress::Warning(doubt)));
        }
        let mut stores = std::mem::take(&mut caches.stores);
        stores.append(&mut sources.layouts);
        let offer = Offer {
            stores: Stores(stores),
            secrets: spec.secrets.clone(),
            agents: Agents::gather(&spec.ssh, &spec.context, engine.credentials.environment()).await?,
            shared: sources.shared(),
            told: told.clone(),
            sources: std::mem::take(&mut sources.readable),
        };
        let session = Session::open(engine, offer).await?;
        let connection = engine.wire.post("/grpc").upgrade("h2c").await?;
        let gone = |status: Status| Error::gone("POST /grpc", status.message);
        let builder = Caller::open(connection).await.map_err(gone)?;
        let gateway = host_gateway(&builder, spec).await.map_err(gone)?;
        Ok(Self { session, builder, blank, sources, caches, gateway })
    }

    /// The call that builds.
    pub(super) fn request(&self, spec: &BuildSpec) -> Result<SolveRequest, Error> {
        let id = self.session.id.as_str();
        let named = Named { reference: id, session: id, gateway: self.gateway.as_deref() };
        request(spec, (&self.sources, &self.caches), &named)
    }
}

/// Does what may wait for the disk, or for others.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|cause| Error::gone("the build", cause.to_string()))?
}

/// Builds, and tells how far it is. What is dropped is cancelled.
async fn solve(
    builder: &Caller,
    request: &SolveRequest,
    (trace, told): (&mut Trace, &Told),
) -> Result<SolveResponse, Status> {
    let asked = StatusRequest { r#ref: request.r#ref.clone() };
    let mut watching = std::pin::pin!(async {
        // A build that cannot be watched is a build all the same.
        let Ok(mut messages) = builder.call(STATUS, &asked).await else { return };
        while let Ok(Some(message)) = messages.next::<StatusResponse>().await {
            for word in trace.take(message) {
                let _ = told.send(Ok(word));
            }
        }
    });
    let mut solving =
        std::pin::pin!(async { builder.call(SOLVE, request).await?.only::<SolveResponse>().await });
    let mut watched = false;
    let outcome = loop {
        tokio::select! {
            outcome = &mut solving => break outcome,
            () = &mut watching, if !watched => watched = true,
        }
    };
    if !watched {
        let _ = timeout(LAST_WORDS, watching).await;
    }
    outcome
}

/// The machine's own address as the engine knows it, where it is asked for.
async fn host_gateway(builder: &Caller, spec: &BuildSpec) -> Result<Option<String>, Status> {
    const LABEL: &str = "org.mobyproject.buildkit.worker.moby.host-gateway-ip";
    if !spec.extra_hosts.iter().any(|host| host.ends_with(HOST_GATEWAY)) {
        return Ok(None);
    }
    let mut answer = builder.call(WORKERS, &ListWorkersRequest::default()).await?;
    let workers = answer.only::<ListWorkersResponse>().await?;
    Ok(workers.record.into_iter().find_map(|mut worker| worker.labels.remove(LABEL)))
}

fn result(response: &SolveResponse, blank: BuildFault) -> Result<String, Error> {
    let id = RESULTS.iter().find_map(|name| response.exporter_response.get(*name));
    id.cloned().ok_or_else(|| {
        let message = "the builder ended without an image".to_owned();
        Box::new(BuildFault { message, ..blank }).into()
    })
}
