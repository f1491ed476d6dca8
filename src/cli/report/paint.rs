//! Colour, where it is wanted.

use owo_colors::{OwoColorize, Style};

/// A brush that may be dry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint {
    /// False: text stays as it is.
    pub(crate) on: bool,
}

impl Paint {
    /// The text in a style.
    pub(crate) fn with(self, style: Style, text: &str) -> String {
        if self.on && !text.is_empty() { text.style(style).to_string() } else { text.to_owned() }
    }

    /// Pale: what is only there to be found when looked for.
    pub(crate) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// What went well.
    pub(crate) fn good(self, text: &str) -> String {
        self.with(Style::new().green(), text)
    }

    /// What is under way.
    pub(crate) fn busy(self, text: &str) -> String {
        self.with(Style::new().cyan(), text)
    }

    /// What deserves a look.
    pub(crate) fn doubtful(self, text: &str) -> String {
        self.with(Style::new().yellow(), text)
    }

    /// What failed.
    pub(crate) fn bad(self, text: &str) -> String {
        self.with(Style::new().red().bold(), text)
    }
}
