//! Tables and templates: data from the library, in the peer's columns.
//!
//! In: rows as JSON objects with the peer's keys. Out: an aligned table, an object a line, or what a Go template makes
//! of each row.

mod age;
mod containers;
mod format;
mod images;
mod layout;
mod ports;
mod size;
mod template;
mod usage;
mod volumes;

pub(crate) use containers::{COLUMNS as CONTAINER_COLUMNS, row as container_row, shortened};
pub(crate) use format::{Format, Row, Table, listing, on_one_line};
pub(crate) use images::{COLUMNS as IMAGE_COLUMNS, cells as image_cells, object as image_object};
pub(crate) use layout::{Spacing, columns};
pub(crate) use usage::{COLUMNS as USAGE_COLUMNS, row as usage_row};
pub(crate) use volumes::{COLUMNS as VOLUME_COLUMNS, row as volume_row};
