//! How a call ended.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use http::{HeaderMap, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What may not stand in a `grpc-message` as it is.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

/// A kind of end. Numbers from the gRPC specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Code(u32);

impl Code {
    pub(in crate::engine) const OK: Self = Self(0);
    pub(in crate::engine) const UNKNOWN: Self = Self(2);
    pub(in crate::engine) const INVALID_ARGUMENT: Self = Self(3);
    pub(in crate::engine) const NOT_FOUND: Self = Self(5);
    pub(in crate::engine) const ALREADY_EXISTS: Self = Self(6);
    pub(in crate::engine) const FAILED_PRECONDITION: Self = Self(9);
    pub(in crate::engine) const OUT_OF_RANGE: Self = Self(11);
    pub(in crate::engine) const UNIMPLEMENTED: Self = Self(12);
    pub(in crate::engine) const UNAVAILABLE: Self = Self(14);
}

/// How a call ended, if not well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Status {
    /// The kind.
    pub(in crate::engine) code: Code,
    /// In words.
    pub(in crate::engine) message: String,
    /// A `google.rpc.Status` with more, as bytes.
    pub(in crate::engine) details: Vec<u8>,
}

impl Status {
    /// An end without details.
    pub(in crate::engine) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new() }
    }

    /// Nothing to complain about.
    pub(in crate::engine) fn ok() -> Self {
        Self::new(Code::OK, "")
    }

    /// The connection ended in the middle of a call.
    pub(in crate::engine) fn broken(message: impl Into<String>) -> Self {
        Self::new(Code::UNAVAILABLE, message)
    }

    /// Reads the trailers of a call (or its headers, where there is nothing between them).
    pub(super) fn read(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let code = Code(text("grpc-status")?.parse().ok()?);
        let message = text("grpc-message").unwrap_or_default();
        let details = text("grpc-status-details-bin").unwrap_or_default();
        // Both ways of writing it are in use.
        let details = STANDARD_NO_PAD.decode(details).or_else(|_| STANDARD.decode(details));
        Some(Self {
            code,
            message: percent_decode_str(message).decode_utf8_lossy().into_owned(),
            details: details.unwrap_or_default(),
        })
    }

    /// Trailers that say it.
    pub(super) fn trailers(&self) -> HeaderMap {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from(self.code.0));
        let message = utf8_percent_encode(&self.message, ESCAPED).to_string();
        if let Ok(message) = HeaderValue::from_str(&message)
            && !message.is_empty()
        {
            trailers.insert("grpc-message", message);
        }
        trailers
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_read_as_it_was_written() {
        let status = Status::new(Code::NOT_FOUND, "no 100% `ä`\nhere");
        assert_eq!(Status::read(&status.trailers()), Some(status));
        assert_eq!(Status::read(&HeaderMap::new()), None);
    }
}
