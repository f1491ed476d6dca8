//! Everything that can go wrong in a verb, and how each is told with the line that caused it.

use crate::diag::{Problem, Problems, Sources};
use crate::engine;
use crate::load::{Failure, Loaded};
use crate::resource::Fault;
use crate::run::copy::CopyError;

use super::late;
use super::report::RunReport;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The files have faults.
    #[error("the compose file is invalid")]
    Load(Box<Failure>),
    /// The daemon is not there, or refused a question.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// What the files want cannot be planned.
    #[error("{}", list(.0))]
    Plan(Vec<Fault>),
    /// Something failed on the way.
    #[error("{}", .0.headline())]
    Run(Box<RunReport>),
    /// An interrupt ended it.
    #[error("interrupted")]
    Interrupted,
    /// What was asked for makes no sense for this project.
    #[error("{message}")]
    Request {
        /// What is wrong with it.
        message: String,
        /// The next step, if there is one.
        help: Option<String>,
    },
    /// Something could not be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// A file could not be read or written.
    #[error("`{path}`: {cause}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
}

impl Error {
    /// A request that makes no sense.
    #[must_use]
    pub fn request(message: impl Into<String>) -> Self {
        Self::Request { message: message.into(), help: None }
    }

    /// The error as problems that can be drawn, each pointing into the files as far as it has a place there. Pass what
    /// was loaded, if it got that far.
    #[must_use]
    pub fn problems(&self, loaded: Option<&Loaded>) -> (Problems, Sources) {
        let sources = || loaded.map(|loaded| loaded.sources.clone()).unwrap_or_default();
        match self {
            Self::Load(failure) => (failure.problems.clone(), failure.sources.clone()),
            Self::Plan(faults) => {
                let mut problems = Problems::default();
                problems.extend(faults.iter().map(|fault| planned(fault, loaded)));
                (problems, sources())
            }
            Self::Run(report) => {
                let mut sources = sources();
                (late::problems(report, loaded, &mut sources), sources)
            }
            Self::Engine(error) => {
                let problem = Problem::error("engine", error.to_string()).maybe_help(error.help());
                (problem.into(), sources())
            }
            Self::Request { message, help } => {
                (Problem::error("request", message.clone()).maybe_help(help.clone()).into(), sources())
            }
            Self::Copy(fault) => {
                let problem = Problem::error("copy", fault.to_string()).maybe_help(fault.help());
                (problem.into(), sources())
            }
            Self::File { .. } => (Problem::error("file", self.to_string()).into(), sources()),
            Self::Interrupted => (Problem::error("interrupted", "interrupted").into(), sources()),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Load(Box::new(failure))
    }
}

impl From<Vec<Fault>> for Error {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Plan(faults)
    }
}

/// A fault of the plan with its place.
fn planned(fault: &Fault, loaded: Option<&Loaded>) -> Problem {
    let problem = Problem::error(fault.code, fault.message.clone()).maybe_help(fault.help.clone());
    match fault.blame.as_ref().zip(loaded).and_then(|(path, loaded)| loaded.blame(path)) {
        Some(span) => problem.at(span, ""),
        None => problem,
    }
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; ")
}
