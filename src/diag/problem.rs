//! One thing that is wrong, or worth a word.

use serde::Serialize;

use super::Span;

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing can be done with the input.
    Error,
    /// It works, but probably not as meant.
    Warning,
    /// A remark.
    Advice,
}

/// A span with a few words under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there; may be empty.
    pub text: String,
}

/// A fault, warning or remark about a text, with the places that show it.
///
/// The first label is the primary one. Labels in other sources than the first are drawn as related snippets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable name in kebab case, e.g. `unknown-attribute`; what `x-lint` and tests refer to.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// A lowercase fragment that names the thing in backticks.
    pub message: String,
    /// Places, the primary one first.
    pub labels: Vec<Label>,
    /// The next step, if there is one.
    pub help: Option<String>,
}

impl Problem {
    /// An error without a place yet.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), labels: Vec::new(), help: None }
    }

    /// A warning without a place yet.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds a place; the first one added is the primary one.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds the next step.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds the next step if there is one.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<String>) -> Self {
        self.help = text.or(self.help);
        self
    }

    /// The primary place.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}
