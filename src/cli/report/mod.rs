//! From events to what a person or a program sees.
//!
//! In: [`rcompose::event::Event`]s. Out: lines on stdout (what containers wrote) and stderr (progress). Folding and
//! drawing are pure; [`Reporter`] runs them beside the work and never holds it up.

mod builds;
mod chunk;
mod json;
mod logs;
mod outbox;
mod paint;
mod plain;
mod reporter;
mod scrub;
mod size;
mod tty;
mod watched;
mod words;
mod writer;

pub(crate) use logs::{LogStyle, LogTerminals};
pub(crate) use paint::Paint;
pub(crate) use reporter::{Quiet, ReportStyle, Reporter};
pub(crate) use size::{same_terminal, terminal_size};
pub(crate) use tty::{Glyphs, Menu};
pub(crate) use words::notice;
