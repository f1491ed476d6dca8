//! Several commands on one project at one time: what another one was faster at is looked at again, and gone on with.
//!
//! There is no lock that a killed command could leave behind. Whoever meets the traces of another one waits for a moment
//! of chance length, plans anew from what is there, and finds most of its work done.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::up::Prepared;
use super::{Compose, Error};
use crate::event::{Event, Level};
use crate::plan::UpPolicy;
use crate::resource::Provision;
use crate::run::{Context, Outcome, StepFailure, execute};

/// So often a plan is made anew, whatever the time.
const TRIES: u32 = 12;
/// So long a plan is made anew, however often: on a machine under load each try of each command takes seconds.
const TIME: Duration = Duration::from_secs(60);
/// The same refusals so often in a row, and for [`LASTING`], are nobody's work in progress.
const PATIENCE: u32 = 4;
/// What a command under load may take between two of its steps.
const LASTING: Duration = Duration::from_secs(5);
/// The bound of the first pause; it doubles up to sixteen times this.
const PAUSE: Duration = Duration::from_millis(100);

impl Compose {
    /// Carries out a plan like [`Compose::told`], and plans anew as long as only other commands were in its way. Gives
    /// back the last plan and what became of it.
    pub(super) async fn settle(
        &self,
        operation: &'static str,
        prepared: &Prepared,
        context: &Context,
    ) -> Result<(Prepared, Outcome), Error> {
        let mut prepared = prepared.clone();
        let total = prepared.plan.steps().map(|(_, step)| &step.resource).collect::<BTreeSet<_>>().len();
        self.sink().send(Event::Started { operation, total });
        let mut refusals = Refusals::default();
        let outcome = loop {
            let mut outcome = Box::pin(execute(&prepared.plan, context)).await;
            self.take_provisions(&mut prepared.policy, std::mem::take(&mut outcome.provided));
            if outcome.is_success() && !prepared.plan.postponed.is_empty() {
                prepared = Box::pin(self.prepare_up(after_providers(&prepared))).await?;
                self.warn(&prepared.plan);
                continue;
            }
            let contested = |failure: &StepFailure| failure.error.is_contested();
            if outcome.interrupted || outcome.failures.is_empty() || !outcome.failures.iter().all(contested) {
                break outcome;
            }
            let words = outcome.failures.iter().map(|failure| failure.error.to_string());
            let Some(pause) = refusals.again(words.collect(), Instant::now()) else { break outcome };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = context.cancel.cancelled() => break Outcome { interrupted: true, ..Outcome::default() },
            }
            prepared = Box::pin(self.prepare_up(prepared.policy.clone())).await?;
        };
        self.sink().send(Event::Finished { operation, success: outcome.is_success() });
        Ok((prepared, outcome))
    }

    /// What providers have said is known to the next plan; what it overrides is worth a word.
    pub(super) fn take_provisions(&self, policy: &mut UpPolicy, provided: BTreeMap<String, Vec<Provision>>) {
        let project = self.loaded().map(|loaded| &loaded.project);
        for (provider, provisions) in &provided {
            let services = project.into_iter().flat_map(|project| project.services.values());
            for service in services.filter(|service| service.workload.depends_on.contains_key(provider)) {
                let declared = &service.container.environment;
                for name in provisions.iter().map(|provision| &provision.name) {
                    if declared.contains_key(name) {
                        let text = format!(
                            "provider {provider:?} overrides environment variable {name:?} in service {:?}",
                            service.name
                        );
                        self.sink().send(Event::Notice { level: Level::Warning, text });
                    }
                }
            }
        }
        policy.provided.extend(provided);
    }
}

/// What other commands were in the way of so far.
#[derive(Default)]
struct Refusals {
    attempt: u32,
    began: Option<Instant>,
    /// The last ones, how often they came in a row, and since when.
    last: Option<(Vec<String>, u32, Instant)>,
}

impl Refusals {
    /// The pause before the next try; none if there is no hope left.
    fn again(&mut self, mut refusals: Vec<String>, now: Instant) -> Option<Duration> {
        // They come in the order in which steps end.
        refusals.sort_unstable();
        self.attempt += 1;
        let began = *self.began.get_or_insert(now);
        let (repeated, since) = match &self.last {
            Some((last, times, since)) if *last == refusals => (times + 1, *since),
            _ => (1, now),
        };
        self.last = Some((refusals, repeated, since));
        let worn_out = self.attempt >= TRIES && now - began >= TIME;
        let lasting = repeated >= PATIENCE && now - since >= LASTING;
        (!worn_out && !lasting).then(|| pause(self.attempt))
    }
}

/// What is left to be done when providers have spoken: what waited for them.
fn after_providers(prepared: &Prepared) -> UpPolicy {
    let mut policy = prepared.policy.clone();
    let postponed = &prepared.plan.postponed;
    let names = prepared.services().filter(|name| !postponed.contains(*name));
    policy.settled.extend(names.map(str::to_owned));
    policy
}

/// Of chance length, so that of many commands one gets ahead of the others.
fn pause(attempt: u32) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
    let chance = now.wrapping_mul(2_654_435_761) ^ std::process::id().wrapping_mul(40_503);
    let bound = PAUSE * (1 << attempt.min(4));
    bound.mul_f64(f64::from(chance % 1000) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tries once a second until there is no hope left, and gives how often.
    fn tries(mut refused: impl FnMut(u32) -> Vec<String>) -> u32 {
        let (mut refusals, began) = (Refusals::default(), Instant::now());
        (1..=1000_u32)
            .find(|&try_| {
                let now = began + Duration::from_secs(try_.into());
                refusals.again(refused(try_), now).is_none()
            })
            .expect("it ends")
    }

    #[test]
    fn the_same_refusal_is_given_up_when_it_lasts() {
        assert_eq!(tries(|_| vec!["taken".to_owned()]), 6);
    }

    #[test]
    fn refusals_in_another_order_are_the_same() {
        let words = |first: &str, second: &str| vec![first.to_owned(), second.to_owned()];
        assert_eq!(tries(|try_| if try_ % 2 == 0 { words("a", "b") } else { words("b", "a") }), 6);
    }

    #[test]
    fn other_refusals_are_given_up_after_a_minute() {
        assert_eq!(tries(|try_| vec![format!("taken by {try_}")]), 61);
    }

    #[test]
    fn a_fast_machine_gives_many_tries() {
        let (mut refusals, now) = (Refusals::default(), Instant::now());
        assert!((0..100).all(|_| refusals.again(vec!["taken".to_owned()], now).is_some()));
    }

    #[test]
    fn a_pause_never_exceeds_its_bound() {
        for attempt in 1..=TRIES {
            assert!(pause(attempt) < PAUSE * 16);
        }
    }
}
