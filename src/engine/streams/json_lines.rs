//! JSON values one after the other, as progress and events come.

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, StreamExt};
use serde::de::DeserializeOwned;

use super::Flow;
use crate::engine::Error;

/// A value that is longer than this is not one that a daemon means to send.
const LONGEST: usize = 16 << 20;

/// Values, one a line; `call` names it in errors.
pub(in crate::engine) fn json_lines<T>(source: Flow<Bytes>, call: String) -> Flow<T>
where
    T: DeserializeOwned + Send + 'static,
{
    let state = (source, Buffer::default(), false, call);
    Flow::new(stream::unfold(state, |(mut source, mut buffer, mut ended, call)| async move {
        loop {
            if let Some(line) = buffer.line(ended) {
                let value = serde_json::from_slice(&line)
                    .map_err(|cause| Error::Unreadable { call: call.clone(), cause });
                return Some((value, (source, buffer, ended, call)));
            }
            if ended {
                return None;
            }
            match StreamExt::next(&mut source).await {
                Some(Ok(bytes)) => buffer.bytes.extend_from_slice(&bytes),
                Some(Err(fault)) => {
                    buffer.bytes.clear();
                    return Some((Err(fault), (source, buffer, true, call)));
                }
                None => ended = true,
            }
            if buffer.bytes.len() > LONGEST {
                buffer.bytes.clear();
                return Some((Err(Error::gone(&call, "a line without end")), (source, buffer, true, call)));
            }
        }
    }))
}

#[derive(Default)]
struct Buffer {
    bytes: BytesMut,
    /// So far no line end was found.
    searched: usize,
}

impl Buffer {
    /// The next line that is not blank; at the end, what is left.
    fn line(&mut self, ended: bool) -> Option<Bytes> {
        loop {
            let found = self.bytes[self.searched..].iter().position(|byte| *byte == b'\n');
            let line = match found {
                Some(end) => self.bytes.split_to(self.searched + end + 1),
                None if ended && !self.bytes.is_empty() => self.bytes.split(),
                None => {
                    self.searched = self.bytes.len();
                    return None;
                }
            };
            self.searched = 0;
            if !line.trim_ascii().is_empty() {
                return Some(line.freeze());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_however_they_are_cut() {
        let bytes = b"{\"a\":1}\r\n\n{\"b\":2}";
        for size in 1..=bytes.len() {
            let mut buffer = Buffer::default();
            let mut found = Vec::new();
            for piece in bytes.chunks(size) {
                buffer.bytes.extend_from_slice(piece);
                found.extend(std::iter::from_fn(|| buffer.line(false)));
            }
            found.extend(std::iter::from_fn(|| buffer.line(true)));
            let texts: Vec<_> = found.iter().map(|line| String::from_utf8_lossy(line.trim_ascii())).collect();
            assert_eq!(texts, ["{\"a\":1}", "{\"b\":2}"], "{size}");
        }
    }
}
