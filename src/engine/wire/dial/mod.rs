//! Opening connections to the daemon: by a socket, by TCP in the clear or with TLS, or through `ssh`.

mod dialer;
mod ssh;
#[cfg(feature = "tls")]
mod tls;

pub(super) use dialer::Dialer;
