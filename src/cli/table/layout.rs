//! Cells to lines.

use rcompose::diag::harmless;
use unicode_width::UnicodeWidthStr;

/// The distances of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spacing {
    /// No column is narrower, blanks behind it included.
    pub(crate) least: usize,
    /// Blanks behind the widest cell.
    pub(crate) gap: usize,
}

impl Default for Spacing {
    /// As docker's listings.
    fn default() -> Self {
        Self { least: 10, gap: 3 }
    }
}

impl Spacing {
    /// As the peer's own listings (`ls`, `images`).
    pub(crate) const WIDE: Self = Self { least: 20, gap: 3 };
    /// As the peer's `top`.
    pub(crate) const NARROW: Self = Self { least: 4, gap: 2 };
}

/// A table that is no listing of docker's: headings, and cells that others may have written.
pub(crate) fn columns(headings: &[&str], rows: Vec<Vec<String>>, spacing: Spacing) -> String {
    let mut lines = vec![headings.iter().map(|heading| (*heading).to_owned()).collect()];
    let safe = |cell: String| harmless(&cell).replace(['\n', '\t'], " ");
    lines.extend(rows.into_iter().map(|row| row.into_iter().map(safe).collect()));
    align(&lines, spacing)
}

/// The rows as lines, column under column. The last cell of a row is not padded.
pub(crate) fn align(rows: &[Vec<String>], spacing: Spacing) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            // A row's last cell does not widen its column.
            let cells = rows.iter().filter(|row| column + 1 < row.len()).filter_map(|row| row.get(column));
            cells.map(|cell| cell.width() + spacing.gap).max().unwrap_or_default().max(spacing.least)
        })
        .collect();
    let mut out = String::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            out.push_str(cell);
            if column + 1 < row.len() {
                out.push_str(&" ".repeat(widths[column].saturating_sub(cell.width())));
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[&[&str]]) -> Vec<Vec<String>> {
        text.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn a_column_is_as_wide_as_its_widest_cell_and_never_below_the_least() {
        let out = align(&rows(&[&["NAME", "ID", "PORTS"], &["a-long-name-1", "x", ""]]), Spacing::default());
        assert_eq!(out, "NAME            ID        PORTS\na-long-name-1   x         \n");
    }

    #[test]
    fn wide_characters_count_as_two_columns() {
        let out = align(&rows(&[&["漢字漢字漢", "x"], &["abc", "y"]]), Spacing::default());
        assert_eq!(out, "漢字漢字漢   x\nabc          y\n");
    }
}
