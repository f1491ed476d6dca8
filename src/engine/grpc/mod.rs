//! gRPC as the daemon's builder speaks it, over a connection that was taken over from HTTP/1: calls on our side, and
//! answers to the builder's own calls. Messages are framed here; their types are generated.
//!
//! Facts from the gRPC over HTTP/2 specification: a message is a byte (compressed or not), its length in four bytes, and
//! itself; how a call ended stands in trailers.

mod answer;
mod caller;
mod messages;
mod server;
mod status;

pub(super) use answer::Answer;
pub(super) use caller::Caller;
pub(super) use messages::Messages;
pub(super) use server::{Handler, Question, serve};
pub(super) use status::{Code, Status};
