//! Tables and templates: data from the library, in the peer's columns.
//!
//! In: rows as JSON objects with the peer's keys. Out: an aligned table, an object a line, or what a Go template makes
//! of each row.

mod age;
mod containers;
mod format;
mod layout;
mod ports;
mod template;

pub(crate) use containers::{COLUMNS as CONTAINER_COLUMNS, row as container_row};
pub(crate) use format::{Format, Row, Table};
