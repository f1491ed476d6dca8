//! From the state to lines: pure. Never more lines than the screen has, never wider than it is.

use std::time::Duration;

use rcompose::event::Status;
use rcompose::resource::ResourceId;
use unicode_width::UnicodeWidthStr;

use super::fold::choose;
use super::state::{Amount, Row, State};
use crate::cli::report::paint::Paint;
use crate::cli::report::words::{bytes, elapsed, one_line};

/// What is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// Columns.
    pub(crate) width: usize,
    /// Lines.
    pub(crate) height: usize,
    /// Colour.
    pub(crate) paint: Paint,
    /// Characters.
    pub(crate) glyphs: Glyphs,
}

/// Characters to draw with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Glyphs {
    /// Braille spinners, ticks, lines.
    Unicode,
    /// For terminals that have nothing else.
    Ascii,
}

/// How long a frame of the spinner stays.
const TICK: Duration = Duration::from_millis(100);
/// The widest bar.
const BAR: usize = 20;
/// The bar of a build's steps.
const STEPS: usize = 10;

impl Glyphs {
    fn spinner(self, now: Duration) -> &'static str {
        let frames: &[&str] = match self {
            Self::Unicode => &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
            Self::Ascii => &["|", "/", "-", "\\"],
        };
        let frame = now.as_millis() / TICK.as_millis();
        frames[usize::try_from(frame).unwrap_or_default() % frames.len()]
    }

    fn mark(self, status: Status, now: Duration) -> &'static str {
        match (self, status) {
            (_, Status::Working) => self.spinner(now),
            (_, Status::Warning) => "!",
            (Self::Unicode, Status::Done) => "✔",
            (Self::Unicode, Status::Error) => "✘",
            (Self::Ascii, Status::Done) => "+",
            (Self::Ascii, Status::Error) => "x",
        }
    }

    fn bar(self, amount: Amount, width: usize) -> String {
        let (full, empty) = if self == Self::Unicode { ("━", "─") } else { ("#", "-") };
        let part = u128::from(amount.current.min(amount.total)) * width as u128;
        let filled = usize::try_from(part / u128::from(amount.total.max(1))).unwrap_or(width);
        full.repeat(filled) + &empty.repeat(width - filled)
    }

    fn ellipsis(self) -> &'static str {
        if self == Self::Unicode { "…" } else { "~" }
    }
}

/// Widths of the columns, the same for all lines of a drawing.
struct Columns {
    name: usize,
    text: usize,
}

/// The live lines: a headline, a line a resource, and what is folded.
pub(super) fn draw(state: &State, view: View, now: Duration) -> Vec<String> {
    if state.rows.is_empty() || view.height < 2 {
        return Vec::new();
    }
    let room = view.height - 1;
    let shown = choose(state, room);
    let rows: Vec<(&ResourceId, &Row)> = shown.iter().filter_map(|at| state.rows.get_index(*at)).collect();
    let columns = columns(&rows, view);
    let mut lines = vec![headline(state, view, now)];
    lines.extend(rows.iter().map(|(id, row)| line(id, row, &columns, (view, now))));
    if rows.len() < state.rows.len() && lines.len() < room {
        lines.push(folded(state, &shown, view));
    }
    lines
}

/// `[+] up 3/8  12.3s`
fn headline(state: &State, view: View, now: Duration) -> String {
    let total = state.total.max(state.rows.len());
    let sign = if state.rows.values().any(|row| row.status == Status::Error) { "[x]" } else { "[+]" };
    let count = format!("{}/{total}", state.done());
    let words: Vec<&str> =
        [sign, state.operation, &count].into_iter().filter(|word| !word.is_empty()).collect();
    let head = cut(&words.join(" "), view.width - 1, view.glyphs);
    let time = elapsed(now.saturating_sub(state.began));
    if head.width() + 2 + time.width() < view.width {
        format!("{head}  {}", view.paint.dim(&time))
    } else {
        head
    }
}

/// The widths that fit: names get at most half of a line, words at most a quarter.
fn columns(rows: &[(&ResourceId, &Row)], view: View) -> Columns {
    let widest = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or_default();
    let name = widest(&mut rows.iter().map(|(id, _)| label(id).width()));
    let text = widest(&mut rows.iter().map(|(_, row)| row.text.width()));
    Columns { name: name.min((view.width / 2).max(12)), text: text.clamp(8, (view.width / 4).max(8)) }
}

fn label(id: &ResourceId) -> String {
    one_line(&id.to_string())
}

/// ` ✔ Container shop-web-1  Started  1.2s  details`, each column only where there is room left for it.
fn line(id: &ResourceId, row: &Row, columns: &Columns, (view, now): (View, Duration)) -> String {
    let (paint, glyphs) = (view.paint, view.glyphs);
    let mark = glyphs.mark(row.status, now);
    let tinted = |text: &str| match row.status {
        Status::Working => paint.busy(text),
        Status::Done => paint.good(text),
        Status::Warning => paint.doubtful(text),
        Status::Error => paint.bad(text),
    };
    // One column stays free: a character in the last one makes some terminals wrap.
    let mut room = Room { left: view.width - 1, line: String::new() };
    room.add(&format!(" {mark} "), &format!(" {} ", tinted(mark)));
    let name = cut_middle(&label(id), columns.name.min(room.left), glyphs);
    room.add(&pad(&name, columns.name), &pad(&name, columns.name));
    let text = cut(&row.text, columns.text, glyphs);
    let padded = pad(&text, columns.text);
    room.add(&format!("  {padded}"), &format!("  {}", tinted(&padded)));
    let time = format!("{:>7}", elapsed(row.time_spent(now)));
    room.add(&time, &paint.dim(&time));
    if let Some(extra) = extra(row, room.left.saturating_sub(2), glyphs) {
        room.add(&format!("  {extra}"), &format!("  {}", paint.dim(&extra)));
    }
    room.line.truncate(room.line.trim_end_matches(' ').len());
    room.line
}

/// A line that is filled from the left.
struct Room {
    left: usize,
    line: String,
}

impl Room {
    /// Adds a column if it fits: its plain text, and the text with its colours.
    fn add(&mut self, plain: &str, painted: &str) {
        let width = plain.width();
        if width <= self.left {
            self.left -= width;
            self.line.push_str(painted);
        } else {
            self.left = 0;
        }
    }
}

/// What stands behind the time: a bar, a count, the reason, or the last line that a build wrote.
fn extra(row: &Row, room: usize, glyphs: Glyphs) -> Option<String> {
    if room < 4 {
        return None;
    }
    if row.status == Status::Working {
        let amount = row.sum();
        if amount.current > 0 || amount.total > 0 {
            return counted(row, amount, room, glyphs);
        }
        if row.details.is_empty() {
            return row.output.back().map(|line| cut(line, room, glyphs));
        }
    }
    (!row.details.is_empty()).then(|| cut(&row.details, room, glyphs))
}

fn counted(row: &Row, amount: Amount, room: usize, glyphs: Glyphs) -> Option<String> {
    // A build counts its steps; everything else that is counted is bytes.
    let words = match (row.text.as_str(), amount.total) {
        ("Building", total) => {
            // Its details, if there are any, begin with the number of the step.
            let step = if row.details.is_empty() {
                format!("[{}/{total}]", amount.current)
            } else {
                row.details.clone()
            };
            let bar = if room >= 4 * STEPS { glyphs.bar(amount, STEPS) + " " } else { String::new() };
            return Some(cut(&(bar + &step), room, glyphs));
        }
        (_, 0) => return Some(bytes(amount.current)).filter(|words| words.width() <= room),
        (_, total) => format!("{} / {}", bytes(amount.current), bytes(total)),
    };
    let bar = room.saturating_sub(words.width() + 1).min(BAR);
    match bar {
        5.. => Some(format!("{} {words}", glyphs.bar(amount, bar))),
        _ => Some(words).filter(|words| words.width() <= room),
    }
}

/// `   … 40 more: 38 done, 2 waiting`
fn folded(state: &State, shown: &[usize], view: View) -> String {
    let hidden: Vec<&Row> =
        state.rows.values().enumerate().filter(|(at, _)| !shown.contains(at)).map(|(_, row)| row).collect();
    let count = |status: Status| hidden.iter().filter(|row| row.status == status).count();
    let parts: Vec<String> = [
        (Status::Done, "done"),
        (Status::Working, "under way"),
        (Status::Warning, "with warnings"),
        (Status::Error, "failed"),
    ]
    .into_iter()
    .map(|(status, word)| (count(status), word))
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    let text = format!("   {} {} more: {}", view.glyphs.ellipsis(), hidden.len(), parts.join(", "));
    view.paint.dim(&cut(&text, view.width - 1, view.glyphs))
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The text in at most so many columns, its end cut off.
fn cut(text: &str, width: usize, glyphs: Glyphs) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    take_columns(text.chars(), width.saturating_sub(1)).into_iter().collect::<String>() + glyphs.ellipsis()
}

/// The text in at most so many columns, its middle cut out: both ends of a name say something.
fn cut_middle(text: &str, width: usize, glyphs: Glyphs) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let head: String = take_columns(text.chars(), room - room / 2).into_iter().collect();
    let tail: String = take_columns(text.chars().rev(), room / 2).into_iter().rev().collect();
    head + glyphs.ellipsis() + &tail
}

fn take_columns(chars: impl Iterator<Item = char>, width: usize) -> Vec<char> {
    let mut left = width;
    chars
        .take_while(|char| {
            let columns = unicode_width::UnicodeWidthChar::width(*char).unwrap_or_default();
            let fits = columns <= left;
            left = left.saturating_sub(columns);
            fits
        })
        .collect()
}
