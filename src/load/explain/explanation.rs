//! Where a value came from, as data.

use serde::Serialize;
use serde_json::Value;

use crate::syntax::TemplatePart;

/// A value, and all that is known about how it came about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Its address in what `config` prints.
    pub path: String,
    /// What it is; absent for a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// True for a secret: neither its value nor the words that made it are told.
    pub secret: bool,
    /// Where it came from.
    pub origin: Origin,
    /// What was said before and lost, latest loser first.
    pub overrode: Vec<Said>,
    /// The variables that went in.
    pub variables: Vec<Used>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// A file says it.
    File(Said),
    /// No file says it: it is a default, or follows from what stands here.
    Implied(Said),
    /// The project's name, as it was asked for on the command line, in the environment, or by the directory.
    Name,
}

/// Words of a file, and where they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The words, on one line; absent for a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Path of the file as it was given, `-` for standard input.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A variable that went into a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Used {
    /// Its name.
    pub name: String,
    /// What it gave: its `value`, the `default` of the text that mentions it, or `nothing`.
    #[serde(serialize_with = "part")]
    pub gave: TemplatePart,
    /// Where it was set: `file`, `environment` or `nowhere`.
    pub set: Setting,
    /// Where in a file.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Where a variable was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Setting {
    /// In a file of variables.
    File,
    /// In the environment of the process.
    Environment,
    /// By rcompose itself: the project's name.
    Project,
    /// Nowhere.
    Nowhere,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn part<S: serde::Serializer>(part: &TemplatePart, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match part {
        TemplatePart::Value => "value",
        TemplatePart::Nothing => "nothing",
        TemplatePart::Default => "default",
    })
}
