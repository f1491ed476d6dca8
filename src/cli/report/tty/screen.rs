//! The terminal: permanent lines scroll up, the live region below them is drawn in place.

use unicode_width::UnicodeWidthStr;

/// Terminals that know it show what lies between these at once; others ignore them.
const BEGIN: &str = "\u{1b}[?2026h";
const END: &str = "\u{1b}[?2026l";
/// Clears to the end of the line.
const CLEAR_LINE: &str = "\u{1b}[K";
/// Clears everything below.
const CLEAR_BELOW: &str = "\u{1b}[J";

/// What the live region looked like when it was drawn last.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    drawn: Vec<String>,
}

impl Screen {
    /// Bytes that put `above` over the live region and `lines` into it; empty if nothing changes.
    pub(crate) fn paint(&mut self, above: &str, lines: Vec<String>, width: usize) -> String {
        if above.is_empty() && lines == self.drawn {
            return String::new();
        }
        if self.drawn.is_empty() && lines.is_empty() {
            return above.to_owned();
        }
        let mut out = String::from(BEGIN);
        out.push_str(&self.to_top(width));
        if !above.is_empty() {
            // Cleared before and not behind the text: clearing at the end of a line that fills the width would take
            // its last character.
            out.extend([CLEAR_BELOW, above]);
        }
        for line in &lines {
            out.extend([line.as_str(), CLEAR_LINE, "\n"]);
        }
        out.extend([CLEAR_BELOW, END]);
        self.drawn = lines;
        out
    }

    /// Bytes that put `above` over the live region and leave it as it is.
    pub(crate) fn put_above(&mut self, above: &str, width: usize) -> String {
        self.paint(above, self.drawn.clone(), width)
    }

    /// Moves to the first column of the first line of the region. Lines that a narrower window has wrapped since count
    /// as the rows that they take now.
    fn to_top(&self, width: usize) -> String {
        let rows: usize = self.drawn.iter().map(|line| columns(line).div_ceil(width.max(1)).max(1)).sum();
        if rows == 0 { "\r".to_owned() } else { format!("\r\u{1b}[{rows}A") }
    }
}

/// Columns of a line of ours: the only escapes in it are colours.
fn columns(line: &str) -> usize {
    let mut width = 0;
    let mut rest = line;
    while let Some(at) = rest.find('\u{1b}') {
        width += rest[..at].width();
        rest = rest[at..].find('m').map_or("", |end| &rest[at + end + 1..]);
    }
    width + rest.width()
}
