//! The loop that walks a plan. It carries no decision of what to do, only of when.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::guard::lets_pass;
use super::perform::{Done, Job, Target};
use super::words::words;
use super::{Context, Listener, Outcome, StepError, StepFailure};
use crate::event::Event;
use crate::event::{Progress, Status};
use crate::plan::{Action, ContainerRef, Plan, Stage, StepId};
use crate::resource::body::CreateBody;

/// Carries a plan out: every step as soon as what it waits for is done, side by side within the context's limits.
///
/// After the first failure nothing new is begun (unless the context says to keep going) and waits end; what was begun is
/// brought to an end, so that no container is left between two names. The first interrupt does the same; after the second,
/// what was begun is not waited for: it goes on in the daemon, or the next plan finishes it.
pub async fn execute(plan: &Plan, context: &Context) -> Outcome {
    let mut walk = Walk::new(plan, context);
    if context.listener.is_none() && plan.steps().any(|(_, step)| matches!(step.action, Action::Await(_))) {
        match Listener::open(&context.engine, &context.project).await {
            Ok(listener) => walk.listener = Some(listener),
            Err(error) => {
                walk.refuse(error.into());
                return walk.outcome;
            }
        }
    }
    walk.run().await;
    walk.undo_unbegun().await;
    walk.outcome
}

struct Walk<'a> {
    plan: &'a Plan,
    context: &'a Context,
    listener: Option<Listener>,
    /// How many predecessors of each step are not done yet.
    open: BTreeMap<StepId, usize>,
    ready: BTreeSet<StepId>,
    results: HashMap<StepId, Done>,
    tasks: JoinSet<Result<Done, StepError>>,
    /// So that a task that panicked is known by its step.
    steps: HashMap<Id, StepId>,
    /// Ends waits and pulls when nothing new is begun any more.
    halt: CancellationToken,
    outcome: Outcome,
}

impl<'a> Walk<'a> {
    fn new(plan: &'a Plan, context: &'a Context) -> Self {
        let open: BTreeMap<StepId, usize> = plan.steps().map(|(id, _)| (id, plan.before(id).len())).collect();
        let ready = open.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
        Self {
            plan,
            context,
            listener: context.listener.clone(),
            open,
            ready,
            results: HashMap::new(),
            tasks: JoinSet::new(),
            steps: HashMap::new(),
            halt: CancellationToken::new(),
            outcome: Outcome::default(),
        }
    }

    async fn run(&mut self) {
        let mut killed = false;
        loop {
            while !killed && self.launch() {}
            if self.tasks.is_empty() {
                break;
            }
            tokio::select! {
                // Steps end by the interrupt, too: it is to be seen before they are.
                biased;
                () = self.context.cancel.cancelled(), if !self.outcome.interrupted => {
                    self.outcome.interrupted = true;
                    self.halt.cancel();
                }
                () = self.context.kill.cancelled(), if !killed => {
                    killed = true;
                    self.tasks.abort_all();
                }
                Some(joined) = self.tasks.join_next_with_id() => self.finish(joined),
            }
        }
        let done: BTreeSet<StepId> = self.outcome.done.iter().copied().collect();
        let failed: BTreeSet<StepId> = self.outcome.failures.iter().map(|failure| failure.step).collect();
        self.outcome.skipped =
            self.open.keys().copied().filter(|id| !done.contains(id) && !failed.contains(id)).collect();
    }

    /// Begins everything that is ready; true if skipping made more ready.
    fn launch(&mut self) -> bool {
        let mut again = false;
        for id in std::mem::take(&mut self.ready) {
            if self.halt.is_cancelled() && !self.closes_a_change(id) {
                continue;
            }
            let step = self.plan.step(id);
            if !lets_pass(&step.guard, |image| self.results.get(&image.step)) {
                let stands_for = self.stands_for(id);
                self.succeed(id, stands_for);
                again = true;
                continue;
            }
            if let Some(begin) = words(step).begin {
                self.context.tell(&step.resource, Status::Working, begin);
            }
            let job = Job {
                step: self.plan.shared(id),
                context: self.context.clone(),
                listener: self.listener.clone(),
                halt: self.halt.clone(),
                targets: self.targets(&step.action),
                tty: self.body(&step.action).map(|body| body.tty),
                any_port: self.body(&step.action).map(|body| body.host_config.chooses_port()),
                awaited: !self.plan.after(id).is_empty(),
                pull_failed: self.pull_failed(&step.action),
            };
            let handle = self.tasks.spawn(job.run());
            self.steps.insert(handle.id(), id);
        }
        again
    }

    /// What a creation that is not done stands for: the container that it would have replaced.
    fn stands_for(&self, id: StepId) -> Done {
        match &self.plan.step(id).action {
            Action::CreateContainer(create) => match &create.replaces {
                Some(replaced) => Done::Container(self.target(replaced).id),
                None => Done::Skipped,
            },
            _ => Done::Skipped,
        }
    }

    /// True for the rest of a change whose point of no return is behind: the old container is being taken away.
    fn closes_a_change(&self, id: StepId) -> bool {
        let begun = |earlier: &StepId| self.plan.step(*earlier).stage == Stage::Middle;
        match self.plan.step(id).stage {
            Stage::Whole | Stage::First => false,
            Stage::Middle | Stage::Last => self.plan.before(id).iter().any(begun),
        }
    }

    fn finish(&mut self, joined: Result<(Id, Result<Done, StepError>), JoinError>) {
        let (task, result) = match joined {
            Ok((task, result)) => (task, result),
            Err(error) if error.is_cancelled() => (error.id(), Err(StepError::Interrupted)),
            Err(error) => (error.id(), Err(StepError::Internal(error.to_string()))),
        };
        let Some(id) = self.steps.remove(&task) else { return };
        match result {
            Ok(done) => self.succeed(id, done),
            Err(error) => self.fail(id, error),
        }
    }

    fn succeed(&mut self, id: StepId, done: Done) {
        let step = self.plan.step(id);
        let skipped = !lets_pass(&step.guard, |image| self.results.get(&image.step));
        if let (Some(end), false) =
            (words(step).end, matches!(done, Done::Skipped | Done::PullFailed) || skipped)
        {
            self.context.tell(&step.resource, Status::Done, end);
        }
        if let (Done::Provided(provisions), Some(service)) = (&done, &step.service) {
            self.outcome.provided.insert(service.clone(), provisions.clone());
        }
        self.results.insert(id, done);
        self.outcome.done.push(id);
        for next in self.plan.after(id) {
            if let Some(count) = self.open.get_mut(&next) {
                *count -= 1;
                if *count == 0 {
                    self.ready.insert(next);
                }
            }
        }
    }

    fn fail(&mut self, id: StepId, error: StepError) {
        let step = self.plan.step(id);
        if matches!(error, StepError::Interrupted) {
            if let Action::PullImage { .. } | Action::PushImage { .. } | Action::BuildImage { .. } =
                step.action
            {
                self.context.tell(&step.resource, Status::Warning, "Interrupted");
            }
            return;
        }
        // Who comes second looks again in the end; until then the rest goes on.
        let contested = error.is_contested();
        // A wait has told about the container that decided it.
        if !matches!(error, StepError::Wait(_)) {
            let (status, word) = if contested && !self.context.keep_going {
                (Status::Warning, "Contested")
            } else {
                (Status::Error, "Error")
            };
            let progress = Progress::new(step.resource.clone(), status, word);
            self.context.sink.send(Event::Progress(progress.details(error.to_string())));
        }
        self.outcome.failures.push(StepFailure {
            step: id,
            resource: step.resource.clone(),
            service: step.service.clone(),
            error,
        });
        if !self.context.keep_going && !contested {
            self.halt.cancel();
        }
    }

    /// Nothing can be begun at all.
    fn refuse(&mut self, error: StepError) {
        if let Some((id, _)) = self.plan.steps().next() {
            self.fail(id, error);
        }
        self.outcome.skipped = self.open.keys().skip(1).copied().collect();
    }

    /// Takes away successors whose predecessors were not touched: the interrupt came between the two.
    async fn undo_unbegun(&mut self) {
        for (id, done) in &self.results {
            let step = self.plan.step(*id);
            let Done::Container(container) = done else { continue };
            let unbegun = self.plan.after(*id).iter().all(|next| !self.results.contains_key(next));
            if step.stage == Stage::First && self.halt.is_cancelled() && unbegun {
                let removed = self.context.engine.remove_container(container, false).await;
                let words = match removed {
                    Ok(()) => ("Interrupted", "the old container was left as it is".to_owned()),
                    Err(error) => (
                        "Interrupted",
                        format!("its successor {container:.12} could not be removed: {error}"),
                    ),
                };
                self.context.tell_why(&step.resource, Status::Warning, words);
            }
        }
    }

    fn targets(&self, action: &Action) -> Vec<Target> {
        action.containers().into_iter().map(|reference| self.target(reference)).collect()
    }

    fn target(&self, reference: &ContainerRef) -> Target {
        match reference {
            ContainerRef::Existing { id, name } => Target { id: id.clone(), name: name.clone() },
            ContainerRef::Created(step) => {
                let name = self.plan.step(*step).resource.name.clone();
                // The daemon takes a name in the place of an id, should a result ever be missing.
                let id = match self.results.get(step) {
                    Some(Done::Container(id)) => id.clone(),
                    _ => name.clone(),
                };
                Target { id, name }
            }
        }
    }

    /// What the container that an action works on is made of, if the plan makes it.
    fn body(&self, action: &Action) -> Option<&'a CreateBody> {
        match action.containers().first()? {
            ContainerRef::Existing { .. } => None,
            ContainerRef::Created(step) => match &self.plan.step(*step).action {
                Action::CreateContainer(create) => Some(&create.spec.body),
                _ => None,
            },
        }
    }

    fn pull_failed(&self, action: &Action) -> bool {
        match action {
            Action::BuildImage { only_if_failed: Some(pull), .. } => {
                matches!(self.results.get(pull), Some(Done::PullFailed))
            }
            _ => true,
        }
    }
}
