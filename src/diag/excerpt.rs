//! The lines that a problem points at, as a small text of its own that is fit to draw: long lines are cut around what
//! is marked in them, and nothing in it can steer a terminal.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::fold::fold;
use super::harmless::{harmless, shortened, stand_in};
use super::{Label, Position, Source, SourceId, Sources, Span};

/// Lines drawn above and below a marked one.
const AROUND: usize = 1;
/// A span over more lines than this is marked on its first line alone.
const TALLEST: usize = 6;
/// Longest words drawn under a mark, in characters.
const LONGEST_LABEL: usize = 240;
/// Words under a mark are folded no narrower than this.
const LEAST_LABEL: usize = 28;
const TAB: usize = 4;
/// What is drawn for a secret, whatever its length.
const SECRET: &str = "••••••";

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Excerpt {
    text: String,
    sections: Vec<Section>,
    marks: Vec<Mark>,
}

/// What is drawn on.
#[derive(Clone, Copy)]
struct Paper<'a> {
    source: &'a Source,
    hidden: &'a [Span],
    width: usize,
}

/// A run of neighbouring lines of one file.
#[derive(Clone, Debug)]
struct Section {
    name: String,
    /// Number of its first line, from 0.
    first: usize,
    start: usize,
    end: usize,
    lines: usize,
}

/// A label, moved into the excerpt.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) words: String,
    position: Position,
}

/// A label as lines of its file, before it is moved.
struct Wanted {
    index: usize,
    first: usize,
    last: usize,
    /// Bytes in the file, inside `first..=last`.
    from: usize,
    until: usize,
}

impl Excerpt {
    /// What the labels point at, no line wider than `width` columns together with its gutter.
    pub(super) fn new(labels: &[Label], sources: &Sources, width: usize) -> Self {
        let mut excerpt = Self { marks: labels.iter().map(Mark::nowhere).collect(), ..Self::default() };
        let mut files: Vec<SourceId> = Vec::new();
        for label in labels {
            if !files.contains(&label.span.source) {
                files.push(label.span.source);
            }
        }
        for file in files {
            let hidden: Vec<Span> = sources.concealed(file).collect();
            excerpt.add_file(file, labels, Paper { source: sources.get(file), hidden: &hidden, width });
        }
        excerpt
    }

    pub(super) fn marks(&self) -> &[Mark] {
        &self.marks
    }

    fn add_file(&mut self, file: SourceId, labels: &[Label], paper: Paper<'_>) {
        let source = paper.source;
        let mut wanted: Vec<Wanted> = labels
            .iter()
            .enumerate()
            .filter(|(_, label)| label.span.source == file)
            .map(|(index, label)| Wanted::new(index, label, source))
            .collect();
        wanted.sort_by_key(|one| one.first);
        // Runs of lines; two that touch, or leave out a single line, become one.
        let mut runs: Vec<(usize, usize, Vec<Wanted>)> = Vec::new();
        for one in wanted {
            let first = one.first.saturating_sub(AROUND);
            let last = (one.last + AROUND).min(source.line_count().saturating_sub(1));
            match runs.last_mut() {
                Some((_, end, inside)) if first <= *end + 2 => {
                    *end = last.max(*end);
                    inside.push(one);
                }
                _ => runs.push((first, last, vec![one])),
            }
        }
        // The primary label's lines come first.
        runs.sort_by_key(|(_, _, inside)| inside.iter().map(|one| one.index).min());
        for (first, last, inside) in runs {
            self.add_section((first, last), &inside, paper);
        }
    }

    fn add_section(&mut self, (first, last): (usize, usize), inside: &[Wanted], paper: Paper<'_>) {
        let Paper { source, width, .. } = paper;
        // A blank line at the end of a file tells nothing, unless it is what is pointed at.
        let marked = |line: usize| inside.iter().any(|one| (one.first..=one.last).contains(&line));
        let last = if last > first && !marked(last) && source.line(last).trim().is_empty() {
            last - 1
        } else {
            last
        };
        let gutter = (last + 1).to_string().len() + 3;
        let room = width.saturating_sub(gutter + 1).max(20);
        let start = self.text.len();
        for line in first..=last {
            let begin = source.line_start(line);
            let text = source.line(line);
            let here: Vec<&Wanted> =
                inside.iter().filter(|one| (one.first..=one.last).contains(&line)).collect();
            let spots: Vec<(usize, usize)> = here
                .iter()
                .map(|one| {
                    (
                        one.from.saturating_sub(begin).min(text.len()),
                        one.until.saturating_sub(begin).min(text.len()),
                    )
                })
                .collect();
            let cut = Cut::new(text, &spots, &paper.hidden_in(line), room);
            for (one, (from, until)) in here.iter().zip(&spots) {
                let mark = &mut self.marks[one.index];
                if one.first == line {
                    mark.start = self.text.len() + cut.moved(*from);
                    mark.position = source.position(one.from);
                    let column = cut.text[..cut.moved(*from)].width();
                    mark.words = fold(&mark.words, room.saturating_sub(column + 6).max(LEAST_LABEL));
                }
                if one.last == line {
                    mark.end = self.text.len() + cut.moved(*until);
                }
            }
            self.text.push_str(&cut.text);
            self.text.push('\n');
        }
        self.sections.push(Section {
            name: harmless(source.name()).into_owned(),
            first,
            start,
            end: self.text.len(),
            lines: last - first + 1,
        });
    }
}

impl Paper<'_> {
    /// What of a line is not drawn, in bytes of the line.
    fn hidden_in(&self, line: usize) -> Vec<(usize, usize)> {
        let begin = self.source.line_start(line);
        let end = begin + self.source.line(line).len();
        self.hidden
            .iter()
            .map(|span| ((span.start as usize).max(begin), (span.end as usize).min(end)))
            .filter(|(from, until)| from < until)
            .map(|(from, until)| (from - begin, until - begin))
            .collect()
    }
}

impl Mark {
    fn nowhere(label: &Label) -> Self {
        let words = shortened(&harmless(&label.text), LONGEST_LABEL).into_owned();
        Self { start: 0, end: 0, words, position: Position { line: 1, column: 1 } }
    }
}

impl Wanted {
    fn new(index: usize, label: &Label, source: &Source) -> Self {
        let length = source.text().len();
        let from = (label.span.start as usize).min(length);
        let until = (label.span.end as usize).clamp(from, length);
        let first = source.position(from).line - 1;
        let last = source.position(until.max(from + 1) - 1).line - 1;
        if last - first < TALLEST {
            Self { index, first, last: last.max(first), from, until }
        } else {
            let until = source.line_start(first) + source.line(first).len();
            Self { index, first, last: first, from, until: until.max(from) }
        }
    }
}

/// One line, made fit.
struct Cut {
    text: String,
    /// Where bytes of the line went: `(in the line, in the text)`, rising.
    moves: Vec<(usize, usize)>,
}

/// What is drawn for one character of a line.
struct Cell {
    at: usize,
    shown: String,
    width: usize,
}

impl Cut {
    fn new(line: &str, spots: &[(usize, usize)], hidden: &[(usize, usize)], room: usize) -> Self {
        let (base, piece, clipped) = near(line, spots, room);
        let cells = cells((piece, base), spots, hidden);
        let total: usize = cells.iter().map(|cell| cell.width).sum();
        let column =
            |at: usize| cells.iter().take_while(|cell| cell.at < at).map(|cell| cell.width).sum::<usize>();
        // Leave a third of the room for what stands before the first spot.
        let from = if total <= room {
            0
        } else {
            let spot = spots.first().map_or(0, |spot| column(spot.0));
            spot.saturating_sub(room / 3).min(total.saturating_sub(room.saturating_sub(1)))
        };
        let (cut_before, cut_after) = (clipped.0 || from > 0, clipped.1 || total - from > room);
        let budget = room.saturating_sub(usize::from(cut_before) + usize::from(cut_after));
        let mut out = Self { text: String::new(), moves: Vec::new() };
        if cut_before {
            out.text.push('…');
        }
        let (mut passed, mut used) = (0, 0);
        for cell in cells {
            passed += cell.width;
            if passed <= from && from > 0 {
                continue;
            }
            if used + cell.width > budget {
                break;
            }
            used += cell.width;
            out.moves.push((cell.at, out.text.len()));
            out.text.push_str(&cell.shown);
        }
        let end = out.moves.last().map_or(base, |(at, _)| at + 1);
        out.moves.push((end.max(base + piece.len()), out.text.len()));
        if cut_after {
            out.text.push('…');
        }
        out
    }

    /// Where a byte of the line went; what was cut away goes to the edge.
    fn moved(&self, at: usize) -> usize {
        let next = self.moves.partition_point(|(from, _)| *from < at);
        self.moves.get(next).or(self.moves.last()).map_or(0, |(_, to)| *to)
    }
}

/// The stretch of a line that can matter, so that a line of megabytes costs no more than a short one: where it starts,
/// the stretch, and whether something was left out before and after it.
fn near<'a>(line: &'a str, spots: &[(usize, usize)], room: usize) -> (usize, &'a str, (bool, bool)) {
    let reach = room * 4;
    let first = spots.first().map_or(0, |spot| spot.0);
    let mut start = first.saturating_sub(reach);
    while !line.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (first + 2 * reach).min(line.len());
    while !line.is_char_boundary(end) {
        end += 1;
    }
    (start, &line[start..end], (start > 0, end < line.len()))
}

fn cells((piece, base): (&str, usize), spots: &[(usize, usize)], hidden: &[(usize, usize)]) -> Vec<Cell> {
    let mut column = 0;
    let mut indentation = base == 0;
    let mut out = Vec::with_capacity(piece.len());
    for (offset, char) in piece.char_indices() {
        let at = base + offset;
        indentation &= matches!(char, ' ' | '\t');
        let secret = hidden.iter().find(|(from, until)| (*from..*until).contains(&at));
        let shown = match char {
            // Where the line is cut inside a secret, its first drawn character stands for it.
            _ if secret.is_some_and(|(from, _)| at == *from || offset == 0) => SECRET.to_owned(),
            _ if secret.is_some() => String::new(),
            '\t' => {
                let wide = TAB - column % TAB;
                let seen = indentation || spots.iter().any(|(from, until)| (*from..*until).contains(&at));
                format!("{}{}", if seen { '→' } else { ' ' }, " ".repeat(wide - 1))
            }
            _ => stand_in(char).unwrap_or_else(|| char.to_string()),
        };
        let width = if char == '\t' && secret.is_none() {
            TAB - column % TAB
        } else {
            shown.chars().filter_map(UnicodeWidthChar::width).sum()
        };
        column += width;
        out.push(Cell { at, shown, width });
    }
    out
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        // Two labels in two sections are two pictures: the span over both is refused, and miette draws each.
        let section = self
            .sections
            .iter()
            .find(|section| section.start <= start && start < section.end && end <= section.end)
            .ok_or(MietteError::OutOfBounds)?;
        // Without context, it is the header that asks: for the line and column of a label in the file.
        let asked = self.marks.iter().find(|mark| mark.start == start && mark.end == end && before == 0);
        let (line, column) =
            asked.map_or((section.first, 0), |mark| (mark.position.line - 1, mark.position.column - 1));
        let data = &self.text.as_bytes()[section.start..section.end];
        let whole = SourceSpan::from((section.start, data.len()));
        Ok(Box::new(MietteSpanContents::new_named(
            section.name.clone(),
            data,
            whole,
            line,
            column,
            section.lines,
        )))
    }
}
