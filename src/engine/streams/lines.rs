//! Output put together to lines, without losing a byte of it.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt};

use super::{Flow, Output};
use crate::event::Stream;

/// A line that a container wrote, without its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which stream.
    pub stream: Stream,
    /// The daemon's RFC 3339 time stamp, if it was asked for.
    pub timestamp: Option<String>,
    /// The bytes.
    pub bytes: Bytes,
}

/// A line that never ends is passed on in parts of this length.
const LONGEST: usize = 1 << 20;

/// Puts pieces of output together to lines, each stream for itself.
#[derive(Debug, Default)]
pub struct Lines {
    timestamps: bool,
    stdout: Open,
    stderr: Open,
    ready: VecDeque<Line>,
}

/// A line that has not ended yet.
#[derive(Debug, Default)]
struct Open {
    bytes: BytesMut,
    timestamp: Option<String>,
    /// Bytes of a frame's beginning that may still be part of its time stamp.
    head: Option<BytesMut>,
    begun: bool,
}

impl Line {
    /// The text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Lines {
    /// For output whose lines begin with time stamps, or not.
    #[must_use]
    pub fn new(timestamps: bool) -> Self {
        Self { timestamps, ..Self::default() }
    }

    /// The lines of a whole flow of output; what has no line end comes when the flow ends.
    #[must_use]
    pub fn of(outputs: Flow<Output>, timestamps: bool) -> Flow<Line> {
        // In a box, as it is moved for each line.
        let state = Box::new((outputs, Self::new(timestamps), false));
        Flow::new(stream::unfold(state, |mut state| async move {
            loop {
                let (outputs, lines, ended) = &mut *state;
                if let Some(line) = lines.pop() {
                    return Some((Ok(line), state));
                }
                if *ended {
                    return None;
                }
                match StreamExt::next(outputs).await {
                    Some(Ok(output)) => lines.push(&output),
                    Some(Err(fault)) => return Some((Err(fault), state)),
                    None => {
                        lines.finish();
                        *ended = true;
                    }
                }
            }
        }))
    }

    /// Takes a piece of output.
    pub fn push(&mut self, output: &Output) {
        let open = match output.stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        let mut rest = &output.bytes[..];
        if self.timestamps && output.opens {
            open.head = Some(BytesMut::new());
        }
        while !rest.is_empty() {
            if let Some(head) = &mut open.head {
                rest = stamp(head, rest);
                if rest.is_empty() && head.last() != Some(&b' ') {
                    return;
                }
                let head = open.head.take().unwrap_or_default();
                // The daemon cuts lines at 16 KiB and puts a stamp before each part: the first one counts.
                if open.begun {
                    continue;
                }
                open.begun = true;
                open.timestamp = Some(String::from_utf8_lossy(head.trim_ascii_end()).into_owned());
                continue;
            }
            open.begun = true;
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
                open.bytes.extend_from_slice(rest);
                if open.bytes.len() >= LONGEST {
                    self.ready.push_back(open.close(output.stream));
                }
                return;
            };
            open.bytes.extend_from_slice(&rest[..end]);
            rest = &rest[end + 1..];
            if open.bytes.last() == Some(&b'\r') {
                open.bytes.truncate(open.bytes.len() - 1);
            }
            self.ready.push_back(open.close(output.stream));
            if self.timestamps {
                open.head = Some(BytesMut::new());
            }
        }
    }

    /// The next whole line.
    pub fn pop(&mut self) -> Option<Line> {
        self.ready.pop_front()
    }

    /// Nothing follows: lines without an end are lines now.
    pub fn finish(&mut self) {
        for (stream, open) in [(Stream::Stdout, &mut self.stdout), (Stream::Stderr, &mut self.stderr)] {
            if let Some(head) = open.head.take().filter(|head| !head.is_empty()) {
                open.bytes.extend_from_slice(&head);
                open.begun = true;
            }
            if open.begun && !(open.bytes.is_empty() && open.timestamp.is_none()) {
                self.ready.push_back(open.close(stream));
            }
        }
    }
}

impl Open {
    fn close(&mut self, stream: Stream) -> Line {
        self.begun = false;
        Line { stream, timestamp: self.timestamp.take(), bytes: self.bytes.split().freeze() }
    }
}

/// Takes bytes up to the blank behind a time stamp, and gives what follows.
fn stamp<'a>(head: &mut BytesMut, bytes: &'a [u8]) -> &'a [u8] {
    let end = bytes.iter().position(|byte| *byte == b' ').map_or(bytes.len(), |blank| blank + 1);
    head.extend_from_slice(&bytes[..end]);
    &bytes[end..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(stream: Stream, bytes: &[u8], opens: bool) -> Output {
        Output { stream, bytes: Bytes::copy_from_slice(bytes), opens }
    }

    fn drained(mut lines: Lines) -> Vec<(Option<String>, String)> {
        lines.finish();
        std::iter::from_fn(|| lines.pop()).map(|line| (line.timestamp.clone(), line.text())).collect()
    }

    #[test]
    fn lines_are_the_same_however_the_output_is_cut() {
        let bytes = "eins\r\n\nzwölf\nlast".as_bytes();
        for size in 1..=bytes.len() {
            let mut lines = Lines::new(false);
            for piece in bytes.chunks(size) {
                lines.push(&output(Stream::Stdout, piece, true));
            }
            let texts: Vec<_> = drained(lines).into_iter().map(|(_, text)| text).collect();
            assert_eq!(texts, ["eins", "", "zwölf", "last"], "{size}");
        }
    }

    #[test]
    fn both_streams_keep_their_own_lines() {
        let mut lines = Lines::new(false);
        lines.push(&output(Stream::Stdout, b"he", true));
        lines.push(&output(Stream::Stderr, b"oops\n", true));
        lines.push(&output(Stream::Stdout, b"llo\n", true));
        let texts: Vec<_> = drained(lines).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["oops", "hello"]);
    }

    #[test]
    fn the_stamp_of_a_line_is_taken_off_and_those_of_its_parts_are_dropped() {
        let mut lines = Lines::new(true);
        lines.push(&output(Stream::Stdout, b"2026-01-01T00:00:00.0", true));
        lines.push(&output(Stream::Stdout, b"1Z first part,", false));
        lines.push(&output(Stream::Stdout, b"2026-01-01T00:00:00.02Z second part\n", true));
        lines.push(&output(Stream::Stdout, b"2026-01-01T00:00:03Z \n", true));
        lines.push(&output(Stream::Stdout, b"2026-01-01T00:00:04Z a\n2026-01-01T00:00:05Z b\n", true));
        let stamped = |time: &str, text: &str| (Some(format!("2026-01-01T00:00:{time}Z")), text.to_owned());
        let want = [
            stamped("00.01", "first part,second part"),
            stamped("03", ""),
            stamped("04", "a"),
            stamped("05", "b"),
        ];
        assert_eq!(drained(lines), want);
    }

    #[test]
    fn a_line_without_end_does_not_grow_for_ever() {
        let mut lines = Lines::new(false);
        for _ in 0..3 {
            lines.push(&output(Stream::Stdout, &vec![b'x'; LONGEST / 2], true));
        }
        let lengths: Vec<_> = drained(lines).iter().map(|(_, text)| text.len()).collect();
        assert_eq!(lengths, [LONGEST, LONGEST / 2]);
    }
}
