//! Waiting for a condition: look once, then at each event, with a slow look beneath as a net.

use std::time::Duration;

use futures_util::future::{join_all, select_all};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::gate::Gate;
use super::perform::{Done, Job, Target};
use super::{Context, Listener, Met, StepError, Unmet, Verdict, WaitFailure, WaitReason, verdict};
use crate::diag::harmless;
use crate::engine::{Heard, LogOptions};
use crate::event::{Event, Level, Progress, Status};
use crate::plan::Await;
use crate::resource::{Condition, ContainerDetails, ContainerState, Health, Kind, ResourceId};

/// The net beneath the events, should one be lost.
const SLOW_LOOK: Duration = Duration::from_secs(5);

/// How many lines of the log a failure shows.
const LOG_LINES: u64 = 10;

/// Waits as an [`Await`] says; a failure that is not `required` is only told.
pub(super) async fn wait(job: &Job, wait: &Await) -> Result<Done, StepError> {
    let context = &job.context;
    for target in &job.targets {
        context.tell(&container(&target.name), Status::Working, "Waiting");
    }
    let Some(listener) = &job.listener else {
        return Err(StepError::Internal("a wait without a listener".to_owned()));
    };
    let looked = look_until(context, listener, &job.targets, wait);
    let ended = match wait.timeout {
        Some(limit) => match tokio::time::timeout(limit, looked).await {
            Ok(ended) => ended?,
            Err(_) => {
                Ended { reason: Err(WaitReason::TimedOut { seconds: limit.as_secs() }), details: Vec::new() }
            }
        },
        None => looked.await?,
    };
    match ended.reason {
        Ok(met) => {
            let word = if met == Met::Exited { "Exited" } else { "Healthy" };
            for target in &job.targets {
                context.tell(&container(&target.name), Status::Done, word);
            }
            Ok(Done::Nothing)
        }
        Err(reason) => {
            let failure = explain(context, wait, (reason, ended.details)).await;
            tell_failure(job, wait, &failure);
            if wait.required { Err(StepError::Wait(Box::new(failure))) } else { Ok(Done::Skipped) }
        }
    }
}

struct Ended {
    reason: Result<Met, WaitReason>,
    details: Vec<ContainerDetails>,
}

async fn look_until(
    context: &Context,
    listener: &Listener,
    targets: &[Target],
    wait: &Await,
) -> Result<Ended, StepError> {
    let mut gates: Vec<Gate> = Vec::new();
    // Subscribed before the first look, so that nothing falls between the two.
    let mut events = listener.subscribe();
    loop {
        let mut details = look(context, targets).await?;
        if matches!(wait.condition, Condition::Healthy | Condition::RunningOrHealthy) {
            for found in details.iter_mut().filter(|found| found.health == Health::Starting) {
                if context.gates.passed(found) {
                    found.health = Health::Healthy;
                } else if found.state == ContainerState::Running
                    && !gates.iter().any(|gate| gate.is_of(found))
                {
                    gates.extend(context.gates.before(&context.engine, &wait.service, found));
                }
            }
        }
        match verdict(wait.condition, &details) {
            Verdict::Met(met) => return Ok(Ended { reason: Ok(met), details }),
            Verdict::Failed(unmet) => return Ok(Ended { reason: Err(WaitReason::Unmet(unmet)), details }),
            Verdict::Pending => {}
        }
        tokio::select! {
            () = next_about(&mut events, targets) => {}
            () = any_opened(&mut gates) => {}
            () = tokio::time::sleep(SLOW_LOOK) => {}
        }
        gates.retain(|gate| !gate.is_open());
    }
}

/// Returns when a test of ours has succeeded.
async fn any_opened(gates: &mut [Gate]) {
    if gates.is_empty() {
        return std::future::pending().await;
    }
    select_all(gates.iter_mut().map(|gate| Box::pin(gate.opened()))).await;
}

/// All containers at once; one that is gone is left out.
async fn look(context: &Context, targets: &[Target]) -> Result<Vec<ContainerDetails>, StepError> {
    let looks = targets.iter().map(|target| context.engine.inspect_container(&target.id));
    let mut details = Vec::with_capacity(targets.len());
    for looked in join_all(looks).await {
        match looked {
            Ok(container) => details.push(container),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(details)
}

/// Returns when something happened to one of the targets, or when events were lost.
async fn next_about(events: &mut Receiver<Heard>, targets: &[Target]) {
    loop {
        match events.recv().await {
            // Each probe of a health check is three events of its own; its verdict is one.
            Ok(Heard::Event(event))
                if event.action.starts_with("exec_")
                    || !targets.iter().any(|target| target.is(&event.id)) => {}
            // After a gap, too, it is worth a look.
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            // The listener is gone: only the slow look is left.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Gathers what a person needs to understand the failure.
async fn explain(context: &Context, wait: &Await, ended: (WaitReason, Vec<ContainerDetails>)) -> WaitFailure {
    let (reason, details) = ended;
    let culprit = match &reason {
        WaitReason::Unmet(unmet) => unmet.container().map(ToOwned::to_owned),
        WaitReason::TimedOut { .. } => None,
    };
    let details = details.into_iter().find(|found| Some(&found.name) == culprit.as_ref());
    let log = match &details {
        // Best effort: the failure is told with or without it.
        Some(found) => last_lines(context, found).await,
        None => Vec::new(),
    };
    WaitFailure {
        service: wait.service.clone(),
        condition: wait.condition,
        waiting: wait.waiting.clone(),
        reason,
        details: details.map(Box::new),
        log,
    }
}

async fn last_lines(context: &Context, container: &ContainerDetails) -> Vec<String> {
    let options = LogOptions { tail: Some(LOG_LINES), tty: Some(container.tty), ..LogOptions::default() };
    let mut lines = Vec::new();
    if let Ok(mut flow) = context.engine.log_lines(&container.id, &options).await {
        while let Some(Ok(line)) = flow.next().await {
            lines.push(harmless(&line.text()).into_owned());
        }
    }
    lines
}

fn tell_failure(job: &Job, wait: &Await, failure: &WaitFailure) {
    let culprit = match &failure.reason {
        WaitReason::Unmet(unmet) => unmet.container(),
        WaitReason::TimedOut { .. } => None,
    };
    let status = if wait.required { Status::Error } else { Status::Warning };
    for target in &job.targets {
        if culprit.is_some_and(|name| name != target.name) {
            continue;
        }
        let words = if wait.required { "Error" } else { "Skipped" };
        let progress = Progress::new(container(&target.name), status, words).details(failure.to_string());
        job.context.sink.send(Event::Progress(progress));
    }
    if !wait.required {
        let text = match &failure.reason {
            WaitReason::Unmet(Unmet::Missing) => {
                format!("{} is missing dependency {}", wait.waiting.join(", "), wait.service)
            }
            _ => format!("optional dependency \"{}\" failed to start: {failure}", wait.service),
        };
        job.context.notice(Level::Warning, text);
    }
}

fn container(name: &str) -> ResourceId {
    ResourceId::new(Kind::Container, name)
}
