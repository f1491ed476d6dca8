//! A problem together with its texts, as miette wants it.

use std::fmt;
use std::sync::Arc;

use miette::{
    Diagnostic, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};

use super::{Label, Problem, Severity, Source, SourceId, Sources};

/// A [`Problem`] that can be drawn: it holds the texts that its labels point into.
#[derive(Debug)]
pub struct Report {
    problem: Problem,
    text: Option<Text>,
    here: Vec<Label>,
    related: Vec<Report>,
}

/// A source as a miette source: finds its lines by the index instead of walking the text.
#[derive(Clone, Debug)]
struct Text(Arc<Source>);

/// Reports for a list of problems, in its order.
#[must_use]
pub fn reports<'a>(problems: impl IntoIterator<Item = &'a Problem>, sources: &Sources) -> Vec<Report> {
    problems.into_iter().map(|problem| Report::new(problem.clone(), sources)).collect()
}

impl Report {
    /// Pairs a problem with the texts it points into.
    #[must_use]
    pub fn new(problem: Problem, sources: &Sources) -> Self {
        let home = problem.span().map(|span| span.source);
        let (here, away): (Vec<Label>, Vec<Label>) =
            problem.labels.iter().cloned().partition(|label| Some(label.span.source) == home);
        let mut groups: Vec<(SourceId, Vec<Label>)> = Vec::new();
        for label in away {
            match groups.iter_mut().find(|(id, _)| *id == label.span.source) {
                Some((_, labels)) => labels.push(label),
                None => groups.push((label.span.source, vec![label])),
            }
        }
        let related = groups.into_iter().map(|(id, labels)| Self::aside(id, labels, sources)).collect();
        Self { problem, text: home.map(|id| Text(sources.get(id).clone())), here, related }
    }

    /// The labels of one problem that lie in another file.
    fn aside(id: SourceId, labels: Vec<Label>, sources: &Sources) -> Self {
        let problem = Problem {
            code: "",
            severity: Severity::Advice,
            message: "see also".to_owned(),
            labels: Vec::new(),
            help: None,
        };
        Self { problem, text: Some(Text(sources.get(id).clone())), here: labels, related: Vec::new() }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Report {}

impl Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.problem.code.is_empty()).then(|| Box::new(self.problem.code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Advice => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.as_ref().map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let text = self.text.as_ref()?;
        let length = text.0.text().len();
        Some(Box::new(self.here.iter().enumerate().map(move |(index, label)| {
            // miette draws no marker for an empty span at the end of the text: show the last character instead.
            let start = (label.span.start as usize).min(length.saturating_sub(1));
            let end = (label.span.end as usize).clamp(start, length);
            let span = SourceSpan::from((start, end - start));
            let words = (!label.text.is_empty()).then(|| label.text.clone());
            if index == 0 {
                LabeledSpan::new_primary_with_span(words, span)
            } else {
                LabeledSpan::new_with_span(words, span)
            }
        })))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        (!self.related.is_empty()).then(|| {
            Box::new(self.related.iter().map(|report| report as &dyn Diagnostic))
                as Box<dyn Iterator<Item = &dyn Diagnostic>>
        })
    }
}

impl SourceCode for Text {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let source = &self.0;
        let (start, end) = (span.offset(), span.offset() + span.len());
        if end > source.text().len() {
            return Err(MietteError::OutOfBounds);
        }
        let first = source.position(start).line - 1;
        let last = source.position(end.max(start + 1) - 1).line - 1;
        let from = first.saturating_sub(before);
        let until = (last + after + 1).min(source.line_count());
        let (begin, finish) = (source.line_start(from), source.line_start(until));
        let column = if before == 0 { source.position(start).column - 1 } else { 0 };
        Ok(Box::new(MietteSpanContents::new_named(
            source.name().to_owned(),
            &source.text().as_bytes()[begin..finish],
            SourceSpan::from((begin, finish - begin)),
            from,
            column,
            source.line_count(),
        )))
    }
}
