//! Fast gates: while something waits for a container's health, its own test is run by us too, so that a long interval
//! between the engine's probes costs nothing.
//!
//! Only a success counts. A failure, a time-out or a container that lacks the tool says nothing: then the engine's own
//! verdict decides, as it always may.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

use crate::engine::{Engine, ExecSpec, Reason};
use crate::model::{Extensions, Project};
use crate::resource::{ContainerDetails, HealthTest};

/// The key of project and services under which rcompose has its own settings.
const KEY: &str = "x-rcompose";
/// The setting that switches gates off.
const SETTING: &str = "fast_gates";
/// Never more often than this.
const SHORTEST: Duration = Duration::from_millis(100);

/// The gates of a run; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    /// `None` where they are switched off.
    shared: Option<Arc<Shared>>,
}

#[derive(Debug)]
struct Shared {
    /// Services that have them switched off.
    off: BTreeSet<String>,
    /// A probe costs the engine about as much as a start.
    turns: Semaphore,
    gates: Mutex<HashMap<Run, Known>>,
}

/// A container from a start to its end: one that is started again has to become healthy again.
type Run = (String, String);

/// A gate as those see it who come later.
#[derive(Debug)]
struct Known {
    open: watch::Receiver<bool>,
    prober: Weak<Prober>,
}

/// A gate before which somebody waits. When the last that waits is gone, nothing probes any more.
#[derive(Debug)]
pub(super) struct Gate {
    run: Run,
    open: watch::Receiver<bool>,
    _prober: Arc<Prober>,
}

#[derive(Debug)]
struct Prober(AbortHandle);

impl Drop for Prober {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What came of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Healthy,
    NotYet,
    /// It cannot be run here at all.
    Impossible,
}

impl Gates {
    /// Gates for all services but those that `project` switches off, all of them by `x-rcompose: {fast_gates: false}`
    /// at its top.
    #[must_use]
    pub fn of(project: Option<&Project>) -> Self {
        if project.is_some_and(|project| switched_off(&project.extensions)) {
            return Self::default();
        }
        let services = project.into_iter().flat_map(|project| project.services.values());
        let off = services
            .filter(|service| switched_off(&service.extensions))
            .map(|service| service.name.clone())
            .collect();
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let shared = Shared { off, turns: Semaphore::new((2 * cores).max(4)), gates: Mutex::default() };
        Self { shared: Some(Arc::new(shared)) }
    }

    /// True if this run of a container has passed its test already.
    pub(super) fn passed(&self, found: &ContainerDetails) -> bool {
        let Some(shared) = &self.shared else { return false };
        let gates = shared.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.get(&run_of(found)).is_some_and(|known| *known.open.borrow())
    }

    /// The gate of a container of `service` that is not healthy yet. Those that wait for the same container share it,
    /// so that its test never runs twice at once. Needs the runtime.
    pub(super) fn before(&self, engine: &Engine, service: &str, found: &ContainerDetails) -> Option<Gate> {
        let shared = self.shared.as_ref().filter(|shared| !shared.off.contains(service))?;
        let command = command(&found.health_test)?;
        let run = run_of(found);
        let mut gates = shared.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = gates.get(&run)
            && let Some(prober) = known.prober.upgrade()
        {
            return Some(Gate { run, open: known.open.clone(), _prober: prober });
        }
        let (opener, open) = watch::channel(false);
        let probe = Probe {
            engine: engine.clone(),
            shared: Arc::downgrade(shared),
            container: found.id.clone(),
            command,
            timeout: found.health_test.timeout,
        };
        let task = tokio::spawn(probe.until_healthy(found.health_test.interval, opener));
        let prober = Arc::new(Prober(task.abort_handle()));
        gates.insert(run.clone(), Known { open: open.clone(), prober: Arc::downgrade(&prober) });
        Some(Gate { run, open, _prober: prober })
    }
}

impl Gate {
    /// True if it is the gate of this run of a container.
    pub(super) fn is_of(&self, found: &ContainerDetails) -> bool {
        self.run == run_of(found)
    }

    /// True once the test has succeeded.
    pub(super) fn is_open(&self) -> bool {
        *self.open.borrow()
    }

    /// Returns when the test has succeeded; never, if it does not.
    pub(super) async fn opened(&mut self) {
        if self.open.wait_for(|open| *open).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Runs a container's test.
struct Probe {
    engine: Engine,
    shared: Weak<Shared>,
    container: String,
    command: Vec<String>,
    timeout: Duration,
}

impl Probe {
    /// Probes until the first success, or until the engine's own probes come as often as ours would.
    async fn until_healthy(self, interval: Duration, opener: watch::Sender<bool>) {
        let begun = Instant::now();
        loop {
            let Some(shared) = self.shared.upgrade() else { return };
            let Ok(turn) = shared.turns.acquire().await else { return };
            let asked = Instant::now();
            let answer = self.run().await;
            drop(turn);
            drop(shared);
            match answer {
                Answer::Healthy => {
                    opener.send_replace(true);
                    return;
                }
                Answer::Impossible => return,
                Answer::NotYet => {}
            }
            let pause = pause(begun.elapsed(), asked.elapsed());
            if pause >= interval {
                return;
            }
            sleep(pause).await;
        }
    }

    /// The test as the engine runs it: with the container's user, directory and variables.
    async fn run(&self) -> Answer {
        let spec = ExecSpec {
            cmd: self.command.clone(),
            attach_stdout: true,
            attach_stderr: true,
            ..ExecSpec::default()
        };
        let exec = match self.engine.create_exec(&self.container, &spec).await {
            Ok(exec) => exec,
            // It is paused, or about to be started again.
            Err(error) if matches!(error.reason(), Some(Reason::NotRunning | Reason::Paused)) => {
                return Answer::NotYet;
            }
            Err(_) => return Answer::Impossible,
        };
        let begun = Instant::now();
        let Ok(mut streams) = self.engine.start_exec(&exec, false, None).await else {
            return Answer::Impossible;
        };
        // A process that takes too long cannot be ended from here. The next one waits for its end.
        while let Some(Ok(_)) = streams.output.next().await {}
        if begun.elapsed() > self.timeout {
            return Answer::NotYet;
        }
        match self.engine.inspect_exec(&exec).await.map(|state| state.exit_code) {
            Ok(Some(0)) => Answer::Healthy,
            // What a shell and the engine say of a program that is not there, or cannot be run.
            Ok(Some(126 | 127)) | Err(_) => Answer::Impossible,
            Ok(_) => Answer::NotYet,
        }
    }
}

fn run_of(found: &ContainerDetails) -> Run {
    (found.id.clone(), found.started_at.clone())
}

/// How long to rest after a probe: at least as long as it took, and a tenth of all the time so far, so that who waits
/// loses a tenth at most and a container that is busy starting is left alone ever more.
fn pause(so_far: Duration, cost: Duration) -> Duration {
    SHORTEST.max(cost).max(so_far / 10)
}

/// The command line of a test, as the engine reads it; `None` for one that it does not run.
fn command(health: &HealthTest) -> Option<Vec<String>> {
    let (kind, rest) = health.test.split_first()?;
    match kind.as_str() {
        "CMD" if !rest.is_empty() => Some(rest.to_vec()),
        "CMD-SHELL" => {
            let shell: Vec<String> = match &health.shell[..] {
                [] => ["/bin/sh", "-c"].map(str::to_owned).to_vec(),
                own => own.to_vec(),
            };
            Some(shell.into_iter().chain(rest.iter().cloned()).collect())
        }
        _ => None,
    }
}

fn switched_off(extensions: &Extensions) -> bool {
    extensions.get(KEY).and_then(|ours| ours.get(SETTING)).and_then(serde_yaml::Value::as_bool) == Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(words: &[&str], shell: &[&str]) -> Option<String> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        command(&HealthTest { test: owned(words), shell: owned(shell), ..HealthTest::default() })
            .map(|words| words.join(" "))
    }

    #[test]
    fn a_test_is_run_as_the_engine_runs_it() {
        assert_eq!(test(&["CMD", "pg_isready", "-q"], &["/bin/bash"]).as_deref(), Some("pg_isready -q"));
        assert_eq!(test(&["CMD-SHELL", "a || b"], &[]).as_deref(), Some("/bin/sh -c a || b"));
        assert_eq!(test(&["CMD-SHELL", "x"], &["/bin/bash", "-ec"]).as_deref(), Some("/bin/bash -ec x"));
        assert_eq!(test(&["NONE"], &[]), None);
        assert_eq!(test(&["CMD"], &[]), None);
        assert_eq!(test(&[], &[]), None);
    }

    #[test]
    fn probes_come_every_tenth_of_a_second_at_most_and_ever_more_rarely() {
        let millis = Duration::from_millis;
        assert_eq!(pause(millis(0), millis(20)), millis(100));
        assert_eq!(pause(millis(800), millis(250)), millis(250));
        assert_eq!(pause(millis(30_000), millis(50)), millis(3000));
    }

    #[test]
    fn an_extension_switches_gates_off_for_all_or_for_one() {
        let off = |text: &str| {
            let extensions: Extensions = serde_yaml::from_str(text).unwrap();
            switched_off(&extensions)
        };
        assert!(off("x-rcompose: {fast_gates: false}"));
        assert!(!off("x-rcompose: {fast_gates: true}"));
        assert!(!off("x-rcompose: {}"));
        assert!(!off("x-other: {fast_gates: false}"));
    }
}
