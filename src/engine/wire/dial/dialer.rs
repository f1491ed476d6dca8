//! What opens connections to one daemon.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use super::ssh::{Ssh, WIDTH};
#[cfg(feature = "tls")]
use super::tls::Tls;
use crate::engine::host::Address;

/// Both directions of a connection.
pub(in crate::engine::wire) trait Duplex:
    AsyncRead + AsyncWrite + Send + Unpin
{
}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A machine that drops packets answers nothing at all: the system itself would wait for two minutes.
const PATIENCE: Duration = Duration::from_secs(15);

/// What opens connections to one daemon.
pub(in crate::engine::wire) enum Dialer {
    Unix(PathBuf),
    Tcp(String),
    #[cfg(feature = "tls")]
    Tls(Box<Tls>),
    Ssh(Arc<Ssh>),
}

impl Dialer {
    /// Reads what is needed to dial, such as certificates.
    pub(in crate::engine::wire) fn new(address: &Address) -> io::Result<Self> {
        match address {
            Address::Unix(path) => Ok(Self::Unix(path.clone())),
            Address::Tcp { authority, tls: None } => Ok(Self::Tcp(authority.clone())),
            #[cfg(feature = "tls")]
            Address::Tcp { authority, tls: Some(files) } => {
                Ok(Self::Tls(Box::new(Tls::new(authority, files)?)))
            }
            #[cfg(not(feature = "tls"))]
            Address::Tcp { .. } => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "this rcompose was built without the feature `tls`",
            )),
            Address::Ssh { target, port, socket } => {
                Ok(Self::Ssh(Arc::new(Ssh::new(target, *port, socket.as_deref())?)))
            }
        }
    }

    /// Opens a connection.
    pub(in crate::engine::wire) async fn dial(&self) -> io::Result<Box<dyn Duplex>> {
        match self {
            Self::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
            Self::Tcp(authority) => Ok(Box::new(tcp(authority).await?)),
            #[cfg(feature = "tls")]
            // In boxes of their own: a handshake would be a part of every call's state, also on a socket.
            Self::Tls(tls) => Ok(Box::new(Box::pin(tls.dial()).await?)),
            Self::Ssh(ssh) => Ok(Box::new(Box::pin(ssh.dial()).await?)),
        }
    }

    /// How many calls may be under way at once, where the way is narrow.
    pub(in crate::engine::wire) fn width(&self) -> Option<usize> {
        match self {
            Self::Ssh(_) => Some(WIDTH),
            _ => None,
        }
    }

    /// True where opening a connection costs nothing, so that none is kept.
    pub(in crate::engine::wire) fn is_cheap(&self) -> bool {
        matches!(self, Self::Unix(_))
    }
}

/// Connects, without waiting for more to send.
pub(super) async fn tcp(authority: &str) -> io::Result<TcpStream> {
    let stream = patiently(TcpStream::connect(authority)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Ends with an error when a machine answers nothing at all.
pub(super) async fn patiently<T>(connecting: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(PATIENCE, connecting)
        .await
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no answer within 15 s"))?
}
