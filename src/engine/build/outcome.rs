//! What a build tells, and how it fails.

use std::fmt;
use std::time::Duration;

use crate::engine::{ImageProgress, Reason};
use crate::event::Stream;

/// A word about a build that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildProgress {
    /// So many bytes of the context are on their way.
    Sending {
        /// Bytes so far.
        bytes: u64,
    },
    /// A step begins.
    Step {
        /// From 1.
        number: u32,
        /// How many there are.
        total: u32,
        /// The instruction.
        instruction: String,
    },
    /// The step that began was done before: its result is taken.
    Cached,
    /// A line that the step wrote.
    Output {
        /// Where.
        stream: Stream,
        /// Without its line end. It may hold anything, such as escapes for terminals.
        text: String,
    },
    /// A base image is pulled.
    Pulling(ImageProgress),
    /// A step of a builder that works on several at once moved on.
    Moved(BuildStep),
    /// A line that such a step wrote.
    Wrote {
        /// The step's number.
        step: u32,
        /// When, counted from the step's begin.
        after: Duration,
        /// Where.
        stream: Stream,
        /// Without its line end. It may hold anything, such as escapes for terminals.
        text: String,
    },
    /// Such a step carries something: a context, a layer.
    Carried {
        /// The step's number.
        step: u32,
        /// What.
        what: String,
        /// Bytes so far.
        current: u64,
        /// Bytes in all; 0 if nobody knows.
        total: u64,
        /// All of it is there.
        done: bool,
    },
    /// The builder has a doubt.
    Warning(String),
    /// The image is there.
    Built {
        /// Its id.
        image: String,
    },
}

/// A step, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildStep {
    /// Counted from 1, in the order in which the steps of a build began.
    pub number: u32,
    /// What it does: `[2/3] RUN make`, `[internal] load .dockerignore`.
    pub name: String,
    /// How far it is.
    pub state: StepState,
}

/// How far a step is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It began.
    Began,
    /// It was done before: its result is taken.
    Cached,
    /// It is done.
    Done {
        /// How long it took.
        took: Duration,
    },
    /// It failed.
    Failed {
        /// Why.
        message: String,
    },
    /// It was given up, because another one failed or nobody wants it any more.
    Cancelled,
}

/// What is doubtful about a Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildCheck {
    /// The Dockerfile, as a path to show.
    pub dockerfile: String,
    /// Its text.
    pub text: String,
    /// The doubts.
    pub doubts: Vec<BuildDoubt>,
}

/// One doubt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildDoubt {
    /// The rule's name.
    pub rule: String,
    /// In words.
    pub message: String,
    /// Where the rule is explained.
    pub url: String,
    /// The line, from 1.
    pub line: Option<usize>,
}

/// A build that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildFault {
    /// The image that was to be.
    pub image: String,
    /// The Dockerfile, as a path to show.
    pub dockerfile: String,
    /// The Dockerfile as the builder read it, where it told.
    pub text: Option<String>,
    /// The line in it, from 1, of the step that failed or of what cannot be read.
    pub line: Option<usize>,
    /// The step that failed and how many there are.
    pub step: Option<(u32, u32)>,
    /// The instruction of that step.
    pub instruction: Option<String>,
    /// The daemon's words, or ours.
    pub message: String,
    /// With which code its command ended.
    pub exit_code: Option<i64>,
    /// The last lines that the step wrote.
    pub output: Vec<String>,
}

/// Words of the builders (Docker Engine 20.10 to 28, BuildKit 0.8 to 0.25, git), and the next step.
const HELP: &[(&str, &str)] = &[
    ("requires BuildKit", "this engine is asked to build without BuildKit, which has no such option"),
    ("not found in build context", OUTSIDE),
    ("forbidden path outside", OUTSIDE),
    ("does not contain ref", NO_REF),
    ("find remote ref", NO_REF),
    (
        "subdir not supported",
        "BuildKit of this engine takes whole repositories alone: Docker Engine 23.0 can, or its old builder \
         (`DOCKER_BUILDKIT=0`)",
    ),
    ("exec: \"git\"", "the engine itself fetches the repository: its machine needs `git`"),
    ("Permission denied (publickey", NO_KEY),
    ("unset ssh forward key", NO_KEY),
    (
        "could not read Username",
        "the repository is not public: name it by `git@...` and lend the build your keys with `ssh: [default]`",
    ),
    ("invalid response status", FETCHED),
    ("error downloading remote context", FETCHED),
    ("repository not exported", FETCHED),
    ("failed to fetch remote", FETCHED),
    ("fatal: repository", FETCHED),
    ("invalid subdir", "the part behind `:` is a folder of the repository: `...git#main:FOLDER`"),
];

const OUTSIDE: &str = "paths are relative to the build's `context`; `.dockerignore` may leave files out";

const FETCHED: &str = "the engine itself fetches the context: check its address and the engine's way there";

const NO_KEY: &str = "lend the build your keys: start `ssh-agent`, `ssh-add` a key, and say `ssh: [default]`";

const NO_REF: &str =
    "say which branch, tag or commit the repository has: `...git#main`; without it `master` is asked for";

impl BuildFault {
    /// What the daemon's words mean.
    #[must_use]
    pub fn reason(&self) -> Reason {
        Reason::of(&self.message)
    }

    /// The next step, where there is one.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let known = HELP.iter().find(|(words, _)| self.message.contains(words));
        known.map(|(_, help)| (*help).to_owned()).or_else(|| self.reason().help())
    }
}

impl fmt::Display for BuildFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "building `{}` failed", self.image)?;
        if let (Some((number, total)), Some(instruction)) = (self.step, &self.instruction) {
            write!(f, " at step {number}/{total}, `{instruction}`")?;
        }
        if let Some(line) = self.line {
            write!(f, " ({}:{line})", self.dockerfile)?;
        }
        write!(f, ": {}", self.message)
    }
}
