//! What keeps a project from being turned into resources, and what is only worth a word.

use crate::yaml::Path;

/// Something that cannot be done as the files say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// Stable name in kebab case.
    pub code: &'static str,
    /// A lowercase fragment that names the thing in backticks.
    pub message: String,
    /// Where in the file that stands.
    pub blame: Option<Path>,
    /// The next step, if there is one.
    pub help: Option<String>,
}

/// Something worth a word, which keeps nothing from being done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Stable name in kebab case.
    pub code: &'static str,
    /// The words.
    pub message: String,
    /// Where in the file that stands, if anywhere.
    pub blame: Option<Path>,
}

/// What keeps a service's containers from being made or started. Whoever does neither need not care.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hindrances {
    /// Why none can be made.
    pub making: Vec<Fault>,
    /// Why none can be started, and none be made to be started: what is put into them is not to be had.
    pub starting: Vec<Fault>,
}

impl Fault {
    /// A fault without a place.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), blame: None, help: None }
    }

    /// With its place in the file.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.blame = Some(path);
        self
    }

    /// With the next step.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

impl Warning {
    /// A warning without a place.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), blame: None }
    }

    /// With its place in the file.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.blame = Some(path);
        self
    }
}
