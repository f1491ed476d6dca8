//! What the user wants done beyond what the files say.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Answer;
use crate::resource::Provision;

/// What `up`, `create`, `scale` and `run` want done beyond what the files say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpPolicy {
    /// Services named by the user; empty for all.
    pub services: Vec<String>,
    /// Services that the named ones hang on are left alone (`--no-deps`).
    pub no_dependencies: bool,
    /// Which containers of the named services are made anew.
    pub recreate: Recreate,
    /// Containers of services that the named ones hang on are made anew in any case (`--always-recreate-deps`).
    pub always_recreate_dependencies: bool,
    /// Anonymous volumes are made anew instead of taken over (`--renew-anon-volumes`).
    pub renew_anonymous_volumes: bool,
    /// Containers are created and not started (`--no-start`, `create`).
    pub no_start: bool,
    /// What becomes of jobs that have done their work.
    pub jobs: Jobs,
    /// After the starts, wait until all are running or healthy (`--wait`).
    pub wait: bool,
    /// How long to wait at most (`--wait-timeout`).
    pub wait_timeout: Option<Duration>,
    /// Pulling (`--pull`).
    pub pull: PullChoice,
    /// Building (`--build`, `--no-build`).
    pub build: BuildChoice,
    /// Number of containers by service (`--scale`).
    pub scale: BTreeMap<String, u32>,
    /// Containers of services that are in no file are removed (`--remove-orphans`).
    pub remove_orphans: bool,
    /// Nothing is said about orphans (`COMPOSE_IGNORE_ORPHANS`).
    pub ignore_orphans: bool,
    /// Grace for stops (`--timeout`).
    pub timeout: Option<Duration>,
    /// Answers to the questions of an earlier plan.
    pub answers: Vec<Answer>,
    /// Every question is answered with yes (`-y`).
    pub assume_yes: bool,
    /// What providers have said, by service. Who waits for one that has said nothing yet is decided later.
    pub provided: BTreeMap<String, Vec<Provision>>,
    /// Services that were decided when providers had not said all yet, and brought up: they are left alone.
    pub settled: BTreeSet<String>,
    /// Images older than their pull policy allows, as the caller found out; the planner has no clock.
    pub stale_images: BTreeSet<String>,
}

/// What becomes of jobs (services whose success others wait for) that ended with 0 and have not changed since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jobs {
    /// They stay done.
    #[default]
    StayDone,
    /// They are run again (`--rerun-jobs`).
    RunAgain,
}

/// Which containers are made anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recreate {
    /// Those that are not as the files say.
    #[default]
    Diverged,
    /// All (`--force-recreate`).
    Always,
    /// None (`--no-recreate`).
    Never,
}

/// When to pull, whatever the files say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PullChoice {
    /// As the files say.
    #[default]
    AsDeclared,
    /// All.
    Always,
    /// Those that are not there.
    Missing,
    /// None.
    Never,
}

/// When to build.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BuildChoice {
    /// What is not there.
    #[default]
    Missing,
    /// All that can be built (`--build`).
    Always,
    /// None (`--no-build`).
    Never,
}
