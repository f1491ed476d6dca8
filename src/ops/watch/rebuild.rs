//! Images and containers made anew: one build for a burst, none for what is superseded, and the old container stays until
//! the new image is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::event::{Event, Level};
use crate::ops::{BuildOptions, Compose, Error};
use crate::plan::{BuildChoice, PullChoice, UpPolicy};
use crate::resource::Desired;
use crate::run::{Context, remove_image};

/// A build begins when nothing changed for so long.
const QUIET: Duration = Duration::from_millis(150);
/// Or when the first change is so old.
const CAP: Duration = Duration::from_secs(1);

/// Which services want to be made anew, and the build under way.
#[derive(Debug, Default)]
pub(super) struct Rebuilder {
    wanted: BTreeSet<String>,
    first: Option<Instant>,
    last: Option<Instant>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    services: BTreeSet<String>,
    since: Instant,
    cancel: CancellationToken,
    /// The image is there, and containers are made anew: too late to turn back.
    committed: Arc<AtomicBool>,
    handle: JoinHandle<bool>,
}

impl Rebuilder {
    /// A file changed that a service is built from. A build that is under way without it is ended.
    pub(super) fn want(&mut self, service: &str, now: Instant) {
        self.wanted.insert(service.to_owned());
        self.first.get_or_insert(now);
        self.last = Some(now);
        if let Some(running) = &self.running
            && running.services.contains(service)
            && !running.committed.load(Ordering::Acquire)
        {
            running.cancel.cancel();
        }
    }

    /// When to begin; `None` if nothing is wanted, or something is under way.
    pub(super) fn due(&self) -> Option<Instant> {
        let (first, last) = self.first.zip(self.last)?;
        self.running.is_none().then(|| (last + QUIET).min(first + CAP))
    }

    /// Begins with all that is wanted; which services that are.
    pub(super) fn begin(&mut self, compose: &Compose, prune: bool) -> BTreeSet<String> {
        let services = std::mem::take(&mut self.wanted);
        let since = self.first.take().unwrap_or_else(Instant::now);
        self.last = None;
        let cancel = CancellationToken::new();
        let committed = Arc::new(AtomicBool::new(false));
        let work = Work {
            compose: compose.clone(),
            services: services.iter().cloned().collect(),
            cancel: cancel.clone(),
            committed: committed.clone(),
            prune,
        };
        let handle = tokio::spawn(work.run(since));
        self.running = Some(Running { services: services.clone(), since, cancel, committed, handle });
        services
    }

    /// Ends when the build under way does; never if there is none. A superseded one is wanted again; the services that
    /// were made anew otherwise.
    pub(super) async fn ended(&mut self) -> Option<BTreeSet<String>> {
        let Some(running) = &mut self.running else { return std::future::pending().await };
        // A panic was told by the panic hook.
        let done = (&mut running.handle).await.unwrap_or(false);
        let Running { services, since, cancel, .. } = self.running.take()?;
        if !done && cancel.is_cancelled() {
            self.wanted.extend(services);
            // The wait counts from the newest change: what was superseded once must not be begun in the middle of a burst.
            self.last.get_or_insert(since);
            self.first = self.last;
            return None;
        }
        Some(services)
    }

    /// True while something is under way.
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Ends what is under way, as far as it can be ended.
    pub(super) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.cancel.cancel();
            let _ = running.handle.await;
        }
    }
}

struct Work {
    compose: Compose,
    services: Vec<String>,
    cancel: CancellationToken,
    committed: Arc<AtomicBool>,
    prune: bool,
}

impl Work {
    /// True if it went to its end, well or not; false if it was superseded.
    async fn run(self, since: Instant) -> bool {
        let names = quoted(&self.services);
        self.tell(Level::Info, format!("Rebuilding service(s) {names} after changes were detected..."));
        let result = self.rebuild().await;
        if self.cancel.is_cancelled() && !self.committed.load(Ordering::Acquire) {
            return false;
        }
        // Who ends the watch need not be told that a build ended with it.
        if matches!(result, Err(Error::Interrupted)) {
            return false;
        }
        let success = result.is_ok();
        if let Err(error) = result {
            self.explain(&error);
        }
        self.compose.sink().send(Event::Reacted {
            services: self.services.clone(),
            action: "rebuild",
            success,
            milliseconds: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        true
    }

    async fn rebuild(&self) -> Result<(), Error> {
        let compose = &self.compose;
        let desired = compose.desired()?;
        let before = self.images(&desired).await?;
        let options =
            BuildOptions { services: self.services.clone(), for_here: true, ..BuildOptions::default() };
        let plan = compose.prepare_build(&options).await?;
        let context = Context { cancel: self.cancel.clone(), ..compose.context() };
        let outcome = compose.told("build", &plan, &context).await;
        compose.finished("build", &plan, outcome)?;
        if self.cancel.is_cancelled() {
            return Err(Error::Interrupted);
        }
        self.committed.store(true, Ordering::Release);
        self.tell(Level::Info, format!("service(s) {} successfully built", quoted(&self.services)));
        let policy = UpPolicy {
            services: followers(&desired, &self.services),
            no_dependencies: true,
            pull: PullChoice::Never,
            build: BuildChoice::Missing,
            ignore_orphans: true,
            ..UpPolicy::default()
        };
        let prepared = compose.prepare_up(policy).await?;
        compose.bring("up", &prepared).await?;
        if self.prune {
            self.prune(before, &desired).await?;
        }
        Ok(())
    }

    /// The ids of the services' images, by reference.
    async fn images(&self, desired: &Desired) -> Result<BTreeMap<String, String>, Error> {
        let observed = self.compose.observe(desired).await?;
        let ours = desired.images.iter().filter(|image| {
            image.build.is_some() && image.services.iter().any(|service| self.services.contains(service))
        });
        let known = ours.filter_map(|image| {
            Some((image.reference.clone(), observed.images.get(&image.reference)?.id.clone()))
        });
        Ok(known.collect())
    }

    /// Removes images that were replaced and have no other name.
    async fn prune(&self, before: BTreeMap<String, String>, desired: &Desired) -> Result<(), Error> {
        let after = self.images(desired).await?;
        for (reference, id) in before {
            if after.get(&reference) == Some(&id) {
                continue;
            }
            let engine = self.compose.engine();
            let named = engine.inspect_image(&id).await.is_ok_and(|image| !image.tags.is_empty());
            if named {
                continue;
            }
            // Another project may use it: then it stays.
            let _ = remove_image(engine, &id).await;
        }
        Ok(())
    }

    /// A fault with the line that it comes from and what the failing step wrote; the old container runs on.
    fn explain(&self, error: &Error) {
        let (problems, _) = error.problems(self.compose.loaded());
        let words: Vec<String> = problems
            .iter()
            .filter(|problem| problem.code != "state")
            .map(|problem| match &problem.help {
                Some(help) => format!("{}\n{help}", problem.message),
                None => problem.message.clone(),
            })
            .collect();
        let names = quoted(&self.services);
        let text = format!("{}\nthe containers of {names} are left as they were", words.join("\n"));
        self.tell(Level::Error, text);
    }

    fn tell(&self, level: Level, text: String) {
        self.compose.sink().send(Event::Notice { level, text });
    }
}

/// The services with those that share something of their containers or asked to be restarted with them.
fn followers(desired: &Desired, services: &[String]) -> Vec<String> {
    let mut all: BTreeSet<String> = services.iter().cloned().collect();
    loop {
        let more: Vec<String> = desired
            .services
            .iter()
            .filter(|service| !all.contains(&service.name))
            .filter(|service| {
                let restarts = service.dependencies.iter().filter(|dependency| dependency.restart);
                restarts
                    .map(|dependency| &dependency.service)
                    .chain(&service.shares)
                    .any(|name| all.contains(name))
            })
            .map(|service| service.name.clone())
            .collect();
        if more.is_empty() {
            return all.into_iter().collect();
        }
        all.extend(more);
    }
}

/// `["a" "b"]`, as the peer writes them.
fn quoted(services: &[String]) -> String {
    let names: Vec<String> = services.iter().map(|name| format!("{name:?}")).collect();
    format!("[{}]", names.join(" "))
}
