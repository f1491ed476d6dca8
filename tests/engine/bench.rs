//! A place at the daemon for one test: a project name of its own, and everything under it taken away at the end.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU32, Ordering};

use rcompose::engine::{ConnectOptions, Engine, Query};
use rcompose::resource::body::{CreateBody, NetworkBody, VolumeBody};
use rcompose::resource::{ContainerSpec, labels};

use crate::support::{Daemon, Proxy, Stack, daemon};

/// The image that every daemon of the tests has.
pub(crate) const IMAGE: &str = Stack::IMAGE;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// What a test works with.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) daemon: &'static Daemon,
    pub(crate) project: String,
}

/// Runs a test at the daemon, and takes away what it made, whether it passed or not.
pub(crate) fn at_engine<T: Future<Output = ()> + Send + 'static>(test: impl FnOnce(Bench) -> T) {
    let Some(daemon) = daemon() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let engine = runtime.block_on(Engine::connect(&ConnectOptions::at(&daemon.host))).unwrap();
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let bench = Bench { engine, daemon, project: format!("rct-engine-{}-{number}", std::process::id()) };
    let outcome = runtime.block_on(async {
        let outcome = tokio::spawn(test(bench.clone())).await;
        bench.clean().await;
        outcome
    });
    if let Err(failure) = outcome {
        resume_unwind(failure.into_panic());
    }
}

impl Bench {
    /// A name that nothing else has.
    pub(crate) fn name(&self, what: &str) -> String {
        format!("{}-{what}", self.project)
    }

    /// The labels by which this test's things are found again.
    pub(crate) fn labels(&self) -> BTreeMap<String, String> {
        BTreeMap::from([(labels::PROJECT.to_owned(), self.project.clone())])
    }

    /// The same daemon behind a proxy that records and disturbs.
    pub(crate) async fn proxied(&self) -> (Engine, Proxy) {
        let proxy = Proxy::before(self.daemon);
        let engine = Engine::connect(&ConnectOptions::at(proxy.host())).await.unwrap();
        (engine, proxy)
    }

    /// A container that runs a shell script.
    pub(crate) fn script(&self, script: &str) -> ContainerSpec {
        let cmd = ["sh", "-c", script].map(str::to_owned).to_vec();
        let body = CreateBody {
            image: IMAGE.to_owned(),
            cmd: Some(cmd),
            labels: self.labels(),
            attach_stdout: true,
            attach_stderr: true,
            ..CreateBody::default()
        };
        ContainerSpec { body, ..ContainerSpec::default() }
    }

    /// Makes a container and gives its id.
    pub(crate) async fn create(&self, what: &str, spec: &ContainerSpec) -> String {
        self.engine.create_container(&self.name(what), spec).await.unwrap().id
    }

    /// Makes and starts a container that runs a script.
    pub(crate) async fn run(&self, what: &str, script: &str) -> String {
        let id = self.create(what, &self.script(script)).await;
        self.engine.start_container(&id).await.unwrap();
        id
    }

    /// Makes a network and gives its name.
    pub(crate) async fn network(&self, what: &str) -> String {
        let body = NetworkBody { name: self.name(what), labels: self.labels(), ..NetworkBody::default() };
        self.engine.create_network(&body).await.unwrap();
        body.name
    }

    /// Makes a volume and gives its name.
    pub(crate) async fn volume(&self, what: &str) -> String {
        let body = VolumeBody { name: self.name(what), labels: self.labels(), ..VolumeBody::default() };
        self.engine.create_volume(&body).await.unwrap().name
    }

    async fn clean(&self) {
        let seen = self.engine.observe(&Query::project(&self.project)).await.unwrap();
        for container in &seen.containers {
            let _ = self.engine.remove_container(&container.id, true).await;
        }
        for network in &seen.networks {
            let _ = self.engine.remove_network(&network.id).await;
        }
        for image in self.engine.images_of(&self.project).await.unwrap() {
            let _ = self.engine.remove_image(&image.id, true).await;
        }
        for volume in &seen.volumes {
            let _ = self.engine.remove_volume(&volume.name, true).await;
        }
    }
}
