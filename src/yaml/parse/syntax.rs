//! Syntax faults in words.

use granit_parser::{ErrorKind, ScanError};

use crate::diag::Problem;

use super::builder::too_deep;
use super::complaint::Complaints;

/// Says what a syntax error means and what usually helps.
pub(super) fn explain(error: &ScanError, text: &str, complaints: &Complaints<'_>) -> Problem {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let width = text[at..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
    let span = complaints.span(at, at + width);
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(span),
        kind => Problem::error("syntax", kind.to_string()).at(span, "here"),
    }
}
