//! A proxy on a unix socket between a tool and the daemon.
//!
//! It makes every connection carry one request, so that each can be recorded (method, path, body) and disturbed; what
//! follows the request's head, upgraded streams included, is passed on byte for byte in both directions.

mod call;
mod fault;
mod link;
mod server;

pub(crate) use call::Call;
pub(crate) use fault::Fault;
pub(crate) use server::Proxy;
