//! Messages as they come, and as they are sent.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use prost::Message;

use super::{Code, Status};

/// Byte and length before a message.
const HEAD: usize = 5;
/// The builder's own messages are far smaller; what claims to be larger is no message.
const LARGEST: usize = 64 * 1024 * 1024;

/// A message with its head.
pub(super) fn framed(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut bytes = BytesMut::with_capacity(HEAD + length);
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    // A buffer grows as far as it must: encoding cannot fail.
    let _ = message.encode(&mut bytes);
    bytes.freeze()
}

/// The messages of one direction of a call.
pub(in crate::engine) struct Messages {
    body: Incoming,
    buffer: BytesMut,
    /// How the call ended, once it has.
    end: Option<Status>,
}

impl Messages {
    /// What is read from a body; `head` are the headers before it, which may tell the end already.
    pub(super) fn new(head: &HeaderMap, body: Incoming) -> Self {
        Self { body, buffer: BytesMut::new(), end: Status::read(head) }
    }

    /// The next message; `None` after the last one of a call that ended well.
    pub(in crate::engine) async fn next<T: Message + Default>(&mut self) -> Result<Option<T>, Status> {
        loop {
            if let Some(bytes) = self.take()? {
                let message = T::decode(bytes);
                return message
                    .map(Some)
                    .map_err(|cause| Status::new(Code::UNKNOWN, format!("unreadable message: {cause}")));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.buffer.extend_from_slice(&data),
                    Err(frame) => self.end = frame.trailers_ref().and_then(Status::read).or(self.end.take()),
                },
                Some(Err(fault)) => return Err(Status::broken(fault.to_string())),
                None => {
                    return match self.end.take() {
                        Some(status) if status.code != Code::OK => Err(status),
                        _ => Ok(None),
                    };
                }
            }
        }
    }

    /// The only message of a call.
    pub(in crate::engine) async fn only<T: Message + Default>(&mut self) -> Result<T, Status> {
        match self.next().await? {
            Some(message) => Ok(message),
            None => Err(self.end.take().unwrap_or_else(|| Status::broken("an answer without a message"))),
        }
    }

    /// Waits for the end of a call whose messages say nothing.
    pub(in crate::engine) async fn drain(&mut self) -> Result<(), Status> {
        while self.next::<()>().await?.is_some() {}
        Ok(())
    }

    /// A whole message out of what has come.
    fn take(&mut self) -> Result<Option<Bytes>, Status> {
        if self.buffer.len() < HEAD {
            return Ok(None);
        }
        let mut head = &self.buffer[..HEAD];
        let compressed = head.get_u8() != 0;
        let length = head.get_u32() as usize;
        if compressed || length > LARGEST {
            return Err(Status::new(Code::UNKNOWN, "a message that is compressed or too large"));
        }
        if self.buffer.len() < HEAD + length {
            self.buffer.reserve(HEAD + length - self.buffer.len());
            return Ok(None);
        }
        self.buffer.advance(HEAD);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}
