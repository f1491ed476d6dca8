//! What keeps a plan from being made, what is worth a word, and what only the user can decide.

use crate::yaml::Path;

/// Why there can be no plan.
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

/// What only the user can decide. A plan with questions is made as if each were answered with no; with the answers in
/// the policy it is made again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Question {
    /// A volume is not as the file says: remove it, with its data, and make it anew?
    RecreateVolume {
        /// Real name.
        volume: String,
        /// Where in the file it stands.
        blame: Path,
    },
}

/// An answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question.
    pub question: Question,
    /// Yes or no.
    pub yes: bool,
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

impl Question {
    /// The question in words.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::RecreateVolume { volume, .. } => {
                format!(
                    "Volume {volume:?} exists but doesn't match configuration in compose file. \
                     Recreate (data will be lost)?"
                )
            }
        }
    }
}
