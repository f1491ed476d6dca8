//! Output as the daemon sends it: in frames that say which stream it is, or raw where there is a terminal.

use bytes::{Buf, Bytes, BytesMut};
use futures_util::stream::{self, StreamExt};

use super::Flow;
use crate::engine::{Error, Refusal};
use crate::event::Stream;

/// A piece of what a container wrote, as long as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Which stream; a terminal has standard output alone.
    pub stream: Stream,
    /// The bytes.
    pub bytes: Bytes,
    /// It is the beginning of what was written or logged as one; always true where there is a terminal.
    pub(super) opens: bool,
}

/// Type, three zeros, length.
const HEAD: usize = 8;

/// Takes frames apart without waiting for the end of one.
#[derive(Debug)]
struct Decoder {
    buffer: BytesMut,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Everything is output.
    Raw,
    /// The head of a frame follows.
    Head,
    /// So many bytes of this frame follow.
    Content { kind: u8, left: usize, opens: bool },
}

impl Decoder {
    fn new(raw: bool) -> Self {
        Self { buffer: BytesMut::new(), state: if raw { State::Raw } else { State::Head } }
    }

    /// The next piece of what is there.
    fn next(&mut self) -> Option<Result<Output, Error>> {
        loop {
            match self.state {
                State::Raw => {
                    if self.buffer.is_empty() {
                        return None;
                    }
                    let bytes = self.buffer.split().freeze();
                    return Some(Ok(Output { stream: Stream::Stdout, bytes, opens: true }));
                }
                State::Head => {
                    if self.buffer.len() < HEAD {
                        return None;
                    }
                    let (kind, zeros) = (self.buffer[0], &self.buffer[1..4]);
                    if kind > 3 || zeros != [0, 0, 0] {
                        // No frame begins like this: it is a terminal's output, whatever was said about it.
                        self.state = State::Raw;
                        continue;
                    }
                    let length =
                        u32::from_be_bytes([self.buffer[4], self.buffer[5], self.buffer[6], self.buffer[7]]);
                    self.buffer.advance(HEAD);
                    self.state = State::Content { kind, left: length as usize, opens: true };
                }
                State::Content { left: 0, .. } => self.state = State::Head,
                State::Content { kind, left, opens } => {
                    // A fault of the daemon is told as a whole, output as it comes.
                    let there = self.buffer.len();
                    if there == 0 || (kind == 3 && there < left) {
                        return None;
                    }
                    let bytes = self.buffer.split_to(left.min(there)).freeze();
                    self.state = State::Content { kind, left: left - bytes.len(), opens: false };
                    return Some(match kind {
                        3 => Err(Error::Refused(Box::new(Refusal::new(
                            "output of a container",
                            0,
                            &String::from_utf8_lossy(&bytes),
                        )))),
                        2 => Ok(Output { stream: Stream::Stderr, bytes, opens }),
                        _ => Ok(Output { stream: Stream::Stdout, bytes, opens }),
                    });
                }
            }
        }
    }

    /// What is left at the end: a head that never became whole.
    fn rest(&mut self) -> Option<Output> {
        let bytes = self.buffer.split().freeze();
        (!bytes.is_empty()).then_some(Output { stream: Stream::Stdout, bytes, opens: true })
    }
}

/// The output in what the daemon sends; `raw` where there is a terminal.
pub(in crate::engine) fn outputs(source: Flow<Bytes>, raw: bool) -> Flow<Output> {
    let state = (source, Decoder::new(raw), false);
    Flow::new(stream::unfold(state, |(mut source, mut decoder, mut ended)| async move {
        loop {
            if let Some(piece) = decoder.next() {
                return Some((piece, (source, decoder, ended)));
            }
            if ended {
                return decoder.rest().map(|piece| (Ok(piece), (source, decoder, ended)));
            }
            match StreamExt::next(&mut source).await {
                Some(Ok(bytes)) => decoder.buffer.extend_from_slice(&bytes),
                Some(Err(fault)) => return Some((Err(fault), (source, decoder, true))),
                None => ended = true,
            }
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind, 0, 0, 0];
        bytes.extend_from_slice(&u32::try_from(content.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(content);
        bytes
    }

    /// Everything that comes out when `bytes` go in in pieces of `size`.
    fn decoded(bytes: &[u8], size: usize, raw: bool) -> (Vec<u8>, Vec<u8>) {
        let mut decoder = Decoder::new(raw);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        for piece in bytes.chunks(size) {
            decoder.buffer.extend_from_slice(piece);
            while let Some(output) = decoder.next() {
                let output = output.unwrap();
                if output.stream == Stream::Stderr { &mut err } else { &mut out }
                    .extend_from_slice(&output.bytes);
            }
        }
        out.extend(decoder.rest().map(|output| output.bytes.to_vec()).unwrap_or_default());
        (out, err)
    }

    #[test]
    fn frames_are_told_apart_however_they_are_cut() {
        let bytes = [frame(1, b"one\n"), frame(2, b"two\n"), frame(1, b""), frame(1, &[0, 1, 2])].concat();
        for size in 1..=bytes.len() {
            assert_eq!(
                decoded(&bytes, size, false),
                (b"one\n\x00\x01\x02".to_vec(), b"two\n".to_vec()),
                "{size}"
            );
        }
    }

    #[test]
    fn output_of_a_terminal_is_never_taken_for_a_frame() {
        let bytes = b"\x01ctl\r\nend and more of it";
        for size in 1..=bytes.len() {
            assert_eq!(decoded(bytes, size, true).0, bytes, "{size}");
        }
    }

    #[test]
    fn output_that_is_no_frame_although_it_was_promised_is_passed_on_whole() {
        assert_eq!(decoded(b"plain text without frames", 5, false).0, b"plain text without frames");
        assert_eq!(decoded(b"short", 5, false).0, b"short");
    }

    #[test]
    fn a_fault_of_the_daemon_in_the_stream_is_an_error() {
        let mut decoder = Decoder::new(false);
        decoder.buffer.extend_from_slice(&frame(3, b"error reading the log"));
        assert!(decoder.next().unwrap().unwrap_err().to_string().contains("error reading the log"));
    }
}
