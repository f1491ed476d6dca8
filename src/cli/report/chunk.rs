//! Text on its way to a stream.

/// Which stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Standard output: data.
    Stdout,
    /// Standard error: talk.
    Stderr,
}

/// Whole lines for a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// Where to.
    pub(crate) target: Target,
    /// The lines, each with its end.
    pub(crate) text: String,
    /// What is written instead, where that is no text.
    pub(crate) raw: Option<Vec<u8>>,
}

impl Chunk {
    /// Lines of data.
    pub(crate) fn stdout(text: impl Into<String>) -> Self {
        Self { target: Target::Stdout, text: text.into(), raw: None }
    }

    /// Lines of talk.
    pub(crate) fn stderr(text: impl Into<String>) -> Self {
        Self { target: Target::Stderr, text: text.into(), raw: None }
    }
}
