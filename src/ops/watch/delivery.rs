//! An errand carried out: files into all containers of a service, then what the rules want besides.

use std::collections::BTreeSet;
use std::time::Instant;

use futures_util::future::join_all;

use super::crew::{Errand, Member};
use crate::event::{Event, Level, OutputLine, Synced};
use crate::ops::{Compose, Error};
use crate::plan::{LifecyclePolicy, Verb};
use crate::resource::{HookSpec, Kind, ResourceId};

use crate::run::watch::{Courier, Delivered, DeliveryError, Outbox, command};

/// So many paths of a batch are told.
const TOLD: usize = 10;

/// What came of an errand.
#[derive(Debug)]
pub(super) struct Report {
    /// The service.
    pub(super) service: String,
    /// Container by container: what it lacked, and what came of it.
    pub(super) results: Vec<(Member, Outbox, Result<Delivered, DeliveryError>)>,
    /// What was told of it, if anything was copied.
    pub(super) synced: Option<Synced>,
    /// How often the service was restarted and commands were run.
    pub(super) reactions: u64,
}

/// Carries an errand out and tells of it.
pub(super) async fn run(compose: Compose, errand: Errand) -> Report {
    let courier = Courier::new(compose.engine().clone());
    let began = Instant::now();
    let bring = errand.parts.into_iter().map(async |(member, outbox)| {
        let result = courier.deliver(&member.to, &outbox, member.patient()).await;
        (member, outbox, result)
    });
    let results = join_all(bring).await;
    let since = errand.since.filter(|_| !errand.catching_up).unwrap_or(began);
    let synced = told((&errand.service, errand.catching_up), &results, since);
    if let Some(synced) = &synced {
        compose.sink().send(Event::Synced(synced.clone()));
    }
    let reached = results.is_empty() || results.iter().any(|(_, _, result)| result.is_ok());
    let mut reactions = 0;
    if reached && errand.restart {
        reactions += 1;
        let success = warned(&compose, &errand.service, restart(&compose, &errand.service).await);
        react(&compose, (&errand.service, "restart"), success, since);
    }
    if reached {
        for hook in &errand.commands {
            reactions += 1;
            let success = everywhere(&compose, &errand.containers, hook).await;
            react(&compose, (&errand.service, "exec"), success, since);
        }
    }
    Report { service: errand.service, results, synced, reactions }
}

fn told(
    (service, catching_up): (&str, bool),
    results: &[(Member, Outbox, Result<Delivered, DeliveryError>)],
    since: Instant,
) -> Option<Synced> {
    let served: Vec<_> = results
        .iter()
        .filter_map(|(member, outbox, result)| Some((member, outbox, result.as_ref().ok()?)))
        .collect();
    let (_, outbox, most) = served.iter().max_by_key(|(_, _, one)| (one.copied, one.erased, one.bytes))?;
    Some(Synced {
        service: service.to_owned(),
        containers: served
            .iter()
            .map(|(member, _, _)| member.name.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        copied: most.copied,
        deleted: most.erased,
        bytes: most.bytes,
        milliseconds: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
        paths: outbox.changes().take(TOLD).map(|(path, _)| path.display().to_string()).collect(),
        catching_up,
    })
}

/// Restarts a service, and what asked to be restarted with it.
async fn restart(compose: &Compose, service: &str) -> Result<(), Error> {
    let services = vec![service.to_owned()];
    let plan = compose
        .prepare(&LifecyclePolicy { verb: Verb::Restart, services, ..LifecyclePolicy::default() })
        .await?;
    compose.carry_out("restart", &plan).await
}

/// Runs a command in all containers, side by side.
async fn everywhere(compose: &Compose, containers: &[Member], hook: &HookSpec) -> bool {
    let run = containers.iter().map(|member| one(compose, member, hook));
    join_all(run).await.into_iter().all(|success| success)
}

async fn one(compose: &Compose, member: &Member, hook: &HookSpec) -> bool {
    let resource = ResourceId::new(Kind::Container, member.name.clone());
    let hear = |text| compose.sink().send(Event::Output(OutputLine::new(resource.clone(), text)));
    let words = hook.command.join(" ");
    let why = match command(compose.engine(), &member.to.id, hook, hear).await {
        Ok(0) => return true,
        Ok(code) => format!("`{words}` in {} exited with code {code}", member.name),
        Err(error) => match error.help() {
            Some(help) => format!("`{words}` in {}: {error} ({help})", member.name),
            None => format!("`{words}` in {}: {error}", member.name),
        },
    };
    compose.sink().send(Event::Notice { level: Level::Error, text: why });
    false
}

fn react(compose: &Compose, what: (&str, &'static str), success: bool, since: Instant) {
    compose.sink().send(Event::Reacted {
        services: vec![what.0.to_owned()],
        action: what.1,
        success,
        milliseconds: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
    });
}

/// True if it went well; else the fault is told.
fn warned(compose: &Compose, service: &str, result: Result<(), Error>) -> bool {
    let Err(error) = result else { return true };
    compose.sink().send(Event::Notice { level: Level::Error, text: format!("{service}: {error}") });
    false
}
