//! A problem together with the lines it points at, as miette wants it.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, SourceCode, SourceSpan};

use super::excerpt::Excerpt;
use super::harmless::{harmless, shortened};
use super::{Problem, Severity, Sources};

/// Longest message and help that are drawn, in characters.
const LONGEST: usize = 2000;

/// A [`Problem`] that any miette handler can draw: it holds the lines that its labels point at, of all files, cut to a
/// width and without anything that could steer a terminal.
#[derive(Debug)]
pub struct Report {
    code: &'static str,
    severity: Severity,
    message: String,
    help: Option<String>,
    excerpt: Excerpt,
}

/// Reports for a list of problems, in its order.
#[must_use]
pub fn reports<'a>(problems: impl IntoIterator<Item = &'a Problem>, sources: &Sources) -> Vec<Report> {
    problems.into_iter().map(|problem| Report::new(problem, sources)).collect()
}

impl Report {
    /// Pairs a problem with the texts it points into, for a terminal of a usual width.
    #[must_use]
    pub fn new(problem: &Problem, sources: &Sources) -> Self {
        Self::fitted(problem, sources, 100)
    }

    /// The same for a terminal of so many columns.
    #[must_use]
    pub fn fitted(problem: &Problem, sources: &Sources, width: usize) -> Self {
        let fit = |text: &str| shortened(&harmless(text), LONGEST).into_owned();
        Self {
            code: problem.code,
            severity: problem.severity,
            message: fit(&problem.message),
            help: problem.help.as_deref().map(fit),
            excerpt: Excerpt::new(&problem.labels, sources, width),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.code.is_empty()).then(|| Box::new(self.code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Advice => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.excerpt.marks().is_empty()).then_some(&self.excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let marks = self.excerpt.marks();
        if marks.is_empty() {
            return None;
        }
        Some(Box::new(marks.iter().enumerate().map(|(index, mark)| {
            let span = SourceSpan::from((mark.start, mark.end - mark.start));
            let words = (!mark.words.is_empty()).then(|| mark.words.clone());
            if index == 0 {
                LabeledSpan::new_primary_with_span(words, span)
            } else {
                LabeledSpan::new_with_span(words, span)
            }
        })))
    }
}
