//! What only the user can decide.

use crate::yaml::Path;

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
